import assert from 'node:assert/strict';
import type * as Outcomes from '../../scripts/wine/outcome.mjs';
import type * as System from '../../scripts/wine/system.mjs';
import { importScript } from './repository.js';

const { judge } = await importScript<typeof Outcomes>('wine/outcome.mjs');
const { windowsPath, wineCommand } = await importScript<typeof System>('wine/system.mjs');

const EXCEPTIONS = [{ suite: 'one', tests: /^links /, reason: 'no links' }];

/** The result of a suite whose tests have these titles; those in `failing` fail. */
function resultOf(titles: readonly string[], failing: readonly string[] = [], suite = 'one') {
  const tests = titles.map((title) => (failing.includes(title) ? { title, failure: 'no' } : { title }));
  const failures = failing.map((title) => `${suite}: ${title}: no`);
  const counts = { passed: titles.length - failing.length, failed: failing.length, skipped: 2 };
  return { suite, counts, tests, failures };
}

describe('the outcome of tests under wine', () => {
  it('explains failures by the exceptions', () => {
    assert.deepEqual(judge(resultOf(['links a', 'b'], ['links a']), EXCEPTIONS), {
      suite: 'one',
      passed: 1,
      impossible: 1,
      skipped: 2,
      failures: [],
    });
  });

  it('has all other failures, also those of another suite with such a title', () => {
    const { failures } = judge(resultOf(['links a', 'b'], ['links a', 'b']), EXCEPTIONS);
    assert.deepEqual(failures, ['one: b: no']);
    assert.deepEqual(judge(resultOf(['links a'], ['links a'], 'two'), EXCEPTIONS).failures, [
      'two: links a: no',
    ]);
  });

  it('has what failed outside of tests', () => {
    const result = resultOf(['links a'], ['links a']);
    const failures = [...result.failures, 'the suite "one", because it ended early'];
    assert.deepEqual(judge({ ...result, failures }, EXCEPTIONS).failures, [
      'the suite "one", because it ended early',
    ]);
  });

  it('reports exceptions whose tests pass', () => {
    const { failures } = judge(resultOf(['links a']), EXCEPTIONS);
    assert.match(failures.join(), /^one: links a: it passes, but .*exceptions\.mjs/);
  });
});

describe('a command under wine', () => {
  it('names paths as Windows programs do', () => {
    assert.equal(windowsPath('w/project/a.mjs'), 'Z:\\w\\project\\a.mjs');
  });

  it('mounts folders with any characters in their names', () => {
    const { args } = wineCommand('/cache', [{ from: "/it's $(here)", to: 'w/run' }], ['wine', 'a b']);
    assert.ok(args.some((arg) => arg.includes(`mount --bind '/it'\\''s $(here)' '/cache/w/run'\n`)));
    assert.deepEqual(args.slice(-2), ['wine', 'a b']);
  });
});
