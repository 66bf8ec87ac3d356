import assert from 'node:assert/strict';
import { isAlive } from '../support/processes.js';
import { until } from '../support/until.mjs';
import { answerSteps, fakeCli } from '../support/fakeCli.js';
import { textReply, type Reply as ModelReply } from '../standin/server.js';
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
import { gate } from '../support/gate.js';
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
/** One stream in so many is left in mid-answer, one after a while, the others at once. Each in mid-answer costs a CLI. */
const MANNERS = SOAK ? 2 : 8;
const KILLS = SOAK ? 20 : 2;
/** The backend's defaults: processes at once, and those kept ahead after a conversation. */
const LIMIT = 4;
const SPARES = 2;
/** Requests that may wait. */
const QUEUE = 64;
/** Clients that come and go; most find all places taken. */
const AT_ONCE = 12;
/** How long the CLI may outlive the program: the bound. */
const OUTLIVE_MS = 5000;
const BUSY = 'server busy, please try again.  maximum pending requests exceeded';

/** An answer that never comes to its end. */
function endless(): ModelReply {
  return textReply(['begun', gate().closed, 'never']);
}

describe('the program leaves nothing behind', function () {
  this.timeout(SOAK ? 1_800_000 : 240_000);
  let headless: Headless | undefined;

  before(function () {
    if (!HAS_PROCESS_TABLE) this.skip();
  });
  afterEach(async () => {
    await headless?.stop({ lenient: true });
    headless = undefined;
  });

  it(`after ${ABORTED} streams that their clients left`, async () => {
    headless = await startHeadless({ respond: endless });
    const { url, pid, environment, standIn, kill } = headless;
    const { workspace } = environment;
    let left = 0;

    /** Leaves after the first word, before it, or at once. */
    async function leaver(): Promise<void> {
      while (left < ABORTED) {
        const number = left++;
        const body = chatOf(`question ${number}`);
        if (number % MANNERS === 0) {
          const stream = await openChat(url, body);
          assert.equal(await firstText(stream), 'begun');
          stream.leave();
        } else await chatUntil(url, body, AbortSignal.timeout(number % MANNERS === 1 ? 300 : 5));
      }
    }

    /** Open files and memory once only the spares are left, and nothing moves any more. */
    async function settled(): Promise<{ files: number; bytes: number }> {
      let files = 0;
      let still = 0;
      const atRest = (): boolean => {
        const now = childrenIn(workspace, pid).length === SPARES ? openFiles(pid) : 0;
        still = now > 0 && now === files ? still + 1 : 0;
        files = now;
        return still >= 50;
      };
      await until('only the spares are left', atRest, { timeoutMs: 60_000 });
      return { files, bytes: residentBytes(pid) };
    }

    const stream = await openChat(url, chatOf('the first'));
    await firstText(stream);
    stream.leave();
    const before = await settled();
    const watch = watchChildrenIn(workspace, pid);
    await Promise.all(Array.from({ length: AT_ONCE }, leaver));
    const after = await settled();
    assert.ok(watch.stop() <= LIMIT, 'more processes than the pool may have');
    assert.ok(Math.abs(after.files - before.files) <= 2, `open files: ${before.files}, then ${after.files}`);
    const megabytes = (after.bytes - before.bytes) / 1e6;
    assert.ok(megabytes < 100, `memory grew by ${megabytes.toFixed(1)} MB`);
    const closings = await Promise.all(standIn.requests.map((request) => request.closed));
    assert.ok(closings.length >= ABORTED / MANNERS && closings.every((closing) => closing === 'client'));
    await kill('SIGTERM');
    assert.deepEqual(processesIn(workspace), []);
    console.log(
      `      ${ABORTED} left, ${closings.length} had reached the API; files ${before.files} → ${after.files}, ` +
        `memory ${megabytes < 0 ? '' : '+'}${megabytes.toFixed(1)} MB`,
    );
  });

  it(`when it is killed in mid-stream, ${KILLS} times`, async () => {
    let program = await startHeadless({ respond: endless });
    headless = program;
    const { workspace } = program.environment;
    for (let round = 1; round <= KILLS; round++) {
      const { url, pid, kill } = program;
      const streams = await Promise.all([1, 2].map((n) => openChat(url, chatOf(`question ${round}.${n}`))));
      for (const stream of streams) assert.equal(await firstText(stream), 'begun');
      assert.ok(childrenIn(workspace, pid).length >= 2);
      const broken = streams.map((stream) => assert.rejects(stream.rest()));
      assert.deepEqual(await kill('SIGKILL'), { code: null, signal: 'SIGKILL' });
      await until('no process outlives it', () => processesIn(workspace).length === 0, {
        timeoutMs: OUTLIVE_MS,
      });
      await Promise.all(broken);
      if (round === KILLS) break;
      program = await program.again();
      headless = program;
    }
  });

  it('when its guardian is killed with it: what that leaves is ended at the next start', async () => {
    headless = await startHeadless({ respond: endless });
    const { url, pid, environment, kill } = headless;
    const { workspace } = environment;
    const stream = await openChat(url, chatOf('question'));
    assert.equal(await firstText(stream), 'begun');
    const broken = assert.rejects(stream.rest());
    await until('the spares are there', () => childrenIn(workspace, pid).length === 1 + SPARES, {
      timeoutMs: 60_000,
    });
    const guardians = childrenIn('/', pid);
    assert.equal(guardians.length, 1);
    const left = childrenIn(workspace, pid);
    // All stand still: a CLI ends by itself when it has something to say and nobody takes it, a spare with its input.
    for (const one of [...guardians, ...left]) process.kill(one, 'SIGSTOP');
    await kill('SIGKILL');
    for (const guardian of guardians) process.kill(guardian, 'SIGKILL');
    await broken;
    headless = await headless.again();
    // Other suites start programs of ours meanwhile, and these look for strays, too: who ends them is not asked here.
    await until('they are gone', () => !left.some(isAlive), { timeoutMs: OUTLIVE_MS });
  });
});

describe('a hundred requests at once', function () {
  this.timeout(SOAK ? 1_800_000 : 240_000);

  it(`share ${LIMIT} processes; each is answered or told to come back, and no client waits for another's to end`, async function () {
    if (!HAS_PROCESS_TABLE) this.skip();
    // The bound and the order are ours, not the CLI's, and the real one needs a second of computing for each.
    const fake = SOAK ? undefined : await fakeCli({ steps: answerSteps('ok') });
    const headless = await startHeadless({
      respond: () => textReply('ok'),
      args: fake === undefined ? [] : ['--claude', fake.path],
    });
    const { url, pid, environment } = headless;
    try {
      const order: string[] = [];
      const answers = async (client: string, count: number): Promise<Reply[]> =>
        Promise.all(
          Array.from({ length: count }, async (_, n) => {
            const body = chatOf(`${client} ${n}`);
            const reply = await ask(url, { path: '/api/chat', body, headers: { 'user-agent': client } });
            if (reply.status === 200) order.push(client);
            return reply;
          }),
        );
      const watch = watchChildrenIn(environment.workspace, pid);
      const greedy = answers('greedy', 60);
      const all = (): boolean => childrenIn(environment.workspace, pid).length === LIMIT;
      await until('the greedy client has all places', all, { timeoutMs: 60_000 });
      const before = order.length;
      const replies = await Promise.all([greedy, answers('modest', 8), answers('late', 32)]);
      assert.equal(watch.stop(), LIMIT);
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
      console.log(`      answered: ${order.length}, told to come back: ${refused.join(' + ')}`);
      assert.equal(refused[0], 0);
      assert.ok(order.length >= LIMIT + QUEUE, 'requests were refused although there was room');
      const since = order.slice(before, order.lastIndexOf('modest')).filter((client) => client === 'greedy');
      assert.ok(since.length < 30, `the modest client waited for ${since.length} of the greedy one's`);
    } finally {
      await headless.stop({ lenient: true });
      await fake?.dispose();
    }
  });
});
