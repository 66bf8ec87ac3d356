import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fakeCli, beginSteps, type FakeCli } from '../support/fakeCli.js';
import { isAlive, pidsIn } from '../support/processes.js';
import { until } from '../support/until.mjs';
import { ask, chatOf, firstText, openChat } from '../support/httpClient.js';
import { startHeadless, type Headless } from '../support/headless.js';
import { HAS_PROCESS_TABLE, residentBytes } from '../support/processTable.js';

const MIB = 1024 * 1024;
/** An answer of 400 MB. */
const DELTAS = 400_000;
const DELTA_BYTES = 1000;
/** Lines that are read of an earlier answer. */
const WARM_UP_LINES = 8000;
/** Allowed memory growth for a client that reads nothing. */
const MAX_GROWTH_BYTES = 32 * MIB;
/** The CLI is blocked when it has written nothing for so long. */
const BLOCKED_MS = 500;

describe('a client that stops reading', function () {
  this.timeout(120_000);
  let cli: FakeCli;
  let headless: Headless;

  before(async function () {
    if (!HAS_PROCESS_TABLE) this.skip();
    const flood = { do: 'flood', deltas: DELTAS, size: DELTA_BYTES } as const;
    cli = await fakeCli({ steps: [...beginSteps(), flood] });
    headless = await startHeadless({ args: ['--claude', cli.path] });
  });
  after(async () => {
    await headless?.stop({ lenient: true });
    await cli?.dispose();
  });

  /** How many deltas the CLI has written. */
  function written(): number {
    try {
      return Number(readFileSync(join(cli.folder, 'flooded'), 'utf8'));
    } catch {
      return 0;
    }
  }

  /** Reads a part of another answer, so that the memory of a first answer does not count. */
  async function warmUp(url: string): Promise<void> {
    const stream = await openChat(url, chatOf('hi'));
    for (let lines = 0; lines < WARM_UP_LINES; lines++) await stream.next();
    stream.disconnect();
    await untilStopped(1);
    await rm(join(cli.folder, 'flooded'), { force: true });
  }

  /** The processes whose answers were stopped, in that order. */
  function stopped(): number[] {
    return pidsIn(join(cli.folder, 'interrupts'));
  }

  /** Waits until that many answers have been stopped and no delta is being written. Returns the process of the latest. */
  async function untilStopped(answers: number): Promise<number> {
    await until(`${answers} answers have been stopped`, () => stopped().length === answers);
    await delay(BLOCKED_MS);
    return stopped().at(-1) ?? 0;
  }

  /** Waits until the CLI is blocked. Returns the number of deltas that it has written. */
  async function untilBlocked(): Promise<number> {
    for (let before = -1; ;) {
      await delay(BLOCKED_MS);
      const now = written();
      if (now > 0 && now === before) return now;
      before = now;
    }
  }

  it('blocks the CLI in an answer of 400 MB and costs little memory; when it disconnects, the CLI stops the answer and its process answers the next request', async () => {
    const { url, pid } = headless;
    await warmUp(url);
    const before = residentBytes(pid);
    const body = JSON.stringify(chatOf('hi'));
    const { port, hostname } = new URL(url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    socket.pause();
    socket.write(
      `POST /api/chat HTTP/1.1\r\nHost: ${hostname}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
    const deltas = await untilBlocked();
    const growth = residentBytes(pid) - before;
    console.log(`      blocked after ${deltas} of ${DELTAS} deltas, memory +${(growth / MIB).toFixed(1)} MB`);
    assert.ok(deltas < DELTAS / 2, `the CLI wrote ${deltas} deltas`);
    assert.ok(growth < MAX_GROWTH_BYTES, `memory grew by ${growth} bytes`);
    assert.equal((await ask(url, { path: '/api/version' })).status, 200);
    socket.destroy();
    const stoppedProcess = await untilStopped(2);
    const atStop = written();
    await delay(BLOCKED_MS);
    assert.equal(written(), atStop, 'the CLI went on with the answer');
    assert.ok(atStop < DELTAS / 2, `the CLI wrote ${atStop} deltas`);
    assert.ok(isAlive(stoppedProcess), 'the process was ended');
    const next = await openChat(url, chatOf('again'));
    assert.notEqual(await firstText(next), undefined);
    next.disconnect();
    assert.equal(await untilStopped(3), stoppedProcess, 'another process answered');
  });
});
