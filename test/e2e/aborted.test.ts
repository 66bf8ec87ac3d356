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
/** One CLI in so many stays when it is asked to go. */
const STUBBORN = 4;
/** More than the connections that the endpoint takes. */
const AT_ONCE = SOAK ? 600 : 400;
/** The backend's defaults: processes at once, and those kept ahead after a conversation. */
const LIMIT = 4;
const SPARES = 2;
const BUSY = 'server busy, please try again.  maximum pending requests exceeded';

describe('with a CLI that starts programs in sessions of their own', function () {
  this.timeout(SOAK ? 1_800_000 : 240_000);
  let fake: FakeCli;
  let headless: Headless;

  before(async function () {
    if (!HAS_PROCESS_TABLE) return this.skip();
    fake = await fakeCli({
      ignoreTerm: STUBBORN,
      steps: [{ do: 'grandchild' }, ...beginSteps('begun'), { do: 'hang' }],
    });
    headless = await startHeadless({ args: ['--claude', fake.path] });
  });
  after(async () => {
    await headless?.stop({ lenient: true });
    await fake?.dispose();
  });

  it(`${ABORTED} streams that their clients left in mid-answer leave no process and no open file`, async () => {
    const { url, pid, environment } = headless;
    const { workspace } = environment;
    const started = (): number[] => pidsIn(join(fake.folder, 'grandchild'));
    let left = 0;

    async function leave(): Promise<void> {
      const stream = await openChat(url, chatOf(`question ${left}`));
      assert.equal(await firstText(stream), 'begun');
      stream.leave();
    }
    async function leaver(): Promise<void> {
      while (left++ < ABORTED) await leave();
    }
    /** Open files once only the spares are left, and nothing moves any more. */
    async function settled(): Promise<number> {
      let files = 0;
      let still = 0;
      await until(
        'only the spares are left',
        () => {
          const atRest =
            childrenIn(workspace, pid).length === SPARES && processesIn(workspace).length === SPARES;
          const now = atRest ? openFiles(pid) : 0;
          still = now > 0 && now === files ? still + 1 : 0;
          files = now;
          return still >= 50;
        },
        { timeoutMs: 60_000 },
      );
      return files;
    }

    await leave();
    const before = await settled();
    const watch = watchChildrenIn(workspace, pid);
    await Promise.all(Array.from({ length: LIMIT }, leaver));
    const after = await settled();
    assert.ok(watch.stop() <= LIMIT, 'more processes than the pool may have');
    assert.equal(started().length, ABORTED + 1);
    assert.deepEqual(started().filter(isAlive), []);
    assert.ok(Math.abs(after - before) <= 2, `open files: ${before}, then ${after}`);
    const killed = headless.stderr.filter((line) =>
      /did not exit within \d+ ms: killing it/.test(line),
    ).length;
    assert.ok(killed > 0, 'none had to be killed');
    assert.equal(headless.stderr.filter((line) => /outlived/.test(line)).length, 0);
    await headless.kill('SIGTERM');
    assert.deepEqual(processesIn(workspace), []);
    console.log(`      ${ABORTED} left, ${killed} CLIs killed; files ${before} → ${after}`);
  });
});

describe(`${AT_ONCE} requests at once`, function () {
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

  it('are answered, told to come back, or turned away as connections; the program goes on', async () => {
    const { url } = headless;
    const count = { answered: 0, busy: 0, away: 0 };
    const body = chatOf('hi', { keep_alive: 0 });
    const one = async (): Promise<void> => {
      const reply = await ask(url, { path: '/api/chat', body }).catch(
        (error: NodeJS.ErrnoException) => error,
      );
      if (reply instanceof Error) {
        assert.match(reply.code ?? reply.message, /ECONNRESET|EPIPE|socket hang up/);
        count.away++;
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
    await Promise.all(Array.from({ length: AT_ONCE }, one));
    console.log(`      ${JSON.stringify(count)}`);
    assert.ok(count.answered >= LIMIT && count.busy > 0);
    const after = await ask(url, { path: '/api/chat', body });
    assert.equal(after.status, 200);
  });
});

describe('a CLI whose result says something else than its deltas', function () {
  this.timeout(60_000);

  it('is believed the deltas, by clients that stream and by those that do not', async function () {
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
