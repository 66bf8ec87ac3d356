import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { createServer, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { freePort } from '../support/ports.mjs';
import { until } from '../support/until.mjs';
import { textReply } from '../standin/server.js';
import { ask, chatOf, firstText, openChat, textOf } from '../support/httpClient.js';
import { createLatch } from '../support/latch.js';
import { runToEnd, startHeadless, type Headless, type HeadlessOptions } from '../support/headless.js';
import { childrenIn, HAS_PROCESS_TABLE, processesIn, processesWith } from '../support/processTable.js';

/** How long a shutdown may take. */
const SHUTDOWN_MS = 3000;

describe('dist/headless.cjs', function () {
  this.timeout(120_000);
  const folder = mkdtempSync(join(tmpdir(), 'contract-'));
  let headless: Headless | undefined;
  after(() => rmSync(folder, { recursive: true }));

  async function start(options: HeadlessOptions = {}): Promise<Headless> {
    headless = await startHeadless({ access: 'baseUrl', ...options });
    return headless;
  }
  afterEach(async () => {
    await headless?.stop({ lenient: true });
    headless = undefined;
  });

  it('prints its URL as the only line on stdout, and logs to stderr with time and level, the CLI first', async () => {
    const { url, stdout, stderr, standIn } = await start();
    standIn.reply(textReply('hello'));
    assert.equal(textOf(await (await openChat(url, chatOf('hi'))).rest()), 'hello');
    assert.deepEqual(stdout, [`Ollama Server for Claude is listening on ${url}`]);
    assert.notEqual(new URL(url).port, '0');
    assert.equal((await ask(url, { path: '/' })).body, 'Ollama is running');
    for (const line of stderr) assert.match(line, /^\d{4}-\d\d-\d\dT[\d:.]+Z \[(info|warn|error)\] \S/);
    assert.match(stderr[0] ?? '', /\[info\] \[cli\] version=\d+\.\d+\.\d+ path=.*claude/);
    assert.match(stderr[1] ?? '', /\[info\] \[cli\] models=default,.*sonnet/);
  });

  it('listens on the port of --port', async () => {
    const port = await freePort();
    const { url } = await start({ args: ['--port', String(port)] });
    assert.equal(url, `http://127.0.0.1:${port}`);
  });

  it('passes its environment and the workspace on to the CLI', async () => {
    const { url, standIn, environment } = await start({
      env: { ANTHROPIC_CUSTOM_HEADERS: 'x-marker: reached' },
    });
    standIn.reply(textReply('ok'));
    await (await openChat(url, chatOf('hi'))).rest();
    const [request] = standIn.requests;
    assert.equal(request?.headers['x-api-key'], 'dummy');
    assert.equal(request.headers['x-marker'], 'reached');
    assert.match(String(request.headers['user-agent']), /claude-ollama-server\/\d/);
    assert.ok(request.raw.includes(JSON.stringify(environment.workspace).slice(1, -1)));
    assert.deepEqual(readdirSync(environment.workspace), []);
    assert.ok(existsSync(join(environment.root, 'config', '.claude.json')));
  });

  it('stops on SIGTERM while four answers are streaming, in time, and leaves no process behind', async function () {
    if (!HAS_PROCESS_TABLE) this.skip();
    const { url, pid, kill, environment, standIn } = await start({
      respond: () => textReply(['begun', createLatch().opened, 'never']),
    });
    const streams = await Promise.all([1, 2, 3, 4].map((n) => openChat(url, chatOf(`question ${n}`))));
    for (const stream of streams) assert.equal(await firstText(stream), 'begun');
    assert.equal(childrenIn(environment.workspace, pid).length, 4);
    const signaledAt = performance.now();
    const [exit, ...ends] = await Promise.all([kill('SIGTERM'), ...streams.map((stream) => stream.rest())]);
    assert.ok(performance.now() - signaledAt < SHUTDOWN_MS, `it took ${performance.now() - signaledAt} ms`);
    assert.deepEqual(exit, { code: 0, signal: null });
    for (const end of ends) assert.deepEqual(end, [{ error: 'The server is stopping.' }]);
    assert.deepEqual(processesIn(environment.workspace), []);
    await until('all its processes have exited', () => processesOf(environment.env).length === 0, {
      timeoutMs: 5000,
    });
    assert.deepEqual(
      await Promise.all(standIn.requests.map((request) => request.closed)),
      Array.from({ length: 4 }, () => 'client'),
    );
  });

  for (const signal of ['SIGINT', 'SIGHUP'] as const) {
    it(`stops on ${signal}, with its warm process`, async function () {
      if (!HAS_PROCESS_TABLE) this.skip();
      const { pid, kill, environment } = await start();
      assert.equal(childrenIn(environment.workspace, pid).length, 1);
      assert.deepEqual(await kill(signal), { code: 0, signal: null });
      await until('all its processes have exited', () => processesOf(environment.env).length === 0, {
        timeoutMs: 5000,
      });
    });
  }

  it('stops on SIGBREAK, which Windows sends for Ctrl+Break, with its warm process', async function () {
    if (!HAS_PROCESS_TABLE) this.skip();
    // Only a console of Windows sends that signal: another one stands for it.
    const preload = join(folder, 'break.cjs');
    writeFileSync(preload, `process.on('SIGUSR2', () => process.emit('SIGBREAK'));`);
    const { kill, environment } = await start({ preload });
    assert.deepEqual(await kill('SIGUSR2'), { code: 0, signal: null });
    await until('all its processes have exited', () => processesOf(environment.env).length === 0, {
      timeoutMs: 5000,
    });
  });

  it('stops while it is still searching for the CLI', async function () {
    if (!HAS_PROCESS_TABLE) this.skip();
    const { kill, environment } = await start({ waitForModels: false });
    assert.deepEqual(await kill('SIGTERM'), { code: 0, signal: null });
    await until('all its processes have exited', () => processesOf(environment.env).length === 0, {
      timeoutMs: 5000,
    });
  });

  for (const [args, reason] of [
    [['--nonsense'], /--nonsense/],
    [['stray'], /stray/],
    [['--port', 'many'], /--port must be a number from 0 to 65535, not "many"/],
    [['--port', '65536'], /--port must be a number from 0 to 65535/],
    [['--port'], /--port/],
    [['--unknown-models', 'guess'], /--unknown-models must be default or reject, not "guess"/],
    [['--max-processes', '17'], /--max-processes must be auto or a number from 1 to 16, not "17"/],
    [['--workspace-permissions', 'bypass'], /--workspace-permissions must be readOnly or acceptEdits/],
  ] as const) {
    it(`refuses ${args.join(' ')} with the reason, the usage and exit code 1`, async () => {
      const { code, stdout, stderr } = await runToEnd(args, {});
      assert.equal(code, 1);
      assert.equal(stdout, '');
      assert.match(stderr, reason);
      assert.match(stderr, /Usage: claude-ollama-server \[options\]/);
      for (const option of [
        '--port',
        '--workspace',
        '--claude',
        '--unknown-models',
        '--workspace-permissions',
        '--max-processes',
        '--trace',
      ]) {
        assert.ok(stderr.includes(`  ${option}`), option);
      }
    });
  }

  const owners: readonly (readonly [string, Record<string, string>, string])[] = [
    ['Ollama itself', {}, 'Ollama is running'],
    ['another Ollama Server for Claude', { server: 'claude-ollama-server/9.9.9' }, ''],
    ['another program', {}, 'Hello'],
  ];
  for (const [owner, headers, body] of owners) {
    it(`says that its port is in use by ${owner}, and exits with code 1`, async () => {
      const taken = await takePort((response) => response.writeHead(200, headers).end(body));
      try {
        const { code, stdout, stderr } = await runToEnd(['--port', String(taken.port)], {});
        assert.equal(code, 1);
        assert.equal(stdout, '');
        assert.match(
          stderr,
          new RegExp(`Port ${taken.port} on 127\\.0\\.0\\.1 is in use by ${owner}\\. .*--port`),
        );
      } finally {
        await taken.release();
      }
    });
  }
});

/** All processes that were started with that environment, the CLI and others. */
function processesOf(env: Readonly<Record<string, string>>): number[] {
  return processesWith(`CLAUDE_CONFIG_DIR=${env['CLAUDE_CONFIG_DIR']}`);
}

/** Another program on a port. */
async function takePort(
  answer: (response: ServerResponse) => void,
): Promise<{ readonly port: number; release(): Promise<void> }> {
  const server = createServer((_request, response) => answer(response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async release() {
      server.close();
      await once(server, 'close');
    },
  };
}
