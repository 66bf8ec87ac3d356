import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readRecords } from '../../src/claude/process/processRecords.js';
import { isAlive } from '../support/processes.js';
import { until } from '../support/until.mjs';
import { answerSteps, fakeCli } from '../support/fakeCli.js';
import { textReply, type Reply as ModelReply, type StandInRequest } from '../standin/server.js';
import {
  ask,
  chatOf,
  chatUntil,
  firstText,
  openChat,
  textOf,
  type Line,
  type Reply,
} from '../support/httpClient.js';
import { createLatch } from '../support/latch.js';
import { startHeadless, type Headless } from '../support/headless.js';
import {
  childrenIn,
  HAS_PROCESS_TABLE,
  openFiles,
  processesIn,
  residentBytes,
  watchChildrenIn,
} from '../support/processTable.js';

const SOAK = process.env['SOAK'] === '1';
const ABORTED = SOAK ? 1000 : 100;
/** One of this many clients disconnects during the answer, one after 300 ms, the others at once. */
const DISCONNECT_KINDS = SOAK ? 2 : 8;
const KILLS = SOAK ? 20 : 2;
/** The default limit of CLI processes, and the length of the queue. */
const MAX_PROCESSES = 4;
const QUEUE = 64;
/** The server's open files for each CLI process: stdin, stdout and stderr. */
const PIPES = 3;
/** Simultaneous clients, more than there may be processes. */
const CLIENTS = 12;
/** How long the CLI may run after the server has been killed. */
const OUTLIVE_MS = 5000;
const BUSY = 'server busy, please try again.  maximum pending requests exceeded';

/** An answer without an end. */
function endlessReply(): ModelReply {
  return textReply(['begun', createLatch().opened, 'never']);
}

describe('the server leaves no process and no open file behind', function () {
  this.timeout(SOAK ? 1_800_000 : 240_000);
  let headless: Headless | undefined;

  before(function () {
    if (!HAS_PROCESS_TABLE) this.skip();
  });
  afterEach(async () => {
    await headless?.stop({ lenient: true });
    headless = undefined;
  });

  it(`after ${ABORTED} aborted streams`, async () => {
    headless = await startHeadless({ respond: endlessReply });
    const { url, pid, environment, standIn, kill } = headless;
    const { workspace } = environment;
    let aborted = 0;

    /** A client that disconnects after the first text, before it, or at once. */
    async function client(): Promise<void> {
      while (aborted < ABORTED) {
        const number = aborted++;
        const body = chatOf(`question ${number}`);
        if (number % DISCONNECT_KINDS === 0) {
          const stream = await openChat(url, body);
          assert.equal(await firstText(stream), 'begun');
          stream.disconnect();
        } else await chatUntil(url, body, AbortSignal.timeout(number % DISCONNECT_KINDS === 1 ? 300 : 5));
      }
    }

    const open = new Set<StandInRequest>();
    let counted = 0;
    /** How many of the CLI's requests to the API have not been closed. */
    function openRequests(): number {
      for (; counted < standIn.requests.length; counted++) {
        const request = standIn.requests[counted]!;
        open.add(request);
        void request.closed.then(() => open.delete(request));
      }
      return open.size;
    }

    /**
     * The number of processes, the open files apart from the pipes to them, and the memory, when no request is open at the
     * API and the numbers are stable. A process that has grown too large is ended, so there may be fewer than the limit.
     */
    async function idle(): Promise<{ processes: number; files: number; bytes: number }> {
      let processes = 0;
      let files = 0;
      let unchanged = 0;
      const isIdle = (): boolean => {
        const nowProcesses = childrenIn(workspace, pid).length;
        const nowFiles = openFiles(pid) - PIPES * nowProcesses;
        const isStable = nowProcesses === processes && nowFiles === files;
        unchanged = isStable && processes > 0 && openRequests() === 0 ? unchanged + 1 : 0;
        [processes, files] = [nowProcesses, nowFiles];
        return unchanged >= 50;
      };
      await until('all processes wait for a request', isIdle, { timeoutMs: 60_000 });
      return { processes, files, bytes: residentBytes(pid) };
    }

    // As many simultaneous streams as there may be processes, so that all processes exist before the first measurement.
    const streams = await Promise.all(
      Array.from({ length: MAX_PROCESSES }, async (_, n) => {
        const stream = await openChat(url, chatOf(`first ${n}`));
        assert.equal(await firstText(stream), 'begun');
        return stream;
      }),
    );
    for (const stream of streams) stream.disconnect();
    const before = await idle();
    assert.equal(before.processes, MAX_PROCESSES);
    const watch = watchChildrenIn(workspace, pid);
    await Promise.all(Array.from({ length: CLIENTS }, client));
    const after = await idle();
    assert.ok(watch.stop() <= MAX_PROCESSES, 'more processes than the limit');
    assert.ok(Math.abs(after.files - before.files) <= 2, `open files: ${before.files}, then ${after.files}`);
    const megabytes = (after.bytes - before.bytes) / 1e6;
    assert.ok(megabytes < 100, `memory grew by ${megabytes.toFixed(1)} MB`);
    const closings = await Promise.all(standIn.requests.map((request) => request.closed));
    assert.ok(
      closings.length >= ABORTED / DISCONNECT_KINDS && closings.every((closing) => closing === 'client'),
    );
    await kill('SIGTERM');
    assert.deepEqual(processesIn(workspace), []);
    console.log(
      `      ${ABORTED} aborted, ${closings.length} had reached the API; files ${before.files} → ${after.files}, ` +
        `memory ${megabytes < 0 ? '' : '+'}${megabytes.toFixed(1)} MB`,
    );
  });

  it(`when it is killed while answers are streaming, ${KILLS} times`, async () => {
    let server = await startHeadless({ respond: endlessReply });
    headless = server;
    const { workspace } = server.environment;
    for (let round = 1; round <= KILLS; round++) {
      const { url, pid, kill } = server;
      const streams = await Promise.all([1, 2].map((n) => openChat(url, chatOf(`question ${round}.${n}`))));
      for (const stream of streams) assert.equal(await firstText(stream), 'begun');
      assert.ok(childrenIn(workspace, pid).length >= 2);
      const broken = streams.map((stream) => assert.rejects(stream.rest()));
      assert.deepEqual(await kill('SIGKILL'), { code: null, signal: 'SIGKILL' });
      await until('no CLI process is left', () => processesIn(workspace).length === 0, {
        timeoutMs: OUTLIVE_MS,
      });
      await Promise.all(broken);
      if (round === KILLS) break;
      server = await server.restart();
      headless = server;
    }
  });

  it('when its watchdog is killed with it: the next start ends the leftover processes', async () => {
    headless = await startHeadless({ respond: endlessReply });
    const { url, pid, environment, kill } = headless;
    const { workspace } = environment;
    const stream = await openChat(url, chatOf('question'));
    assert.equal(await firstText(stream), 'begun');
    const broken = assert.rejects(stream.rest());
    // The process that answers, and the one that is started ahead.
    await until('a process has been started ahead', () => childrenIn(workspace, pid).length === 2, {
      timeoutMs: 60_000,
    });
    const watchdogs = childrenIn('/', pid);
    assert.equal(watchdogs.length, 1);
    const left = childrenIn(workspace, pid);
    await until('both processes have been recorded', async () => {
      const recorded = new Set((await readRecords()).map((record) => record.pid));
      return left.every((one) => recorded.has(one));
    });
    // Stop them all: a running CLI would exit when its output pipe breaks or its input ends.
    for (const one of [...watchdogs, ...left]) process.kill(one, 'SIGSTOP');
    await kill('SIGKILL');
    for (const watchdog of watchdogs) process.kill(watchdog, 'SIGKILL');
    await broken;
    headless = await headless.restart();
    // Servers of other suites look for leftover processes too, so this does not check which server ended them.
    await until('the leftover processes have exited', () => !left.some(isAlive), { timeoutMs: OUTLIVE_MS });
  });
});

describe('a hundred simultaneous requests', function () {
  this.timeout(SOAK ? 1_800_000 : 240_000);

  it(`share ${MAX_PROCESSES} processes; each is answered or told to retry, and a client need not wait for all requests of another`, async function () {
    if (!HAS_PROCESS_TABLE) this.skip();
    // The limit and the order do not depend on the CLI, and the real one needs a second of processor time per request.
    const fake = SOAK
      ? undefined
      : await fakeCli({ steps: [{ do: 'waitForFile', file: 'open' }, ...answerSteps('ok')] });
    const latch = createLatch();
    const headless = await startHeadless({
      respond: () => textReply([latch.opened, 'ok']),
      args: fake === undefined ? [] : ['--claude', fake.path],
    });
    const { url, pid, environment } = headless;
    try {
      const order: string[] = [];
      let told = 0;
      const answers = async (client: string, count: number): Promise<Reply[]> =>
        Promise.all(
          Array.from({ length: count }, async (_, n) => {
            const body = chatOf(`${client} ${n}`);
            const reply = await ask(url, { path: '/api/chat', body, headers: { 'user-agent': client } });
            if (reply.status === 200) order.push(client);
            else told++;
            return reply;
          }),
        );
      const watch = watchChildrenIn(environment.workspace, pid);
      /** Waits until all processes are used and every request that was sent has been received. */
      async function received(): Promise<void> {
        let files = 0;
        let unchanged = 0;
        const isReceived = (): boolean => {
          const now = openFiles(pid);
          const isFull = childrenIn(environment.workspace, pid).length === MAX_PROCESSES;
          unchanged = isFull && now === files ? unchanged + 1 : 0;
          files = now;
          return unchanged >= 50;
        };
        await until('the requests have been received', isReceived, { timeoutMs: 60_000 });
      }

      // No request is answered before all have been received: otherwise the order would depend on the speed of the machine.
      const greedy = answers('greedy', 48);
      await received();
      const modest = answers('modest', 8);
      await received();
      const late = answers('late', 44);
      const refusals = 100 - MAX_PROCESSES - QUEUE;
      await until('the queue is full', () => told === refusals, { timeoutMs: 60_000 });
      assert.equal(order.length, 0);
      latch.open();
      if (fake !== undefined) await writeFile(join(fake.folder, 'open'), '');
      const replies = await Promise.all([greedy, modest, late]);
      assert.equal(watch.stop(), MAX_PROCESSES);
      for (const { status, headers, body } of replies.flat()) {
        if (status === 503) {
          assert.deepEqual(JSON.parse(body), { error: BUSY });
          assert.ok(Number(headers['retry-after']) >= 1);
        } else {
          assert.equal(status, 200);
          const lines = body.trimEnd().split('\n');
          assert.equal(textOf(lines.map((line) => JSON.parse(line) as Line)), 'ok');
          assert.match(lines.at(-1) ?? '', /"done":true,"done_reason":"stop"/);
        }
      }
      const refused = replies.map((some) => some.filter(({ status }) => status === 503).length);
      console.log(`      answered: ${order.length}, told to retry: ${refused.join(' + ')}`);
      assert.deepEqual(refused, [0, 0, refusals]);
      const since = order.slice(0, order.lastIndexOf('modest')).filter((client) => client === 'greedy');
      // Those in the processes, one for each of its own, and some that were answered at the same time.
      const most = MAX_PROCESSES + 8 + MAX_PROCESSES;
      assert.ok(
        since.length <= most,
        `the modest client waited for ${since.length} requests of the greedy one`,
      );
    } finally {
      await headless.stop({ lenient: true });
      await fake?.dispose();
    }
  });
});
