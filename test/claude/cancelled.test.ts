/** Requests that are cancelled at every stage of an answer: no process and no running request remains. */
import assert from 'node:assert/strict';
import type { ChatEvent } from '../../src/core/chat.js';
import type { BackendLimits } from '../../src/core/cliBackend.js';
import { answerSteps, beginSteps, requesting, messageEnd, type Step } from '../support/fakeCli.js';
import { HI, startFake, type FakeRig } from './fakeRig.js';
import { answerOf, never } from '../support/cliRig.js';
import { isAlive } from '../support/processes.js';
import { until } from '../support/until.mjs';

const ROUNDS = process.env['SOAK'] === '1' ? 100 : 3;
const HANG: Step = { do: 'hang' };
const ONE_PROCESS = { processes: 1 };

describe(`a cancelled request, ${ROUNDS} times`, function () {
  this.timeout(process.env['SOAK'] === '1' ? 900_000 : 60_000);
  let rig: FakeRig;

  before(function () {
    // The fake is a script with `#!`.
    if (process.platform === 'win32') this.skip();
  });
  afterEach(() => rig.close());

  async function start(steps: readonly Step[], limits: Partial<BackendLimits> = {}): Promise<void> {
    rig = await startFake({ steps }, limits);
  }

  const idle = (processes = 0): Promise<boolean> =>
    until('the backend is idle', () => {
      const now = rig.backend.activity();
      const alive = rig.pids().filter(isAlive).length;
      return now.running + now.waiting === 0 && now.processes === processes && alive === processes;
    });

  interface Chat {
    cancel(): void;
    /** Resolves at the end of the answer, with the error if there was one. */
    readonly ended: Promise<unknown>;
    readonly events: readonly ChatEvent[];
    /** Resolves when the request is sent to the API. */
    readonly asked: Promise<void>;
  }

  function chat(): Chat {
    const client = new AbortController();
    const events: ChatEvent[] = [];
    let requestSent = (): void => undefined;
    const sent = new Promise<void>((resolve) => (requestSent = resolve));
    async function read(): Promise<void> {
      for await (const event of rig.backend.chat(HI, client.signal, {
        requestSent,
        retrying: () => undefined,
        answering: () => undefined,
        permissionDecided: () => undefined,
      }))
        events.push(event);
    }
    const ended = read().then(
      () => undefined,
      (error: unknown) => error,
    );
    return { cancel: () => client.abort(), ended, events, asked: sent };
  }

  async function assertCancelled({ ended }: Chat): Promise<void> {
    assert.equal(((await ended) as { kind?: string } | undefined)?.kind, 'cancelled');
  }

  const textOf = ({ events }: Chat): string =>
    events.map((event) => (event.type === 'text' ? event.text : '')).join('');

  it('leaves the queue while it is waiting', async () => {
    await start(
      [...beginSteps('a'), { do: 'waitForFile', file: 'go' }, ...answerSteps().slice(-2)],
      ONE_PROCESS,
    );
    const first = chat();
    await until('the first answer begins', () => textOf(first) === 'a');
    for (let round = 1; round <= ROUNDS; round++) {
      const waiting = chat();
      await until('it is queued', () => rig.backend.activity().waiting === 1);
      waiting.cancel();
      await assertCancelled(waiting);
      assert.deepEqual(rig.backend.activity(), { running: 1, waiting: 0, processes: 1 });
    }
    rig.createFile('go');
    assert.equal(await first.ended, undefined);
    await idle(1);
    assert.equal(rig.pids().length, 1);
  });

  it('starts no process if it is cancelled immediately', async () => {
    await start(answerSteps('a'));
    for (let round = 1; round <= ROUNDS; round++) {
      const request = chat();
      request.cancel();
      await assertCancelled(request);
    }
    await idle();
    assert.deepEqual(rig.pids(), []);
  });

  it('ends its process while that is starting', async () => {
    await start(answerSteps('a'));
    for (let round = 1; round <= ROUNDS; round++) {
      const request = chat();
      await until('the process starts', () => rig.backend.activity().processes === 1);
      request.cancel();
      await assertCancelled(request);
      await idle();
    }
  });

  it('ends its process before the first text', async () => {
    await start([{ do: 'send', message: requesting }, HANG]);
    for (let round = 1; round <= ROUNDS; round++) {
      const request = chat();
      await request.asked;
      request.cancel();
      await assertCancelled(request);
      assert.equal(textOf(request), '');
      await idle();
    }
  });

  it('ends its process after the first text', async () => {
    await start([...beginSteps('a'), HANG]);
    for (let round = 1; round <= ROUNDS; round++) {
      const request = chat();
      await until('the text', () => textOf(request) === 'a');
      request.cancel();
      await assertCancelled(request);
      await idle();
    }
  });

  it('ends its process after the last text, before the result', async () => {
    await start([...beginSteps('a', 'b'), { do: 'send', message: messageEnd }, HANG]);
    for (let round = 1; round <= ROUNDS; round++) {
      const request = chat();
      await until('the text', () => textOf(request) === 'ab');
      request.cancel();
      await assertCancelled(request);
      await idle();
    }
  });

  it('changes nothing after the end of the answer', async () => {
    await start(answerSteps('a'), ONE_PROCESS);
    for (let round = 1; round <= ROUNDS; round++) {
      const request = chat();
      assert.equal(await request.ended, undefined);
      request.cancel();
      // The only process keeps the conversation for its next turn, and is emptied for the next request.
      await idle(1);
    }
    assert.equal(rig.pids().length, 1);
  });
});

describe('600 simultaneous requests', function () {
  this.timeout(60_000);

  it('are answered up to the limits of processes and queue, and the others get a busy error', async function () {
    if (process.platform === 'win32') this.skip();
    const [processes, queue] = [4, 20];
    const rig = await startFake({ steps: answerSteps('ok') }, { processes, queue });
    try {
      const results = await Promise.allSettled(
        Array.from({ length: 600 }, () => answerOf(rig.backend.chat({ ...HI, keepAliveMs: 0 }, never()))),
      );
      const answered = results.filter(
        (result) => result.status === 'fulfilled' && result.value.text === 'ok',
      );
      const busy = results.filter(
        (result) => result.status === 'rejected' && (result.reason as { kind?: string }).kind === 'busy',
      );
      assert.deepEqual([answered.length, busy.length], [processes + queue, 600 - processes - queue]);
      const { running, waiting } = rig.backend.activity();
      assert.deepEqual([running, waiting], [0, 0]);
    } finally {
      await rig.close();
    }
  });
});
