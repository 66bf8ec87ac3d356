import assert from 'node:assert/strict';
import type * as TestCounts from '../../scripts/testCounts.mjs';
import { importScript } from './repository.js';

const { addCounts, NO_TESTS, parseSummary, summaryLine } =
  await importScript<typeof TestCounts>('testCounts.mjs');

describe('the counts of a test run', () => {
  it('add up', () => {
    const one = { passed: 1, failed: 2, skipped: 3 };
    assert.deepEqual(addCounts(addCounts(NO_TESTS, one), one), { passed: 2, failed: 4, skipped: 6 });
  });

  it('are read from the last line that is not blank', () => {
    const line = summaryLine({ passed: 10, failed: 0, skipped: 2 });
    assert.equal(line, '10 passed, 0 failed, 2 skipped');
    for (const output of [line, `noise\n${line}\n`, `noise\r\n${line}\r\n\r\n`]) {
      assert.deepEqual(parseSummary(output), { passed: 10, failed: 0, skipped: 2 });
    }
  });

  it('are missing when the last line is not a summary', () => {
    for (const output of [
      '',
      'done',
      '1 passed, 0 failed, 0 skipped\nthen it crashed',
      'x 1 passed, 0 failed, 0 skipped',
    ]) {
      assert.equal(parseSummary(output), undefined);
    }
  });
});
