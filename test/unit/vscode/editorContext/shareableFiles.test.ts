import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { shareableFiles } from '../../../../src/vscode/editorContext/shareableFiles.js';

describe('shareableFiles', () => {
  let root: string;
  let shop: string;
  let docs: string;
  beforeEach(async () => {
    root = await realpath(await mkdtemp(join(tmpdir(), 'shareable-')));
    shop = join(root, 'shop');
    docs = join(root, 'docs');
    for (const file of ['shop/src/cart.ts', 'shop/.env', 'shop/out/a.js', 'docs/a.md', 'shop-2/a.ts']) {
      await mkdir(dirname(join(root, file)), { recursive: true });
      await writeFile(join(root, file), '');
    }
  });
  afterEach(() => rm(root, { recursive: true, force: true }));
  const namesOf = async (folders: string[], ...files: string[]) => [
    ...(
      await shareableFiles(
        folders,
        files.map((file) => join(root, file)),
      )
    ).values(),
  ];

  it('selects the files in the folder, with relative names', async () => {
    assert.deepEqual(await namesOf([shop], 'shop/src/cart.ts', 'docs/a.md', 'shop-2/a.ts', 'shop'), [
      'src/cart.ts',
    ]);
  });

  it('selects the files in the other open folders, with absolute names', async () => {
    assert.deepEqual(await namesOf([shop, docs], 'docs/a.md', 'shop/src/cart.ts'), [
      'src/cart.ts',
      join(docs, 'a.md'),
    ]);
  });

  it('skips files that look secret, are ignored by Git, or do not exist', async () => {
    execFileSync('git', ['-C', shop, 'init'], { stdio: 'ignore' });
    await writeFile(join(shop, '.gitignore'), 'out\n');
    assert.deepEqual(
      await namesOf([shop], 'shop/.env', 'shop/out/a.js', 'shop/missing.ts', 'shop/src/cart.ts'),
      ['src/cart.ts'],
    );
  });

  it('skips all files of a folder when Git gives no answer', async () => {
    execFileSync('git', ['-C', shop, 'init'], { stdio: 'ignore' });
    await writeFile(join(shop, '.git', 'config'), '[broken');
    assert.deepEqual(await namesOf([shop], 'shop/src/cart.ts'), []);
  });

  it('skips links to files outside the folder, and to secrets', async function () {
    if (process.platform === 'win32') this.skip();
    await symlink(join(docs, 'a.md'), join(shop, 'outside.md'));
    await symlink(join(shop, '.env'), join(shop, 'harmless.ts'));
    assert.deepEqual(await namesOf([shop], 'shop/outside.md', 'shop/harmless.ts'), []);
  });
});
