import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { shareableFiles } from '../../../../src/vscode/editorContext/shareableFiles.js';

describe('the files that Claude may be told of', () => {
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
  const told = async (folders: string[], ...files: string[]) => [
    ...(
      await shareableFiles(
        folders,
        files.map((file) => join(root, file)),
      )
    ).values(),
  ];

  it('are those in the folder, named from it', async () => {
    assert.deepEqual(await told([shop], 'shop/src/cart.ts', 'docs/a.md', 'shop-2/a.ts', 'shop'), [
      'src/cart.ts',
    ]);
  });

  it('are those of the other open folders, too, by their full names', async () => {
    assert.deepEqual(await told([shop, docs], 'docs/a.md', 'shop/src/cart.ts'), [
      'src/cart.ts',
      join(docs, 'a.md'),
    ]);
  });

  it('are none that look secret, are ignored, or are not on the disk', async () => {
    execFileSync('git', ['-C', shop, 'init'], { stdio: 'ignore' });
    await writeFile(join(shop, '.gitignore'), 'out\n');
    assert.deepEqual(await told([shop], 'shop/.env', 'shop/out/a.js', 'shop/gone.ts', 'shop/src/cart.ts'), [
      'src/cart.ts',
    ]);
  });

  it('are none at all where Git cannot tell what is ignored', async () => {
    execFileSync('git', ['-C', shop, 'init'], { stdio: 'ignore' });
    await writeFile(join(shop, '.git', 'config'), '[broken');
    assert.deepEqual(await told([shop], 'shop/src/cart.ts'), []);
  });

  it('are none that a link leads to outside the folder, or to a secret', async function () {
    if (process.platform === 'win32') this.skip();
    await symlink(join(docs, 'a.md'), join(shop, 'outside.md'));
    await symlink(join(shop, '.env'), join(shop, 'harmless.ts'));
    assert.deepEqual(await told([shop], 'shop/outside.md', 'shop/harmless.ts'), []);
  });
});
