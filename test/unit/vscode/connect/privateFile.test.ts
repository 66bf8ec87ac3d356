import assert from 'node:assert/strict';
import { chmod, lstat, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensurePrivateFile } from '../../../../src/vscode/connect/privateFile.js';

const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

describe('ensurePrivateFile', () => {
  let root: string;
  let umask: number;
  beforeEach(async function () {
    // Windows has no file modes; access control lists protect the user's folder.
    if (process.platform === 'win32') this.skip();
    root = await mkdtemp(join(tmpdir(), 'private-'));
    // The most permissive umask, so that only explicit modes make anything private.
    umask = process.umask(0);
  });
  afterEach(async function () {
    if (process.platform === 'win32') return;
    process.umask(umask);
    await rm(root, { recursive: true, force: true });
  });

  it('creates the file and its missing folders for their owner only', async () => {
    const file = join(root, 'client', 'deep', 'config.json');
    await ensurePrivateFile(file);
    assert.equal(await readFile(file, 'utf8'), '');
    assert.equal(await modeOf(file), 0o600);
    assert.equal(await modeOf(join(root, 'client')), 0o700);
    assert.equal(await modeOf(join(root, 'client', 'deep')), 0o700);
  });

  it('does not change an existing file or its folder', async () => {
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

  it('keeps a symbolic link, to an existing and to a missing file', async () => {
    const [existing, missing] = ['existing', 'missing'].map((name) => join(root, name));
    await writeFile(existing!, 'mine', { mode: 0o640 });
    for (const target of [existing!, missing!]) {
      const link = `${target}-link`;
      await symlink(target, link);
      await ensurePrivateFile(link);
      assert.ok((await lstat(link)).isSymbolicLink());
    }
    assert.deepEqual([await modeOf(existing!), await readFile(existing!, 'utf8')], [0o640, 'mine']);
    assert.equal(await modeOf(missing!), 0o600);
  });
});
