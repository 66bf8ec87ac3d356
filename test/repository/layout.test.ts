import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { filesUnder, manifest, read } from './repository.js';

const MAX_LINES = 250;

const sources = filesUnder('src');

describe('the source files', () => {
  it(`have at most ${MAX_LINES} lines`, () => {
    const tooLong = sources.filter((file) => read(file).split('\n').length - 1 > MAX_LINES);
    assert.deepEqual(tooLong, []);
  });

  it('have names in camelCase that say what they hold', () => {
    const misnamed = sources.filter((file) => !/^[a-z][a-zA-Z0-9]*(\.d)?\.ts$/.test(basename(file)));
    assert.deepEqual(misnamed, []);
    const vague = sources.filter((file) => /util|helper|manager|service|misc|common/i.test(basename(file)));
    assert.deepEqual(vague, []);
  });

  it('wire the extension in at most 80 lines', () => {
    assert.ok(read('src/extension.ts').split('\n').length - 1 <= 80);
  });

  it('contain no TODO and disable no check', () => {
    const markers =
      /\b(TODO|FIXME|XXX|HACK)\b|@ts-(ignore|nocheck|expect-error)|(ox|es)lint-disable|\bas any\b/;
    const marked = sources.filter((file) => markers.test(read(file)));
    assert.deepEqual(marked, []);
  });

  it('start processes in few places, from a file and without a shell', () => {
    const starters = sources.filter((file) => /['"](node:)?child_process['"]/.test(read(file)));
    assert.deepEqual(starters, [
      'src/claude/cli/command.ts',
      'src/claude/cli/loginPath.ts',
      'src/claude/process/process.ts',
      'src/claude/process/terminateTree.ts',
      'src/claude/process/tree.ts',
      'src/claude/process/watchdog.ts',
      'src/claude/process/windowsWatchdog.ts',
      'src/vscode/editorContext/gitIgnored.ts',
      'src/vscode/lifecycle/portProgram.ts',
      'src/vscode/setup/account.ts',
    ]);
    for (const file of starters) {
      const text = read(file);
      // The watchdog's program for Windows is a text in its file.
      const imported = /^(?:import|const) \{ ([^}]*) \}(?: from | = require\()'node:child_process'\)?;$/m;
      const [, names = ''] = imported.exec(text) ?? [];
      const values = names.split(', ').filter((name) => !name.startsWith('type '));
      assert.equal(values.length, 1, file);
      assert.match(values[0] ?? '', /^(spawn|execFile)$/, file);
      assert.doesNotMatch(text, /\bshell: (?!false)/, file);
      assert.doesNotMatch(text, /\b(spawn|execFile)\(\s*`/, file);
    }
  });
});

describe('the dependencies', () => {
  it('are locked by hash, without the address they were fetched from', () => {
    const lock = JSON.parse(read('package-lock.json')) as {
      packages: Record<string, { resolved?: string; integrity?: string; link?: boolean }>;
    };
    const entries = Object.entries(lock.packages).filter(([path]) => path !== '');
    assert.ok(entries.length > 0);
    assert.deepEqual(
      entries.filter(([, entry]) => entry.resolved !== undefined),
      [],
    );
    assert.deepEqual(
      entries.filter(([, entry]) => entry.integrity === undefined),
      [],
    );
    assert.doesNotMatch(read('package-lock.json') + read('.npmrc'), /registry[.=/]/i);
  });

  it('have an exact version of the CLI that the tests run', () => {
    assert.match(manifest().devDependencies['@anthropic-ai/claude-code'] ?? '', /^\d+\.\d+\.\d+$/);
  });
});
