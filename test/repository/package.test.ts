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
  'dist/extension.cjs',
  'package.json',
];
const BUNDLE_BYTES = { 'dist/extension.cjs': 200_000, 'dist/claude.cjs': 100_000 };
const PACKAGE_BYTES = 300_000;

async function vsce(...args: string[]): Promise<string> {
  const script = join(root, 'node_modules/@vscode/vsce/vsce');
  const { stdout } = await promisify(execFile)(process.execPath, [script, ...args], { cwd: root });
  return stdout;
}

describe('the packaged extension', function () {
  this.timeout(120_000);

  it('holds exactly the allowed files', async () => {
    const listed = (await vsce('ls', '--no-dependencies')).split(/\r?\n/).filter((line) => line !== '');
    assert.deepEqual(listed.sort(), [...ALLOWED, ...filesUnder('media')].sort());
  });

  it('stays within its size', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'claude-vsix-'));
    try {
      const vsix = join(folder, 'extension.vsix');
      const flags = ['--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links'];
      await vsce('package', ...flags, '--out', vsix);
      assert.ok((await stat(vsix)).size <= PACKAGE_BYTES);
      for (const [bundle, most] of Object.entries(BUNDLE_BYTES)) {
        assert.ok((await stat(join(root, bundle))).size <= most, bundle);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('needs nothing at run time but Node and the editor', async () => {
    for (const [bundle, editor] of [
      ['dist/extension.cjs', ['vscode', './claude.cjs', 'fzstd']],
      ['dist/claude.cjs', []],
      ['dist/headless.cjs', []],
    ] as const) {
      const code = await readFile(join(root, bundle), 'utf8');
      const required = new Set(Array.from(code.matchAll(/\brequire\("([^"]+)"\)/g), (match) => match[1]!));
      const foreign = [...required].filter((name) => !builtinModules.includes(name.replace(/^node:/, '')));
      assert.deepEqual(foreign.sort(), [...editor].sort(), bundle);
    }
  });

  it('has no trace of the stand-in', async () => {
    for (const bundle of ['dist/extension.cjs', 'dist/claude.cjs', 'dist/headless.cjs']) {
      assert.doesNotMatch(await readFile(join(root, bundle), 'utf8'), /stand-?in/i, bundle);
    }
  });
});
