import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type * as TestSelection from '../../scripts/testSelection.mjs';
import { importScript, root } from './repository.js';

const { selectTests, SUITES, WINE_SUITES } = await importScript<typeof TestSelection>('testSelection.mjs');

const LINES = 'test/unit/core/lineSplitter.test.ts';
const GUARD = 'test/http/guard.test.ts';

describe('the arguments of npm test', () => {
  it('select every suite when they name none, and only small files of the suites that need toolchains', () => {
    const withoutSmallFiles = new Set(['go', 'rust', 'java']);
    const { suites, grep, soak, desktop, record } = selectTests([]);
    assert.deepEqual(
      suites.map(({ name }) => name),
      SUITES.filter((name) => !withoutSmallFiles.has(name)),
    );
    const partial = suites.filter(({ files }) => files !== undefined);
    assert.deepEqual(
      partial.map(({ name }) => name),
      ['agents', 'python'],
    );
    for (const file of partial.flatMap(({ files }) => files ?? []))
      assert.ok(existsSync(join(root, file)), file);
    assert.deepEqual([grep, soak, desktop, record], [undefined, false, false, false]);
  });

  it('select every file for a soak test', () => {
    assert.deepEqual(
      selectTests(['--soak']).suites,
      SUITES.map((name) => ({ name })),
    );
  });

  it('select suites by name, in the order of SUITES', () => {
    const { suites, soak } = selectTests(['e2e', '--soak', 'unit']);
    assert.deepEqual(suites, [{ name: 'unit' }, { name: 'e2e' }]);
    assert.equal(soak, true);
  });

  it('select test files by path, from the repository or the current folder', () => {
    const wanted = [{ name: 'unit', files: [LINES] }];
    assert.deepEqual(selectTests([LINES]).suites, wanted);
    assert.deepEqual(selectTests([`./${LINES}`]).suites, wanted);
    assert.deepEqual(selectTests([join(root, LINES)]).suites, wanted);
    assert.deepEqual(selectTests(['lineSplitter.test.ts'], join(root, 'test/unit/core')).suites, wanted);
    assert.deepEqual(selectTests([GUARD, LINES]).suites, [...wanted, { name: 'http', files: [GUARD] }]);
  });

  it('run the whole suite when they name the suite and one of its files', () => {
    assert.deepEqual(selectTests([LINES, 'unit']).suites, [{ name: 'unit' }]);
    assert.deepEqual(selectTests(['unit', LINES]).suites, [{ name: 'unit' }]);
  });

  it('select the suites for wine with --wine, or those that they name', () => {
    const { suites, wine } = selectTests(['--wine']);
    assert.deepEqual([suites.map(({ name }) => name), wine], [WINE_SUITES, true]);
    assert.deepEqual(selectTests(['claude', '--wine']).suites, [{ name: 'claude' }]);
  });

  it('take a text after --grep, with or without an equals sign', () => {
    assert.equal(selectTests(['unit', '--grep', 'GET /api/tags']).grep, 'GET /api/tags');
    assert.equal(selectTests(['--grep=unit']).grep, 'unit');
  });

  it('are refused when they are unknown or make no sense, with the usage', () => {
    const refused: readonly [string[], RegExp][] = [
      [['unti'], /^Unknown argument: unti$/m],
      [['--sok'], /^Unknown argument: --sok$/m],
      [['--grep'], /^--grep needs a TEXT$/m],
      [['--grep', ''], /^--grep needs a TEXT$/m],
      [['test/unit/absent.test.ts'], /^No such file: test\/unit\/absent\.test\.ts$/m],
      [['test/repository/imports.ts'], /^Unknown argument/m],
      [['test/extension/suite/chat.test.ts'], /run inside VS Code/],
      [['extension', '--wine'], /^VS Code does not run under wine/m],
      [['extension', '--grep', 'chat'], /^--grep is not supported for the suite extension/m],
    ];
    for (const [args, reason] of refused) {
      assert.throws(
        () => selectTests(args),
        (error: Error) => {
          assert.match(error.message, reason);
          assert.match(error.message, /^Usage: npm test -- \[SUITE \| FILE\]/m);
          return true;
        },
      );
    }
  });

  it('end npm test before its set-up when they are wrong', async () => {
    const run = promisify(execFile)(process.execPath, [join(root, 'scripts/test.mjs'), 'unti'], {
      cwd: root,
    });
    await assert.rejects(
      run,
      ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => {
        assert.deepEqual([code, stdout], [1, '']);
        assert.match(stderr, /^Unknown argument: unti\n\nUsage: npm test/);
        assert.doesNotMatch(stderr, /•|at async/);
        return true;
      },
    );
  });
});
