import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { findGit } from '../../../../src/vscode/editorContext/gitProgram.js';
import { ignoredFiles } from '../../../../src/vscode/editorContext/gitIgnored.js';

describe('the Git that is started', () => {
  let root: string;
  let marks: string;
  let shop: string;
  let garden: string;
  let cwd: string;
  let PATH: string;

  /** A program that tells by a file that it was started. */
  async function plant(folder: string, mark: string): Promise<string> {
    await mkdir(folder, { recursive: true });
    const file = join(folder, 'git');
    await writeFile(file, `#!/bin/sh\ntouch '${join(marks, mark)}'\n`);
    await chmod(file, 0o755);
    return file;
  }

  beforeEach(async function () {
    // The programs planted here are scripts, which only a shell of Windows would run.
    if (process.platform === 'win32') this.skip();
    root = await realpath(await mkdtemp(join(tmpdir(), 'git-')));
    [marks, shop, garden] = ['marks', 'shop', 'garden'].map((name) => join(root, name)) as [
      string,
      string,
      string,
    ];
    await Promise.all([marks, shop, garden].map((folder) => mkdir(folder)));
    cwd = process.cwd();
    PATH = process.env['PATH'] ?? '';
  });
  afterEach(async function () {
    if (process.platform === 'win32') return;
    process.chdir(cwd);
    process.env['PATH'] = PATH;
    await rm(root, { recursive: true, force: true });
  });

  it('is none that lies in an open folder, whichever of them and however PATH leads there', async () => {
    await plant(shop, 'folder');
    await plant(join(shop, 'node_modules', '.bin'), 'bin');
    await plant(join(garden, 'bin'), 'other');
    await symlink(join(garden, 'bin'), join(root, 'link'));
    await mkdir(join(root, 'linked'));
    await symlink(join(shop, 'git'), join(root, 'linked', 'git'));
    process.chdir(shop);
    const planted = [
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
    process.env['PATH'] = [...planted, PATH].join(delimiter);
    assert.deepEqual(await ignoredFiles(shop, ['a.ts'], [shop, garden]), new Set());
    assert.deepEqual(await readdir(marks), []);
    assert.equal(await findGit(planted.join(delimiter), [shop, garden]), undefined);
  });

  it('is the first on PATH otherwise, also beside an open folder with a name that begins alike', async () => {
    const first = await plant(join(root, 'shop-tools'), 'first');
    const path = [join(root, 'none'), join(root, 'shop-tools'), PATH].join(delimiter);
    assert.equal(await findGit(path, [shop]), first);
  });

  it('is no folder, and no file that cannot be run', async () => {
    await mkdir(join(root, 'a', 'git'), { recursive: true });
    await chmod(await plant(join(root, 'b'), 'b'), 0o644);
    assert.equal(await findGit([join(root, 'a'), join(root, 'b')].join(delimiter), []), undefined);
  });

  it('is found, too, where the root of the disk is open', async () => {
    const git = await plant(join(root, 'tools'), 'tools');
    assert.equal(await findGit(join(root, 'tools'), ['/']), git);
  });
});
