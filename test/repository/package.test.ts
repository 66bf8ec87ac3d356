import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { filesUnder, root } from './repository.js';

const ALLOWED = [
  'CHANGELOG.md',
  'LICENSE',
  'README.md',
  'dist/claude.cjs',
  'dist/fzstd.cjs',
  'dist/lazyBundle.cjs',
  'dist/extension.cjs',
  'media/icon.png',
  'package.json',
];
const LATE = ['./claude.cjs', './lazyBundle.cjs', './fzstd.cjs'];
const BUNDLE_BYTES = {
  'dist/extension.cjs': 200_000,
  'dist/claude.cjs': 100_000,
  'dist/lazyBundle.cjs': 40_000,
};
const BUNDLES = [...Object.keys(BUNDLE_BYTES), 'dist/headless.cjs'];
const PACKAGE_BYTES = 300_000;

async function node(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  return promisify(execFile)(process.execPath, args, { cwd: root });
}

async function vsce(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  return node(join(root, 'node_modules/@vscode/vsce/vsce'), ...args);
}

describe('the packaged extension', function () {
  this.timeout(120_000);

  it('holds exactly the allowed files', async () => {
    const { stdout } = await vsce('ls', '--no-dependencies');
    const listed = stdout.split(/\r?\n/).filter((line) => line !== '');
    assert.deepEqual(listed.sort(), [...ALLOWED, ...filesUnder('media/walkthrough')].sort());
  });

  it('stays within its size, and its packager has nothing to say against it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'claude-vsix-'));
    try {
      const vsix = join(folder, 'extension.vsix');
      const { stdout, stderr } = await vsce('package', '--no-dependencies', '--out', vsix);
      assert.doesNotMatch(stdout + stderr, /\bWARN/);
      assert.ok((await stat(vsix)).size <= PACKAGE_BYTES);
      for (const [bundle, most] of Object.entries(BUNDLE_BYTES)) {
        assert.ok((await stat(join(root, bundle))).size <= most, bundle);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('needs nothing at run time but Node, the editor, and what is loaded late', async () => {
    for (const [bundle, allowed] of [
      ['dist/extension.cjs', ['vscode', ...LATE]],
      ['dist/claude.cjs', []],
      ['dist/lazyBundle.cjs', ['vscode']],
      ['dist/headless.cjs', ['./fzstd.cjs']],
      ['dist/fzstd.cjs', []],
    ] as const) {
      const code = await readFile(join(root, bundle), 'utf8');
      const required = new Set(Array.from(code.matchAll(/\brequire\("([^"]+)"\)/g), (match) => match[1]!));
      const foreign = [...required].filter((name) => !builtinModules.includes(name.replace(/^node:/, '')));
      assert.deepEqual(foreign.sort(), [...allowed].sort(), bundle);
    }
  });

  it('is built without touching a bundle that stays the same, since programs may be loading it', async () => {
    const written = async (): Promise<number[]> =>
      Promise.all(BUNDLES.map(async (bundle) => (await stat(join(root, bundle))).mtimeMs));
    const before = await written();
    await node('esbuild.js');
    assert.deepEqual(await written(), before);
  });

  it('has no trace of the stand-in', async () => {
    for (const bundle of BUNDLES) {
      assert.doesNotMatch(await readFile(join(root, bundle), 'utf8'), /stand-?in/i, bundle);
    }
  });
});
