/** Clients that go away at every stage of an answer: nothing is left of them, and nothing counts as running. */
import assert from 'node:assert/strict';
import type { ChatEvent } from '../../src/core/chat.js';
import type { BackendLimits } from '../../src/claude/backend.js';
import { answerActs, beginActs, requesting, stop, type Act } from '../support/fakeCli.js';
import { HI, startFake, type FakeRig } from './fakeRig.js';
import { answerOf, never } from '../support/cliRig.js';
import { isAlive } from '../support/processes.js';
import { until } from '../support/until.mjs';

const ROUNDS = process.env['SOAK'] === '1' ? 100 : 3;
const HANG: Act = { do: 'hang' };
const ONE_AT_ONCE = { processes: 1 };

describe(`a client that goes away, ${ROUNDS} times`, function () {
  this.timeout(process.env['SOAK'] === '1' ? 900_000 : 60_000);
  let rig: FakeRig;

  before(function () {
    // The fake is a script with `#!`.
    if (process.platform === 'win32') this.skip();
  });
  afterEach(() => rig.close());

  async function start(acts: readonly Act[], limits: Partial<BackendLimits> = {}): Promise<void> {
    rig = await startFake({ acts }, limits);
  }

  const atRest = (processes = 0): Promise<boolean> =>
    until('nothing runs', () => {
      const now = rig.backend.activity();
      const alive = rig.pids().filter(isAlive).length;
      return now.running + now.waiting === 0 && now.processes === processes && alive === processes;
    });

  interface Chat {
    leave(): void;
    /** Settles when the answer is over; the error it ended with. */
    readonly over: Promise<unknown>;
    readonly events: readonly ChatEvent[];
    /** Settles when the question is on its way to the API. */
    readonly asked: Promise<void>;
  }

  function chat(): Chat {
    const client = new AbortController();
    const events: ChatEvent[] = [];
    let asked = (): void => undefined;
    const left = new Promise<void>((resolve) => (asked = resolve));
    async function read(): Promise<void> {
      for await (const event of rig.backend.chat(HI, client.signal, { asked, decided: () => undefined }))
        events.push(event);
    }
    const over = read().then(
      () => undefined,
      (error: unknown) => error,
    );
    return { leave: () => client.abort(), over, events, asked: left };
  }

  async function cancelled({ over }: Chat): Promise<void> {
    assert.equal(((await over) as { kind?: string } | undefined)?.kind, 'cancelled');
  }

  const textOf = ({ events }: Chat): string =>
    events.map((event) => (event.type === 'text' ? event.text : '')).join('');

  it('while it waits for its turn', async () => {
    await start([...beginActs('a'), { do: 'await', file: 'go' }, ...answerActs().slice(-2)], ONE_AT_ONCE);
    const first = chat();
    await until('it is answered', () => textOf(first) === 'a');
    for (let round = 1; round <= ROUNDS; round++) {
      const waiting = chat();
      await until('it waits', () => rig.backend.activity().waiting === 1);
      waiting.leave();
      await cancelled(waiting);
      assert.deepEqual(rig.backend.activity(), { running: 1, waiting: 0, processes: 1 });
    }
    rig.put('go');
    assert.equal(await first.over, undefined);
    await atRest(1);
    assert.equal(rig.pids().length, 1);
  });

  it('before its process has started', async () => {
    await start(answerActs('a'));
    for (let round = 1; round <= ROUNDS; round++) {
      const leaver = chat();
      leaver.leave();
      await cancelled(leaver);
    }
    await atRest();
    assert.deepEqual(rig.pids(), []);
  });

  it('while its process starts', async () => {
    await start(answerActs('a'));
    for (let round = 1; round <= ROUNDS; round++) {
      const leaver = chat();
      await until('there is one', () => rig.backend.activity().processes === 1);
      leaver.leave();
      await cancelled(leaver);
      await atRest();
    }
  });

  it('before the first word', async () => {
    await start([{ do: 'say', message: requesting }, HANG]);
    for (let round = 1; round <= ROUNDS; round++) {
      const leaver = chat();
      await leaver.asked;
      leaver.leave();
      await cancelled(leaver);
      assert.equal(textOf(leaver), '');
      await atRest();
    }
  });

  it('after the first word', async () => {
    await start([...beginActs('a'), HANG]);
    for (let round = 1; round <= ROUNDS; round++) {
      const leaver = chat();
      await until('the word', () => textOf(leaver) === 'a');
      leaver.leave();
      await cancelled(leaver);
      await atRest();
    }
  });

  it('after the last word, before the CLI has said that it is', async () => {
    await start([...beginActs('a', 'b'), { do: 'say', message: stop }, HANG]);
    for (let round = 1; round <= ROUNDS; round++) {
      const leaver = chat();
      await until('the words', () => textOf(leaver) === 'ab');
      leaver.leave();
      await cancelled(leaver);
      await atRest();
    }
  });

  it('after the end', async () => {
    await start(answerActs('a'), ONE_AT_ONCE);
    for (let round = 1; round <= ROUNDS; round++) {
      const leaver = chat();
      assert.equal(await leaver.over, undefined);
      leaver.leave();
      // The conversation waits for its next turn, in the one process that there may be.
      await atRest(1);
    }
    assert.equal(rig.pids().length, ROUNDS);
  });
});

describe('600 requests at once', function () {
  this.timeout(60_000);

  it('are answered as far as there is room to wait, and the others are told to come back', async function () {
    if (process.platform === 'win32') this.skip();
    const [processes, queue] = [4, 20];
    const rig = await startFake({ acts: answerActs('ok') }, { processes, queue });
    try {
      const ends = await Promise.allSettled(
        Array.from({ length: 600 }, () => answerOf(rig.backend.chat({ ...HI, keepAliveMs: 0 }, never()))),
      );
      const answered = ends.filter((end) => end.status === 'fulfilled' && end.value.text === 'ok');
      const busy = ends.filter(
        (end) => end.status === 'rejected' && (end.reason as { kind?: string }).kind === 'busy',
      );
      assert.deepEqual([answered.length, busy.length], [processes + queue, 600 - processes - queue]);
      const { running, waiting } = rig.backend.activity();
      assert.deepEqual([running, waiting], [0, 0]);
    } finally {
      await rig.close();
    }
  });
});
