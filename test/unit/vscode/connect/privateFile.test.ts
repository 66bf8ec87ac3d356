import assert from 'node:assert/strict';
import { chmod, lstat, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensurePrivateFile } from '../../../../src/vscode/connect/privateFile.js';

const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

describe('a file of the person’s that may hold a token', () => {
  let root: string;
  let umask: number;
  beforeEach(async function () {
    // Windows has no modes: a person's folder is closed to others by its access list.
    if (process.platform === 'win32') this.skip();
    root = await mkdtemp(join(tmpdir(), 'private-'));
    // The most generous one: nothing is private by luck.
    umask = process.umask(0);
  });
  afterEach(async function () {
    if (process.platform === 'win32') return;
    process.umask(umask);
    await rm(root, { recursive: true, force: true });
  });

  it('is made for its owner only, and so are the folders that are missing', async () => {
    const file = join(root, 'client', 'deep', 'config.json');
    await ensurePrivateFile(file);
    assert.equal(await readFile(file, 'utf8'), '');
    assert.equal(await modeOf(file), 0o600);
    assert.equal(await modeOf(join(root, 'client')), 0o700);
    assert.equal(await modeOf(join(root, 'client', 'deep')), 0o700);
  });

  it('stays as it is where it is there, and so does its folder', async () => {
    const folder = join(root, 'client');
    const file = join(folder, 'config.json');
    await mkdir(folder);
    await chmod(folder, 0o750);
    await writeFile(file, '{}');
    for (const mode of [0o600, 0o640, 0o644]) {
      await chmod(file, mode);
      const { ino } = await stat(file);
      await ensurePrivateFile(file);
      assert.deepEqual([await modeOf(file), await readFile(file, 'utf8')], [mode, '{}']);
      assert.equal((await stat(file)).ino, ino);
    }
    assert.equal(await modeOf(folder), 0o750);
  });

  it('stays a link, to a file that is there and to one that is not yet', async () => {
    const [there, missing] = ['there', 'missing'].map((name) => join(root, name));
    await writeFile(there!, 'mine', { mode: 0o640 });
    for (const target of [there!, missing!]) {
      const link = `${target}-link`;
      await symlink(target, link);
      await ensurePrivateFile(link);
      assert.ok((await lstat(link)).isSymbolicLink());
    }
    assert.deepEqual([await modeOf(there!), await readFile(there!, 'utf8')], [0o640, 'mine']);
    assert.equal(await modeOf(missing!), 0o600);
  });
});
