import assert from 'node:assert/strict';
import { createRewinds, rewindsByCli } from '../../../../src/claude/conversation/rewinds.js';

describe('createRewinds', () => {
  it('gives up after three failures without a success', () => {
    let calls = 0;
    const rewinds = createRewinds(() => calls++);
    assert.deepEqual([rewinds.possible, rewinds.failing], [true, false]);
    rewinds.record('failed');
    rewinds.record('failed');
    assert.deepEqual([rewinds.possible, rewinds.failing], [true, true]);
    rewinds.record('failed');
    assert.deepEqual([rewinds.possible, rewinds.failing, calls], [false, true, 1]);
  });

  it('ignores failures of a CLI that has succeeded', () => {
    let calls = 0;
    const rewinds = createRewinds(() => calls++);
    rewinds.record('succeeded');
    for (let i = 0; i < 5; i++) rewinds.record('failed');
    assert.deepEqual([rewinds.possible, rewinds.failing, calls], [true, false, 0]);
  });
});

describe('rewindsByCli', () => {
  it('warns once for each installed CLI, and tries again after an update', () => {
    const lines: string[] = [];
    const rewindsOf = rewindsByCli((line) => lines.push(line));
    const old = { fingerprint: 'a', version: '3.0.0' };
    for (let i = 0; i < 4; i++) rewindsOf(old).record('failed');
    assert.equal(rewindsOf(old).possible, false);
    assert.equal(rewindsOf({ fingerprint: 'b', version: '3.0.1' }).possible, true);
    assert.equal(lines.length, 1);
    assert.match(lines[0]!, /CLI 3\.0\.0 could not remove.*claude update/);
  });
});
