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
  'dist/fzstd.cjs',
  'dist/onDemand.cjs',
  'dist/extension.cjs',
  'media/icon.png',
  'package.json',
];
const LATE = ['./onDemand.cjs', './fzstd.cjs'];
const ON_DEMAND_BYTES = 40_000;
const BUNDLE_BYTES = 200_000;
const PACKAGE_BYTES = 300_000;

async function vsce(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  const script = join(root, 'node_modules/@vscode/vsce/vsce');
  return promisify(execFile)(process.execPath, [script, ...args], { cwd: root });
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
      assert.ok((await stat(join(root, 'dist/extension.cjs'))).size <= BUNDLE_BYTES);
      assert.ok((await stat(join(root, 'dist/onDemand.cjs'))).size <= ON_DEMAND_BYTES);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('needs nothing at run time but Node, the editor, and what is loaded late', async () => {
    for (const [bundle, allowed] of [
      ['dist/extension.cjs', ['vscode', ...LATE]],
      ['dist/onDemand.cjs', ['vscode']],
      ['dist/headless.cjs', ['./fzstd.cjs']],
      ['dist/fzstd.cjs', []],
    ] as const) {
      const code = await readFile(join(root, bundle), 'utf8');
      const required = new Set(Array.from(code.matchAll(/\brequire\("([^"]+)"\)/g), (match) => match[1]!));
      const foreign = [...required].filter((name) => !builtinModules.includes(name.replace(/^node:/, '')));
      assert.deepEqual(foreign.sort(), [...allowed].sort(), bundle);
    }
  });

  it('has no trace of the stand-in', async () => {
    for (const bundle of ['dist/extension.cjs', 'dist/onDemand.cjs', 'dist/headless.cjs']) {
      assert.doesNotMatch(await readFile(join(root, bundle), 'utf8'), /stand-?in/i, bundle);
    }
  });
});
