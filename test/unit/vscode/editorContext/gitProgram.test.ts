import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { findGit } from '../../../../src/vscode/editorContext/gitProgram.js';
import { ignoredFiles } from '../../../../src/vscode/editorContext/gitIgnored.js';

describe('findGit', () => {
  let root: string;
  let markers: string;
  let shop: string;
  let garden: string;
  let cwd: string;
  let PATH: string;

  /** Creates a program named `git` that creates a file when it is started. */
  async function createGit(folder: string, marker: string): Promise<string> {
    await mkdir(folder, { recursive: true });
    const file = join(folder, 'git');
    await writeFile(file, `#!/bin/sh\ntouch '${join(markers, marker)}'\n`);
    await chmod(file, 0o755);
    return file;
  }

  beforeEach(async function () {
    // The programs are shell scripts.
    if (process.platform === 'win32') this.skip();
    root = await realpath(await mkdtemp(join(tmpdir(), 'git-')));
    [markers, shop, garden] = ['markers', 'shop', 'garden'].map((name) => join(root, name)) as [
      string,
      string,
      string,
    ];
    await Promise.all([markers, shop, garden].map((folder) => mkdir(folder)));
    cwd = process.cwd();
    PATH = process.env['PATH'] ?? '';
  });
  afterEach(async function () {
    if (process.platform === 'win32') return;
    process.chdir(cwd);
    process.env['PATH'] = PATH;
    await rm(root, { recursive: true, force: true });
  });

  it('skips programs in every open folder, however PATH refers to them', async () => {
    await createGit(shop, 'folder');
    await createGit(join(shop, 'node_modules', '.bin'), 'bin');
    await createGit(join(garden, 'bin'), 'other');
    await symlink(join(garden, 'bin'), join(root, 'link'));
    await mkdir(join(root, 'linked'));
    await symlink(join(shop, 'git'), join(root, 'linked', 'git'));
    process.chdir(shop);
    const entries = [
      '.',
      '',
      'node_modules/.bin',
      shop,
      `${shop}/`,
      join(shop, 'node_modules', '.bin'),
      join(garden, 'bin'),
      join(root, 'link'),
      join(root, 'linked'),
      `${root}/elsewhere/../shop`,
    ];
    process.env['PATH'] = [...entries, PATH].join(delimiter);
    assert.deepEqual(await ignoredFiles(shop, ['a.ts'], [shop, garden]), new Set());
    assert.deepEqual(await readdir(markers), []);
    assert.equal(await findGit(entries.join(delimiter), [shop, garden]), undefined);
  });

  it('returns the first program on PATH, also next to an open folder whose name is a prefix of its folder', async () => {
    const first = await createGit(join(root, 'shop-tools'), 'first');
    const path = [join(root, 'none'), join(root, 'shop-tools'), PATH].join(delimiter);
    assert.equal(await findGit(path, [shop]), first);
  });

  it('skips folders and files that are not executable', async () => {
    await mkdir(join(root, 'a', 'git'), { recursive: true });
    await chmod(await createGit(join(root, 'b'), 'b'), 0o644);
    assert.equal(await findGit([join(root, 'a'), join(root, 'b')].join(delimiter), []), undefined);
  });

  it('finds a program when the root of the disk is open', async () => {
    const git = await createGit(join(root, 'tools'), 'tools');
    assert.equal(await findGit(join(root, 'tools'), ['/']), git);
  });
});
