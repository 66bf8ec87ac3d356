import assert from 'node:assert/strict';
import { autoProcesses } from '../../../../src/claude/pool/autoProcesses.js';

const GIB = 2 ** 30;

describe('autoProcesses', () => {
  for (const [memory, processes] of [
    [2, 2],
    [4, 3],
    [8, 4],
    [16, 6],
    [32, 8],
    [128, 8],
  ] as const) {
    it(`allows ${processes} processes on a machine with ${memory} GB`, () => {
      assert.equal(autoProcesses(memory * GIB), processes);
      // The system reports less than the machine has.
      assert.equal(autoProcesses(memory * 0.95 * GIB), processes);
    });
  }
});
