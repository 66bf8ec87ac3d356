import assert from 'node:assert/strict';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './repository.js';

interface Totals {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

interface TotalsModule {
  readonly NOTHING: Totals;
  add(a: Totals, b: Totals): Totals;
  totalsLine(totals: Totals): string;
  parseTotals(output: string): Totals | undefined;
}

describe('the totals of a test run', () => {
  let totals: TotalsModule;

  before(async () => {
    totals = (await import(pathToFileURL(join(root, 'scripts/totals.mjs')).href)) as TotalsModule;
  });

  it('add up', () => {
    const one = { passed: 1, failed: 2, skipped: 3 };
    assert.deepEqual(totals.add(totals.add(totals.NOTHING, one), one), { passed: 2, failed: 4, skipped: 6 });
  });

  it('are read from the last line that is not blank', () => {
    const line = totals.totalsLine({ passed: 10, failed: 0, skipped: 2 });
    assert.equal(line, '10 passed, 0 failed, 2 skipped');
    for (const output of [line, `noise\n${line}\n`, `noise\r\n${line}\r\n\r\n`]) {
      assert.deepEqual(totals.parseTotals(output), { passed: 10, failed: 0, skipped: 2 });
    }
  });

  it('are missing when the last line says something else', () => {
    for (const output of [
      '',
      'done',
      '1 passed, 0 failed, 0 skipped\nthen it crashed',
      'x 1 passed, 0 failed, 0 skipped',
    ]) {
      assert.equal(totals.parseTotals(output), undefined);
    }
  });
});
