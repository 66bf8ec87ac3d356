import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FairQueue } from '../../../../src/claude/pool/fairQueue.js';

const nothing = (): void => undefined;
const open = new AbortController().signal;

describe('FairQueue', function () {
  this.timeout(60_000);
  it('lets clients take turns and keeps the order of each client', async () => {
    const queue = new FairQueue(1, 10, nothing);
    const release = await queue.enter('greedy', open);
    const order: string[] = [];
    const enter = (client: string, name: string): Promise<void> =>
      queue.enter(client, open).then((done) => {
        order.push(name);
        done();
      });
    const all = [
      enter('greedy', 'g1'),
      enter('greedy', 'g2'),
      enter('greedy', 'g3'),
      enter('modest', 'm1'),
      enter('third', 't1'),
      enter('modest', 'm2'),
    ];
    release();
    await Promise.all(all);
    assert.deepEqual(order, ['g1', 'm1', 't1', 'g2', 'm2', 'g3']);
  });

  it('rejects a request when it is full, with the time until a retry', async () => {
    const queue = new FairQueue(1, 1, nothing);
    const release = await queue.enter('a', open);
    const waiting = queue.enter('a', open);
    await assert.rejects(queue.enter('b', open), { kind: 'busy', retryAfterSeconds: 5 });
    release();
    (await waiting)();
    assert.deepEqual([queue.running, queue.waiting], [0, 0]);
  });

  it('admits every request that is not aborted, and never too many at once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 3 }),
        fc.array(fc.record({ client: fc.constantFrom('a', 'b', 'c'), aborts: fc.boolean() }), {
          maxLength: 20,
        }),
        async (capacity, requests) => {
          const queue = new FairQueue(capacity, 100, nothing);
          let active = 0;
          const done = await Promise.all(
            requests.map(async ({ client, aborts }) => {
              const abort = new AbortController();
              const entering = queue.enter(client, abort.signal);
              if (aborts) abort.abort();
              try {
                const release = await entering;
                active++;
                assert.ok(active <= capacity);
                await Promise.resolve();
                active--;
                release();
                release();
                return true;
              } catch {
                return false;
              }
            }),
          );
          assert.ok(done.every((admitted, i) => admitted || requests[i]!.aborts));
          assert.deepEqual([queue.running, queue.waiting], [0, 0]);
        },
      ),
    );
  });
});
