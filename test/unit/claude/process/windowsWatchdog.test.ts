import assert from 'node:assert/strict';
import { processesToKill } from '../../../../src/claude/process/windowsWatchdog.js';

const watched = { pid: 100, startedAt: 1000, endedAt: 5000 };
const child = (pid: number, parent: number, startedAt: number) => ({ pid, parent, startedAt });

describe('processesToKill', () => {
  it('finds the descendants of a process that has exited, at any depth', () => {
    const listed = [child(1, 0, 0), child(101, 100, 1500), child(102, 101, 1600), child(103, 102, 9000)];
    assert.deepEqual(processesToKill(watched, listed), [101, 102, 103]);
  });

  it('includes the process itself while it is running', () => {
    assert.deepEqual(processesToKill(watched, [child(100, 1, 1000), child(101, 100, 1500)]), [100, 101]);
  });

  it('leaves alone a later process with the same id, and its children', () => {
    assert.deepEqual(processesToKill(watched, [child(100, 1, 6000), child(101, 100, 6100)]), []);
  });

  it('leaves alone the children of an earlier process with the same id', () => {
    assert.deepEqual(processesToKill(watched, [child(101, 100, 900)]), []);
  });

  it('leaves alone an older process whose recorded parent is a descendant with a reused id', () => {
    assert.deepEqual(processesToKill(watched, [child(101, 100, 2000), child(102, 101, 1500)]), [101]);
  });

  it('ends with a list in which ids form a circle', () => {
    assert.deepEqual(
      processesToKill(watched, [child(101, 100, 2000), child(102, 101, 2000), child(100, 102, 2000)]),
      [100, 101, 102],
    );
  });
});
