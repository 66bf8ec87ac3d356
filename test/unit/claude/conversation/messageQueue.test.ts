import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { MessageQueue } from '../../../../src/claude/conversation/messageQueue.js';

const nothing = (): void => undefined;

/** The whole program stands still for that long, as when it is stopped or the machine sleeps. */
function standStill(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

describe('an inbox', () => {
  it('holds the sender back when it fills, and lets go when it is empty', async () => {
    const held: boolean[] = [];
    const inbox = new MessageQueue<number>((full) => held.push(full));
    for (let i = 0; i < 300; i++) inbox.push(i);
    assert.deepEqual(held, [true]);
    for (let i = 0; i < 300; i++) assert.equal(await inbox.take(1000), i);
    assert.deepEqual(held, [true, false]);
  });

  it('lets go when what waits is forgotten, and keeps what is to be kept', async () => {
    const held: boolean[] = [];
    const inbox = new MessageQueue<number>((full) => held.push(full));
    for (let i = 0; i < 300; i++) inbox.push(i);
    inbox.forget((item) => item === 7);
    assert.deepEqual(held, [true, false]);
    assert.equal(await inbox.take(1000), 7);
    assert.equal(await inbox.take(1), undefined);
  });

  it('gives up when nothing comes', async () => {
    assert.equal(await new MessageQueue<number>(nothing).take(1), undefined);
  });

  it('does not give up in a program that stood still before it could read what had come', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const writer = connect((server.address() as AddressInfo).port, '127.0.0.1');
    const [reader] = (await once(server, 'connection')) as [typeof writer];
    try {
      // The system has it before anybody reads.
      await new Promise<void>((resolve, reject) =>
        writer.write('here', (error) => (error ? reject(error) : resolve())),
      );
      const inbox = new MessageQueue<string>(nothing);
      reader.setEncoding('utf8').on('data', (text: string) => inbox.push(text));
      const taken = inbox.take(40);
      standStill(400);
      assert.equal(await taken, 'here');
    } finally {
      writer.destroy();
      reader.destroy();
      server.close();
    }
  });

  it('counts only time in which the program ran', async () => {
    let now = 0;
    let looks = 0;
    // Each look at the clock is one piece of the wait; the second one comes a day late.
    const clock = (): number => {
      looks++;
      now += looks === 3 ? 86_400_000 : 1;
      return now;
    };
    assert.equal(await new MessageQueue<number>(nothing, clock).take(8), undefined);
    assert.equal(looks, 1 + 8 + 1);
  });
});
