import assert from 'node:assert/strict';
import { descendants, mapProcesses, taskkillCommand } from '../../../../src/claude/process/tree.js';

describe('descendants', () => {
  it('lists descendants at any depth and no other processes', () => {
    const table = '  1 0\n 10 1\n 11 10\n12 11\n 13 1\n14 13\n\nnonsense here\n';
    assert.deepEqual(
      descendants(10, table).sort((a, b) => a - b),
      [11, 12],
    );
    assert.deepEqual(descendants(99, table), []);
  });
});

describe('mapProcesses', () => {
  it('reads a few processes at a time and skips those that cannot be read', async function () {
    if (process.platform !== 'linux') this.skip();
    let active = 0;
    let most = 0;
    const found = await mapProcesses(async (pid) => {
      most = Math.max(most, ++active);
      await new Promise((resolve) => setImmediate(resolve));
      active--;
      if (Number(pid) !== process.pid) throw new Error('may not be read');
      return pid;
    });
    assert.deepEqual(found, [String(process.pid)]);
    assert.ok(most <= 16, `${most} at once`);
  });
});

describe('taskkillCommand', () => {
  it('names the program by its full path, and ends the whole tree', () => {
    assert.deepEqual(taskkillCommand(12, { SystemRoot: 'D:\\Windows' }), {
      file: 'D:\\Windows\\System32\\taskkill.exe',
      args: ['/T', '/F', '/PID', '12'],
    });
    assert.equal(taskkillCommand(12, {}).file, 'C:\\Windows\\System32\\taskkill.exe');
  });
});
