import assert from 'node:assert/strict';
import { privateBytes, privateMemory } from '../../../../src/claude/process/memory.js';

describe('privateBytes', () => {
  it('adds the private pages of the kernel’s table', () => {
    const table =
      'Rss:  162000 kB\nShared_Clean: 77000 kB\nPrivate_Clean:    1000 kB\nPrivate_Dirty:   84000 kB\n';
    assert.equal(privateBytes(table), 85_000 * 1024);
  });

  it('tells nothing without such pages', () => {
    assert.equal(privateBytes(''), undefined);
  });
});

describe('privateMemory', () => {
  it('tells the memory of this process where the system does', async function () {
    if (!['linux', 'darwin'].includes(process.platform)) this.skip();
    assert.ok(((await privateMemory(process.pid)) ?? 0) > 1_000_000);
  });

  it('tells nothing of a process that does not exist', async () => {
    assert.equal(await privateMemory(2 ** 22 + 1), undefined);
  });
});
