import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { MessageQueue } from '../../../../src/claude/conversation/messageQueue.js';

const nothing = (): void => undefined;

/** Blocks the whole program, as when it is suspended or the machine sleeps. */
function suspend(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

describe('MessageQueue', () => {
  it('pauses the sender when it is full, and resumes it when it is empty', async () => {
    const calls: boolean[] = [];
    const queue = new MessageQueue<number>((full) => calls.push(full));
    for (let i = 0; i < 300; i++) queue.push(i);
    assert.deepEqual(calls, [true]);
    for (let i = 0; i < 300; i++) assert.equal(await queue.take(1000), i);
    assert.deepEqual(calls, [true, false]);
  });

  it('resumes the sender when items are dropped, and keeps the items to keep', async () => {
    const calls: boolean[] = [];
    const queue = new MessageQueue<number>((full) => calls.push(full));
    for (let i = 0; i < 300; i++) queue.push(i);
    queue.drop((item) => item === 7);
    assert.deepEqual(calls, [true, false]);
    assert.equal(await queue.take(1000), 7);
    assert.equal(await queue.take(1), undefined);
  });

  it('times out without a message', async () => {
    assert.equal(await new MessageQueue<number>(nothing).take(1), undefined);
  });

  it('does not time out when the program was suspended before it could read a message', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const writer = connect((server.address() as AddressInfo).port, '127.0.0.1');
    const [reader] = (await once(server, 'connection')) as [typeof writer];
    try {
      // The operating system has the message before this program reads it.
      await new Promise<void>((resolve, reject) =>
        writer.write('here', (error) => (error ? reject(error) : resolve())),
      );
      const queue = new MessageQueue<string>(nothing);
      reader.setEncoding('utf8').on('data', (text: string) => queue.push(text));
      const taken = queue.take(40);
      suspend(400);
      assert.equal(await taken, 'here');
    } finally {
      writer.destroy();
      reader.destroy();
      server.close();
    }
  });

  it('counts only the time in which the program ran', async () => {
    let now = 0;
    let reads = 0;
    // The clock is read once at the start and at each of the 8 ticks; the second tick comes a day late.
    const clock = (): number => {
      reads++;
      now += reads === 3 ? 86_400_000 : 1;
      return now;
    };
    assert.equal(await new MessageQueue<number>(nothing, clock).take(8), undefined);
    assert.equal(reads, 1 + 8 + 1);
  });
});
