import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FairQueue } from '../../../../src/claude/pool/fairQueue.js';
import { descendants, mapProcesses } from '../../../../src/claude/process/tree.js';

const nothing = (): void => undefined;
const open = new AbortController().signal;

describe('the turnstile', function () {
  this.timeout(60_000);
  it('lets clients take turns, each in its own order', async () => {
    const turnstile = new FairQueue(1, 10, nothing);
    const leave = await turnstile.enter('greedy', open);
    const order: string[] = [];
    const enter = (client: string, name: string): Promise<void> =>
      turnstile.enter(client, open).then((done) => {
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
    leave();
    await Promise.all(all);
    assert.deepEqual(order, ['g1', 'm1', 't1', 'g2', 'm2', 'g3']);
  });

  it('refuses who would wait too long a line, and says when to come again', async () => {
    const turnstile = new FairQueue(1, 1, nothing);
    const leave = await turnstile.enter('a', open);
    const waiting = turnstile.enter('a', open);
    await assert.rejects(turnstile.enter('b', open), { kind: 'busy', retryAfterSeconds: 5 });
    leave();
    (await waiting)();
    assert.deepEqual([turnstile.running, turnstile.waiting], [0, 0]);
  });

  it('loses nobody and no place, whoever leaves when', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 3 }),
        fc.array(fc.record({ client: fc.constantFrom('a', 'b', 'c'), aborts: fc.boolean() }), {
          maxLength: 20,
        }),
        async (places, visitors) => {
          const turnstile = new FairQueue(places, 100, nothing);
          let inside = 0;
          const done = await Promise.all(
            visitors.map(async ({ client, aborts }) => {
              const abort = new AbortController();
              const entering = turnstile.enter(client, abort.signal);
              if (aborts) abort.abort();
              try {
                const leave = await entering;
                inside++;
                assert.ok(inside <= places);
                await Promise.resolve();
                inside--;
                leave();
                leave();
                return true;
              } catch {
                return false;
              }
            }),
          );
          assert.ok(done.every((admitted, i) => admitted || visitors[i]!.aborts));
          assert.deepEqual([turnstile.running, turnstile.waiting], [0, 0]);
        },
      ),
    );
  });
});

describe('the tree of processes', () => {
  it('has descendants at any depth and no strangers', () => {
    const table = '  1 0\n 10 1\n 11 10\n12 11\n 13 1\n14 13\n\nnonsense here\n';
    assert.deepEqual(
      descendants(10, table).sort((a, b) => a - b),
      [11, 12],
    );
    assert.deepEqual(descendants(99, table), []);
  });

  it('is looked at a few processes at a time, and those that cannot be looked at count as none', async function () {
    if (process.platform !== 'linux') this.skip();
    let now = 0;
    let most = 0;
    const found = await mapProcesses(async (pid) => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setImmediate(resolve));
      now--;
      if (Number(pid) !== process.pid) throw new Error('not ours to look at');
      return pid;
    });
    assert.deepEqual(found, [String(process.pid)]);
    assert.ok(most <= 16, `${most} at once`);
  });
});
