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
import { ask, chatOf, openChat } from '../support/httpClient.js';
import { startHeadless, type Headless } from '../support/headless.js';
import { HAS_PROCESS_TABLE, residentBytes } from '../support/processTable.js';

const MIB = 1024 * 1024;
/** An answer of 400 MB. */
const DELTAS = 400_000;
const DELTA_BYTES = 1000;
/** Lines of the answer before. */
const READ_FIRST = 8000;
/** What a client that reads nothing may cost. */
const GROWTH_BYTES = 32 * MIB;
/** The producer is held back when it wrote nothing more for so long. */
const STILL_MS = 500;

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

  /** How much of the answer the CLI has got rid of. */
  function written(): number {
    try {
      return Number(readFileSync(join(cli.folder, 'flooded'), 'utf8'));
    } catch {
      return 0;
    }
  }

  /** Another answer, of which some is read: what its memory costs is not the stalled client's. */
  async function readSome(url: string): Promise<void> {
    const stream = await openChat(url, chatOf('hi'));
    for (let lines = 0; lines < READ_FIRST; lines++) await stream.next();
    stream.leave();
    await until('no CLI is left of it', () => !newest().some(isAlive));
    await rm(join(cli.folder, 'flooded'), { force: true });
  }

  function newest(): number[] {
    return pidsIn(join(cli.folder, 'pids')).slice(-1);
  }

  async function heldBack(): Promise<number> {
    for (let before = -1; ;) {
      await delay(STILL_MS);
      const now = written();
      if (now > 0 && now === before) return now;
      before = now;
    }
  }

  it('holds the CLI back in an answer of 400 MB, costs next to no memory, and takes it along when it goes', async () => {
    const { url, pid } = headless;
    await readSome(url);
    const before = residentBytes(pid);
    const body = JSON.stringify(chatOf('hi'));
    const { port, hostname } = new URL(url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    socket.pause();
    socket.write(
      `POST /api/chat HTTP/1.1\r\nHost: ${hostname}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
    const held = await heldBack();
    const growth = residentBytes(pid) - before;
    console.log(`      held back after ${held} of ${DELTAS} deltas, memory +${(growth / MIB).toFixed(1)} MB`);
    assert.ok(held < DELTAS / 2, `the CLI wrote ${held} deltas`);
    assert.ok(growth < GROWTH_BYTES, `memory grew by ${growth} bytes`);
    assert.equal((await ask(url, { path: '/api/version' })).status, 200);
    socket.destroy();
    await until('no CLI is left of it', () => !newest().some(isAlive));
  });
});
