import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { Agent } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../support/until.mjs';
import { textReply } from '../standin/server.js';
import { ask, chatOf, firstText, openChat, textOf } from '../support/httpClient.js';
import { createLatch } from '../support/latch.js';
import { startHeadless, type Headless, type HeadlessOptions } from '../support/headless.js';
import { childrenIn, HAS_PROCESS_TABLE, openFiles, stateOf } from '../support/processTable.js';

const DAY_MS = 86_400_000;
/** A limit of open files: about twice what the idle server needs. */
const FEW_FILES = 64;
/** Fewer free files than starting a CLI process takes. */
const TOO_FEW_LEFT = 4;
/** The number of open files is stable after this many equal counts. */
const STABLE_COUNTS = 5;

/** Moves the clock by a day, forward and back, at each SIGUSR2. */
const CLOCK = `
  const Real = Date;
  let shift = 0;
  globalThis.Date = class extends Real {
    constructor(...args) {
      if (args.length > 0) super(...args);
      else super(Real.now() + shift);
    }
    static now() {
      return Real.now() + shift;
    }
  };
  process.on('SIGUSR2', () => {
    shift = shift > 0 ? -${DAY_MS} : ${DAY_MS};
    console.error('the clock is changed by ' + shift);
  });
`;

describe('the server on a machine with faults', function () {
  this.timeout(120_000);
  let headless: Headless | undefined;
  let folder: string;
  const sockets: Socket[] = [];

  before(function () {
    if (!HAS_PROCESS_TABLE) this.skip();
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'machine-'));
  });
  afterEach(async () => {
    release();
    await headless?.stop({ lenient: true });
    headless = undefined;
    await rm(folder, { recursive: true, force: true });
  });

  function release(): void {
    for (const socket of sockets.splice(0)) socket.destroy();
  }

  async function start(options: HeadlessOptions): Promise<Headless> {
    headless = await startHeadless({ respond: () => textReply('Hello.'), ...options });
    return headless;
  }

  async function answers({ url }: Headless): Promise<void> {
    const { status, body } = await ask(url, { path: '/api/chat', body: chatOf('hi', { stream: false }) });
    assert.equal(status, 200, body);
    assert.match(body, /Hello\./);
  }

  function open({ url }: Headless): Socket {
    const { port, hostname } = new URL(url);
    // A refused connection is reset.
    const socket = connect(Number(port), hostname).on('error', () => undefined);
    sockets.push(socket);
    return socket;
  }

  /** A condition for `until`: the number of open files fits and is stable. */
  function isStable({ pid }: Headless, fits: (count: number) => boolean): () => boolean {
    let last = 0;
    let same = 0;
    return () => {
      const count = openFiles(pid);
      same = fits(count) && (same === 0 || count === last) ? same + 1 : 0;
      last = count;
      return same === STABLE_COUNTS;
    };
  }

  it('refuses connections when no file is free, and serves them again when files are', async () => {
    const server = await start({ maxOpenFiles: FEW_FILES });
    await answers(server);
    const all = Array.from({ length: 2 * FEW_FILES }, () => open(server));
    await until('one connection is refused', () => all.some((socket) => socket.closed));
    assert.notEqual(stateOf(server.pid), undefined);
    release();
    // The system has accepted connections that the server has not: it still takes them, one after the other.
    const areClosed = isStable(server, (count) => count < FEW_FILES - 2 * TOO_FEW_LEFT);
    await until('its files are closed again', areClosed);
    await answers(server);
  });

  it('answers 503 when no file is free to look up the user of a connection, and looks it up again later', async () => {
    // Without a CLI, whose processes would open and close files meanwhile.
    const server = await start({ maxOpenFiles: FEW_FILES, args: ['--claude', join(folder, 'none')] });
    const started = isStable(server, (count) => count < FEW_FILES / 2);
    await until('it has started and opens no files', started);
    const atRest = openFiles(server.pid);
    const idle: Socket[] = [];
    // One by one, each after the lookup for the one before, so that one gets the last file and its lookup gets none.
    while (!idle.some((socket) => socket.closed)) {
      const socket = open(server);
      const expected = atRest + idle.push(socket);
      const lookedUp = isStable(server, (count) => count === expected);
      await until('it is refused, or accepted and looked up', () => socket.closed || lookedUp());
    }
    assert.notEqual(stateOf(server.pid), undefined, 'the server died');
    const version = 'GET /api/version HTTP/1.1\r\nHost: localhost\r\n\r\n';
    const [last, ...others] = idle.filter((socket) => !socket.closed).toReversed();
    const refused = await exchange(last!, version);
    assert.match(refused, /^HTTP\/1\.1 503 [^]*Cannot determine which user opened this connection/);
    for (const socket of others) socket.destroy();
    await until('its files are closed again', () => openFiles(server.pid) <= atRest + 1);
    assert.match(await exchange(last!, version), /^HTTP\/1\.1 200 /);
    assert.match(await exchange(open(server), version), /^HTTP\/1\.1 200 /);
  });

  it('answers 503 when no file is free to start a CLI process, and answers again when files are', async () => {
    const server = await start({ maxOpenFiles: FEW_FILES, args: ['--trace'] });
    const { workspace } = server.environment;
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    await ask(server.url, { path: '/api/version', agent });
    const isFull = (): boolean => {
      if (openFiles(server.pid) >= FEW_FILES - TOO_FEW_LEFT) return true;
      if (sockets.at(-1)?.connecting !== true) open(server);
      return false;
    };
    // A warm process would answer without a start, so kill it; the server may replace it once.
    for (let warm = childrenIn(workspace, server.pid); warm.length > 0;) {
      for (const pid of warm) process.kill(pid, 'SIGKILL');
      for (const pid of warm) await server.logged(new RegExp(`pid=${pid} ended`));
      await until(
        'it opens no files',
        isStable(server, (count) => count < FEW_FILES),
      );
      await until('connections use up its files', isFull);
      warm = childrenIn(workspace, server.pid);
    }
    const reply = await ask(server.url, { path: '/api/chat', body: chatOf('hi'), agent });
    assert.equal(reply.status, 503);
    assert.match(reply.body, /cannot be started: .*Close some programs, then try again/);
    agent.destroy();
    release();
    await until('its files are closed again', () => openFiles(server.pid) < FEW_FILES / 2);
    await answers(server);
  });

  it('reports durations that are right when the clock changes during an answer', async () => {
    const preload = join(folder, 'clock.cjs');
    await writeFile(preload, CLOCK);
    const held = createLatch();
    const server = await start({ preload, respond: () => textReply(['Hel', held.opened, 'lo.']) });
    for (const turn of [1, 2, 3]) {
      const stream = await openChat(server.url, chatOf(`turn ${turn}`));
      assert.equal(await firstText(stream), 'Hel');
      process.kill(server.pid, 'SIGUSR2');
      await until(
        'the clock is changed',
        () => server.stderr.filter((line) => line.startsWith('the clock')).length === turn,
      );
      held.open();
      const lines = await stream.rest();
      assert.equal(textOf(lines), 'lo.');
      const end = lines.at(-1);
      const { total_duration: total = -1, created_at: at } = end ?? {};
      assert.ok(total > 0 && total < 60e9, `it took ${total} ns`);
      assert.ok(Math.abs(Date.parse(String(at)) - Date.now()) < 2 * DAY_MS, String(at));
    }
  });

  it('continues an answer after all its processes were suspended', async () => {
    const held = createLatch();
    const server = await start({ respond: () => textReply(['Hel', held.opened, 'lo.']) });
    const stream = await openChat(server.url, chatOf('hi'));
    assert.equal(await firstText(stream), 'Hel');
    const all = [server.pid, ...childrenIn(server.environment.workspace, server.pid)];
    for (const pid of all) process.kill(pid, 'SIGSTOP');
    held.open();
    await Promise.all(all.map((pid) => until('it is suspended', () => stateOf(pid) === 'T')));
    for (const pid of all) process.kill(pid, 'SIGCONT');
    assert.equal(textOf(await stream.rest()), 'lo.');
    await answers(server);
  });

  it('answers chats when the home folder is read-only', async () => {
    // Not even root can create files in /proc.
    const server = await start({ env: { HOME: '/proc', CLAUDE_CONFIG_DIR: '/proc/claude' } });
    await answers(server);
    await answers(server);
  });

  it('answers chats when the disk is full', async function () {
    const small = join(folder, 'small');
    await mkdir(small);
    const { code } = await runCommand('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', small]);
    if (code !== 0) {
      console.log('        skipped: mounting a small disk needs root');
      return this.skip();
    }
    try {
      await writeFile(join(small, 'all'), Buffer.alloc(1024 * 1024)).catch(() => undefined);
      const full = { HOME: small, CLAUDE_CONFIG_DIR: join(small, 'config'), TMPDIR: small };
      const server = await start({ env: full });
      await answers(server);
      await answers(server);
      await server.kill('SIGTERM');
    } finally {
      await runCommand('umount', [small]);
    }
  });

  it('leaves no temporary files behind', async () => {
    const server = await start({ env: { TMPDIR: folder } });
    await answers(server);
    const before = await readdir(folder);
    for (const _turn of Array(3)) await answers(server);
    assert.deepEqual(await readdir(folder), before);
  });
});

/** Sends bytes and returns the first data of the response. */
async function exchange(socket: Socket, bytes: string): Promise<string> {
  const answer = once(socket, 'data') as Promise<[Buffer]>;
  socket.write(bytes);
  return String((await answer)[0]);
}

/** Runs a system command and returns its exit code. */
async function runCommand(file: string, args: readonly string[]): Promise<{ code: number | null }> {
  const child = spawn(file, args, { stdio: 'ignore' });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code };
}
