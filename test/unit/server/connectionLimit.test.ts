import assert from 'node:assert/strict';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { createConnectionLimit } from '../../../src/server/connectionLimit.js';

const socket = (): PassThrough => new PassThrough();

describe('connections', () => {
  it('one too many costs the one that was of no use for longest', () => {
    const connections = createConnectionLimit(2);
    const [first, second, third] = [socket(), socket(), socket()];
    for (const one of [first, second, third]) connections.add(one);
    assert.deepEqual([first.destroyed, second.destroyed, third.destroyed], [true, false, false]);
  });

  it('one that works is kept, and has been of use when it is done', () => {
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

  it('one with two answers under way works until both are out', () => {
    const connections = createConnectionLimit(1);
    const [first, second] = [socket(), socket()];
    connections.add(first);
    connections.begin(first);
    connections.begin(first);
    connections.end(first);
    connections.add(second);
    assert.ok(!first.destroyed && second.destroyed);
  });

  it('a new one is refused when all others work', () => {
    const connections = createConnectionLimit(1);
    const [first, second] = [socket(), socket()];
    connections.add(first);
    connections.begin(first);
    connections.add(second);
    assert.ok(!first.destroyed && second.destroyed);
  });

  it('a closed one makes room', async () => {
    const connections = createConnectionLimit(1);
    const [first, second] = [socket(), socket()];
    connections.add(first);
    first.destroy();
    await once(first, 'close');
    connections.add(second);
    assert.ok(!second.destroyed);
  });
});
