import assert from 'node:assert/strict';
import { join } from 'node:path';
import { answerSteps, beginSteps, fakeCli, type FakeCli } from '../support/fakeCli.js';
import { isAlive, pidsIn } from '../support/processes.js';
import { until } from '../support/until.mjs';
import { ask, chatOf, firstText, openChat, textOf, type Line } from '../support/httpClient.js';
import { startHeadless, type Headless } from '../support/headless.js';
import {
  childrenIn,
  HAS_PROCESS_TABLE,
  openFiles,
  processesIn,
  watchChildrenIn,
} from '../support/processTable.js';

const SOAK = process.env['SOAK'] === '1';
const ABORTED = SOAK ? 1000 : 16;
/** One of this many CLI processes ignores SIGTERM. */
const IGNORES_TERM = 4;
/** More than the server's limit of connections. */
const REQUESTS = SOAK ? 600 : 400;
/** The default limit of CLI processes. */
const MAX_PROCESSES = 4;
/** The processes that wait for a conversation: one of each lane. */
const WAITING_PROCESSES = 2;
/** Only a process of the workspace lane starts commands, and is ended when its answer is stopped. */
const MODEL = 'claude:workspace';
const BUSY = 'server busy, please try again.  maximum pending requests exceeded';

describe('a CLI that starts processes in sessions of their own', function () {
  this.timeout(SOAK ? 1_800_000 : 240_000);
  let fake: FakeCli;
  let headless: Headless;

  before(async function () {
    if (!HAS_PROCESS_TABLE) return this.skip();
    fake = await fakeCli({
      ignoreTerm: IGNORES_TERM,
      steps: [{ do: 'grandchild' }, ...beginSteps('begun'), { do: 'hang' }],
    });
    headless = await startHeadless({ args: ['--claude', fake.path] });
  });
  after(async () => {
    await headless?.stop({ lenient: true });
    await fake?.dispose();
  });

  it(`leaves no process and no open file behind after ${ABORTED} aborted streams`, async () => {
    const { url, pid, environment } = headless;
    const { workspace } = environment;
    const started = (): number[] => pidsIn(join(fake.folder, 'grandchild'));
    let aborted = 0;

    async function abort(): Promise<void> {
      const stream = await openChat(url, chatOf(`question ${aborted}`, { model: MODEL }));
      assert.equal(await firstText(stream), 'begun');
      stream.disconnect();
    }
    async function client(): Promise<void> {
      while (aborted++ < ABORTED) await abort();
    }
    /** Open files when only the waiting processes are left and the number of files is stable. */
    async function idle(): Promise<number> {
      let files = 0;
      let unchanged = 0;
      await until(
        'only the waiting processes are left',
        () => {
          const isIdle =
            childrenIn(workspace, pid).length === WAITING_PROCESSES &&
            processesIn(workspace).length === WAITING_PROCESSES;
          const now = isIdle ? openFiles(pid) : 0;
          unchanged = now > 0 && now === files ? unchanged + 1 : 0;
          files = now;
          return unchanged >= 50;
        },
        { timeoutMs: 60_000 },
      );
      return files;
    }

    await abort();
    const before = await idle();
    const watch = watchChildrenIn(workspace, pid);
    await Promise.all(Array.from({ length: MAX_PROCESSES }, client));
    const after = await idle();
    assert.ok(watch.stop() <= MAX_PROCESSES, 'more processes than the limit');
    assert.equal(started().length, ABORTED + 1);
    assert.deepEqual(started().filter(isAlive), []);
    assert.ok(Math.abs(after - before) <= 2, `open files: ${before}, then ${after}`);
    const killed = headless.stderr.filter((line) =>
      /did not exit within \d+ ms: killing it/.test(line),
    ).length;
    assert.ok(killed > 0, 'no CLI was killed');
    assert.equal(headless.stderr.filter((line) => /outlived/.test(line)).length, 0);
    await headless.kill('SIGTERM');
    assert.deepEqual(processesIn(workspace), []);
    console.log(`      ${ABORTED} aborted, ${killed} CLIs killed; files ${before} → ${after}`);
  });
});

describe(`${REQUESTS} simultaneous requests`, function () {
  this.timeout(120_000);
  let fake: FakeCli;
  let headless: Headless;

  before(async function () {
    if (!HAS_PROCESS_TABLE) return this.skip();
    fake = await fakeCli({ steps: answerSteps('ok') });
    headless = await startHeadless({ args: ['--claude', fake.path] });
  });
  after(async () => {
    await headless?.stop({ lenient: true });
    await fake?.dispose();
  });

  it('are answered, told to retry, or refused as connections; the server keeps running', async () => {
    const { url } = headless;
    const count = { answered: 0, busy: 0, refused: 0 };
    const body = chatOf('hi', { keep_alive: 0 });
    const one = async (): Promise<void> => {
      const reply = await ask(url, { path: '/api/chat', body }).catch(
        (error: NodeJS.ErrnoException) => error,
      );
      if (reply instanceof Error) {
        assert.match(reply.code ?? reply.message, /ECONNRESET|EPIPE|socket hang up/);
        count.refused++;
      } else if (reply.status === 503) {
        assert.deepEqual(JSON.parse(reply.body), { error: BUSY });
        assert.ok(Number(reply.headers['retry-after']) >= 1);
        count.busy++;
      } else {
        assert.equal(reply.status, 200);
        const lines = reply.body.trimEnd().split('\n');
        assert.equal(textOf(lines.map((line) => JSON.parse(line) as Line)), 'ok');
        assert.match(lines.at(-1) ?? '', /"done":true,"done_reason":"stop"/);
        count.answered++;
      }
    };
    await Promise.all(Array.from({ length: REQUESTS }, one));
    console.log(`      ${JSON.stringify(count)}`);
    assert.ok(count.answered >= MAX_PROCESSES && count.busy > 0);
    const after = await ask(url, { path: '/api/chat', body });
    assert.equal(after.status, 200);
  });
});

describe('a CLI whose result differs from its deltas', function () {
  this.timeout(60_000);

  it('is answered with the text of its deltas, streamed or not', async function () {
    if (process.platform === 'win32') this.skip();
    const says = { type: 'result', subtype: 'success', is_error: false, result: 'summed up', num_turns: 1 };
    const steps = [...answerSteps('stre', 'amed').slice(0, -1), { do: 'send', message: says } as const];
    const fake = await fakeCli({ steps });
    const headless = await startHeadless({ args: ['--claude', fake.path] });
    try {
      const { url } = headless;
      const texts = await Promise.all(
        [true, false].map(async (stream) => {
          const { body } = await ask(url, { path: '/api/chat', body: chatOf('hi', { stream }) });
          return textOf(
            body
              .trimEnd()
              .split('\n')
              .map((line) => JSON.parse(line) as Line),
          );
        }),
      );
      assert.deepEqual(texts, ['streamed', 'streamed']);
    } finally {
      await headless.stop({ lenient: true });
      await fake.dispose();
    }
  });
});
