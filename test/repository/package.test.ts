import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readZipped } from '../support/zipFile.js';
import { filesUnder, root } from './repository.js';

const ALLOWED = [
  'CHANGELOG.md',
  'LICENSE',
  'README.md',
  'dist/claude.cjs',
  'dist/zstd.cjs',
  'dist/lazyBundle.cjs',
  'dist/extension.cjs',
  'dist/tokenCount.cjs',
  'dist/responsesProtocol.cjs',
  'dist/modelManagement.cjs',
  'dist/tools.cjs',
  'l10n/bundle.l10n.de.json',
  'l10n/bundle.l10n.ja.json',
  'l10n/bundle.l10n.zh-cn.json',
  'media/icon.png',
  'package.json',
  'package.nls.json',
  'package.nls.de.json',
  'package.nls.ja.json',
  'package.nls.zh-cn.json',
];
const LAZY_BUNDLES = [
  './claude.cjs',
  './lazyBundle.cjs',
  './zstd.cjs',
  './tokenCount.cjs',
  './responsesProtocol.cjs',
  './modelManagement.cjs',
];
const MAX_BUNDLE_BYTES = {
  'dist/extension.cjs': 200_000,
  'dist/claude.cjs': 165_000,
  'dist/tools.cjs': 170_000,
  'dist/lazyBundle.cjs': 60_000,
};
const BUNDLES = [...Object.keys(MAX_BUNDLE_BYTES), 'dist/headless.cjs'];
/** Ajv holds these as text, for code that it can write to files. It does not require them here. */
const AJV_MODULES = ['equal', 'ucs2length', 'uri', 'validation_error'].map(
  (name) => `ajv/dist/runtime/${name}`,
);
const MAX_PACKAGE_BYTES = 350_000;

async function node(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  return promisify(execFile)(process.execPath, args, { cwd: root });
}

async function vsce(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  return node(join(root, 'node_modules/@vscode/vsce/vsce'), ...args);
}

describe('the packaged extension', function () {
  this.timeout(120_000);

  it('contains exactly the allowed files', async () => {
    const { stdout } = await vsce('ls', '--no-dependencies');
    const listed = stdout.split(/\r?\n/).filter((line) => line !== '');
    assert.deepEqual(
      listed.sort(),
      [...ALLOWED, ...filesUnder('media/walkthrough'), ...filesUnder('media/grammars')].sort(),
    );
  });

  it('is within its size limits, is packaged without a warning, and has a page whose pictures and links are absolute', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'claude-vsix-'));
    try {
      const vsix = join(folder, 'extension.vsix');
      const { stdout, stderr } = await vsce('package', '--no-dependencies', '--out', vsix);
      assert.doesNotMatch(stdout + stderr, /\bWARN/);
      assert.ok((await stat(vsix)).size <= MAX_PACKAGE_BYTES);
      // The extension's page has no folder that relative addresses could belong to.
      const readme = readZipped(await readFile(vsix), 'extension/readme.md');
      const links = Array.from(readme.matchAll(/\]\(([^)]+)\)/g), ([, address]) => address!);
      assert.ok(links.filter((address) => address.endsWith('.png')).length >= 5);
      assert.deepEqual(
        links.filter((address) => !/^(?:https:\/\/|#)/.test(address)),
        [],
      );
      for (const [bundle, max] of Object.entries(MAX_BUNDLE_BYTES)) {
        assert.ok((await stat(join(root, bundle))).size <= max, bundle);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('requires only Node, VS Code and the lazy bundles at run time', async () => {
    for (const [bundle, allowed] of [
      ['dist/extension.cjs', ['vscode', ...LAZY_BUNDLES]],
      ['dist/claude.cjs', ['./tools.cjs']],
      ['dist/tools.cjs', AJV_MODULES],
      ['dist/lazyBundle.cjs', ['vscode']],
      [
        'dist/headless.cjs',
        ['./zstd.cjs', './responsesProtocol.cjs', './modelManagement.cjs', './tokenCount.cjs', './tools.cjs'],
      ],
      ['dist/tokenCount.cjs', []],
      ['dist/responsesProtocol.cjs', []],
      ['dist/modelManagement.cjs', ['./zstd.cjs']],
      ['dist/zstd.cjs', []],
    ] as const) {
      const code = await readFile(join(root, bundle), 'utf8');
      const required = new Set(Array.from(code.matchAll(/\brequire\("([^"]+)"\)/g), (match) => match[1]!));
      const foreign = [...required].filter((name) => !builtinModules.includes(name.replace(/^node:/, '')));
      assert.deepEqual(foreign.sort(), [...allowed].sort(), bundle);
    }
  });

  it('is built without rewriting unchanged bundles, which a program may be loading', async () => {
    const modifiedAt = async (): Promise<number[]> =>
      Promise.all(BUNDLES.map(async (bundle) => (await stat(join(root, bundle))).mtimeMs));
    const before = await modifiedAt();
    await node('esbuild.js');
    assert.deepEqual(await modifiedAt(), before);
  });

  it('does not contain the stand-in', async () => {
    for (const bundle of BUNDLES) {
      assert.doesNotMatch(await readFile(join(root, bundle), 'utf8'), /stand-?in/i, bundle);
    }
  });
});
