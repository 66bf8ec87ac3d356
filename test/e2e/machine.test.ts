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
import { gate } from '../support/gate.js';
import { startHeadless, type Headless, type HeadlessOptions } from '../support/headless.js';
import { childrenIn, HAS_PROCESS_TABLE, openFiles, stateOf } from '../support/processTable.js';

const DAY_MS = 86_400_000;
/** What the program needs at rest, and as much for chats. */
const FEW_FILES = 64;
/** Fewer than a process of the CLI takes. */
const TOO_FEW_LEFT = 4;
/** That many equal counts of its files in a row tell that a program opens none for now. */
const QUIET_LOOKS = 5;

/** Changes the clock by a day, to and fro, at each SIGUSR2. */
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

describe('when the machine has its troubles', function () {
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
    // What is turned away is reset.
    const socket = connect(Number(port), hostname).on('error', () => undefined);
    sockets.push(socket);
    return socket;
  }

  /** Tells, asked again and again, whether the count of open files fits and stays what it is. */
  function quiet({ pid }: Headless, fits: (count: number) => boolean): () => boolean {
    let last = 0;
    let same = 0;
    return () => {
      const count = openFiles(pid);
      same = fits(count) && (same === 0 || count === last) ? same + 1 : 0;
      last = count;
      return same === QUIET_LOOKS;
    };
  }

  it('has no file left for a connection: new ones are turned away, and served again once there are', async () => {
    const program = await start({ openFiles: FEW_FILES });
    await answers(program);
    const all = Array.from({ length: 2 * FEW_FILES }, () => open(program));
    await until('one is turned away', () => all.some((socket) => socket.closed));
    assert.notEqual(stateOf(program.pid), undefined);
    release();
    await until('its files are back', () => openFiles(program.pid) < FEW_FILES - 2 * TOO_FEW_LEFT);
    await answers(program);
  });

  it('has no file left to look whose an idle connection is: it lives, says so to who asks there, and looks again', async () => {
    // Without a CLI, whose processes would take files and give them back meanwhile.
    const program = await start({ openFiles: FEW_FILES, args: ['--claude', join(folder, 'none')] });
    const begun = quiet(program, (count) => count < FEW_FILES / 2);
    await until('it has begun, and opens no files for now', begun);
    const atRest = openFiles(program.pid);
    const idle: Socket[] = [];
    // One by one, each after the look at the one before, so that one gets the last file and none is left for its look.
    while (!idle.some((socket) => socket.closed)) {
      const socket = open(program);
      const expected = atRest + idle.push(socket);
      const lookedAt = quiet(program, (count) => count === expected);
      await until('it is turned away, or accepted and looked at', () => socket.closed || lookedAt());
    }
    assert.notEqual(stateOf(program.pid), undefined, 'it died of that');
    const version = 'GET /api/version HTTP/1.1\r\nHost: localhost\r\n\r\n';
    const [last, ...others] = idle.filter((socket) => !socket.closed).toReversed();
    const refused = await said(last!, version);
    assert.match(refused, /^HTTP\/1\.1 503 [^]*does not tell whose the connection is/);
    for (const socket of others) socket.destroy();
    await until('its files are back', () => openFiles(program.pid) <= atRest + 1);
    assert.match(await said(last!, version), /^HTTP\/1\.1 200 /);
    assert.match(await said(open(program), version), /^HTTP\/1\.1 200 /);
  });

  it('has no file left for a process: the chat is told so, and answered once there are', async () => {
    const program = await start({ openFiles: FEW_FILES, args: ['--trace'] });
    const { workspace } = program.environment;
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    await ask(program.url, { path: '/api/version', agent });
    const isFull = (): boolean => {
      if (openFiles(program.pid) >= FEW_FILES - TOO_FEW_LEFT) return true;
      if (sockets.at(-1)?.connecting !== true) open(program);
      return false;
    };
    // The spare that looked for the models would answer without a start. One that is not young is replaced.
    for (let spares = childrenIn(workspace, program.pid); spares.length > 0;) {
      for (const spare of spares) process.kill(spare, 'SIGKILL');
      for (const spare of spares) await program.logged(new RegExp(`pid=${spare} ended`));
      await until(
        'it opens no files for now',
        quiet(program, (count) => count < FEW_FILES),
      );
      await until('connections take its files', isFull);
      spares = childrenIn(workspace, program.pid);
    }
    const reply = await ask(program.url, { path: '/api/chat', body: chatOf('hi'), agent });
    assert.equal(reply.status, 503);
    assert.match(reply.body, /cannot be started: .*Close some programs, then try again/);
    agent.destroy();
    release();
    await until('its files are back', () => openFiles(program.pid) < FEW_FILES / 2);
    await answers(program);
  });

  it('changes its clock in mid-answer: times are neither negative nor a day', async () => {
    const preload = join(folder, 'clock.cjs');
    await writeFile(preload, CLOCK);
    const held = gate();
    const program = await start({ preload, respond: () => textReply(['Hel', held.closed, 'lo.']) });
    for (const turn of [1, 2, 3]) {
      const stream = await openChat(program.url, chatOf(`turn ${turn}`));
      assert.equal(await firstText(stream), 'Hel');
      process.kill(program.pid, 'SIGUSR2');
      await until(
        'the clock is changed',
        () => program.stderr.filter((line) => line.startsWith('the clock')).length === turn,
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

  it('stands still for a while: an answer goes on where it was', async () => {
    const held = gate();
    const program = await start({ respond: () => textReply(['Hel', held.closed, 'lo.']) });
    const stream = await openChat(program.url, chatOf('hi'));
    assert.equal(await firstText(stream), 'Hel');
    const all = [program.pid, ...childrenIn(program.environment.workspace, program.pid)];
    for (const pid of all) process.kill(pid, 'SIGSTOP');
    held.open();
    await Promise.all(all.map((pid) => until('it stands still', () => stateOf(pid) === 'T')));
    for (const pid of all) process.kill(pid, 'SIGCONT');
    assert.equal(textOf(await stream.rest()), 'lo.');
    await answers(program);
  });

  it('lets nothing be written to the home folder: chats are answered', async () => {
    // A folder in which not even root may make anything.
    const program = await start({ env: { HOME: '/proc', CLAUDE_CONFIG_DIR: '/proc/claude' } });
    await answers(program);
    await answers(program);
  });

  it('has a full disk: chats are answered', async function () {
    const small = join(folder, 'small');
    await mkdir(small);
    const { code } = await runCommand('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', small]);
    if (code !== 0) {
      console.log('        skipped: a small disk cannot be made here, which takes the rights of root');
      return this.skip();
    }
    try {
      await writeFile(join(small, 'all'), Buffer.alloc(1024 * 1024)).catch(() => undefined);
      const full = { HOME: small, CLAUDE_CONFIG_DIR: join(small, 'config'), TMPDIR: small };
      const program = await start({ env: full });
      await answers(program);
      await answers(program);
      await program.kill('SIGTERM');
    } finally {
      await runCommand('umount', [small]);
    }
  });

  it('is used for long: no file is left in the folder for temporary ones', async () => {
    const program = await start({ env: { TMPDIR: folder } });
    await answers(program);
    const before = await readdir(folder);
    for (const _turn of Array(3)) await answers(program);
    assert.deepEqual(await readdir(folder), before);
  });
});

/** The first that comes back for these bytes. */
async function said(socket: Socket, bytes: string): Promise<string> {
  const answer = once(socket, 'data') as Promise<[Buffer]>;
  socket.write(bytes);
  return String((await answer)[0]);
}

/** How a command of the system ends. */
async function runCommand(file: string, args: readonly string[]): Promise<{ code: number | null }> {
  const child = spawn(file, args, { stdio: 'ignore' });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code };
}
