import assert from 'node:assert/strict';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { createConnectionLimit } from '../../../src/server/connectionLimit.js';

const socket = (): PassThrough => new PassThrough();

describe('createConnectionLimit', () => {
  it('closes the connection that has been idle for longest when the limit is exceeded', () => {
    const connections = createConnectionLimit(2);
    const [first, second, third] = [socket(), socket(), socket()];
    for (const each of [first, second, third]) connections.add(each);
    assert.deepEqual([first.destroyed, second.destroyed, third.destroyed], [true, false, false]);
  });

  it('keeps an active connection, and counts it as recently used when its reply is sent', () => {
    const connections = createConnectionLimit(2);
    const [first, second, third, fourth] = [socket(), socket(), socket(), socket()];
    connections.add(first);
    connections.begin(first);
    connections.add(second);
    connections.add(third);
    assert.ok(!first.destroyed && second.destroyed && !third.destroyed);
    connections.end(first);
    connections.add(fourth);
    assert.ok(!first.destroyed && third.destroyed && !fourth.destroyed);
  });

  it('counts a connection with two running requests as active until both replies are sent', () => {
    const connections = createConnectionLimit(1);
    const [first, second] = [socket(), socket()];
    connections.add(first);
    connections.begin(first);
    connections.begin(first);
    connections.end(first);
    connections.add(second);
    assert.ok(!first.destroyed && second.destroyed);
  });

  it('closes the new connection when all others are active', () => {
    const connections = createConnectionLimit(1);
    const [first, second] = [socket(), socket()];
    connections.add(first);
    connections.begin(first);
    connections.add(second);
    assert.ok(!first.destroyed && second.destroyed);
  });

  it('does not count closed connections', async () => {
    const connections = createConnectionLimit(1);
    const [first, second] = [socket(), socket()];
    connections.add(first);
    first.destroy();
    await once(first, 'close');
    connections.add(second);
    assert.ok(!second.destroyed);
  });
});
