import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { until } from '../support/until.mjs';
import { textReply } from '../standin/server.js';
import { ask, chatOf, firstText, openChat, textOf } from '../support/httpClient.js';
import { gate } from '../support/gate.js';
import { runToEnd, startHeadless, type Headless, type HeadlessOptions } from '../support/headless.js';
import { childrenIn, HAS_PROCESS_TABLE, processesIn, processesWith } from '../support/processTable.js';

/** The bound. */
const SHUTDOWN_MS = 3000;

describe('the program without an editor', function () {
  this.timeout(120_000);
  let headless: Headless | undefined;

  async function start(options: HeadlessOptions = {}): Promise<Headless> {
    headless = await startHeadless(options);
    return headless;
  }
  afterEach(async () => {
    await headless?.stop({ lenient: true });
    headless = undefined;
  });

  it('says on the first line of stdout where it listens, and nothing more there, and writes its log to stderr, a level and a time on every line, and the CLI first', async () => {
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

  it('listens on the port it was told', async () => {
    const free = await takePort();
    const { port } = free;
    await free.release();
    const { url } = await start({ args: ['--port', String(port)] });
    assert.equal(url, `http://127.0.0.1:${port}`);
  });

  it('hands its environment to the CLI, and its folder', async () => {
    const { url, standIn, environment } = await start({
      env: { ANTHROPIC_CUSTOM_HEADERS: 'x-marker: reached' },
    });
    standIn.reply(textReply('ok'));
    await (await openChat(url, chatOf('hi'))).rest();
    const [seen] = standIn.requests;
    assert.equal(seen?.headers['x-api-key'], 'dummy');
    assert.equal(seen.headers['x-marker'], 'reached');
    assert.match(String(seen.headers['user-agent']), /claude-ollama-server\/\d/);
    assert.ok(seen.raw.includes(JSON.stringify(environment.workspace).slice(1, -1)));
    assert.deepEqual(readdirSync(environment.workspace), []);
    assert.ok(existsSync(join(environment.root, 'config', '.claude.json')));
  });

  it('ends with SIGTERM, four streams under way, in time, and leaves no process behind', async function () {
    if (!HAS_PROCESS_TABLE) this.skip();
    const { url, pid, kill, environment, standIn } = await start({
      respond: () => textReply(['begun', gate().closed, 'never']),
    });
    const streams = await Promise.all([1, 2, 3, 4].map((n) => openChat(url, chatOf(`question ${n}`))));
    for (const stream of streams) assert.equal(await firstText(stream), 'begun');
    assert.equal(childrenIn(environment.workspace, pid).length, 4);
    const told = performance.now();
    const [exit, ...ends] = await Promise.all([kill('SIGTERM'), ...streams.map((stream) => stream.rest())]);
    assert.ok(performance.now() - told < SHUTDOWN_MS, `it took ${performance.now() - told} ms`);
    assert.deepEqual(exit, { code: 0, signal: null });
    for (const end of ends) assert.deepEqual(end, [{ error: 'The server is stopping.' }]);
    assert.deepEqual(processesIn(environment.workspace), []);
    await until('everything it started is gone', () => left(environment.env).length === 0, {
      timeoutMs: 5000,
    });
    assert.deepEqual(
      await Promise.all(standIn.requests.map((request) => request.closed)),
      Array.from({ length: 4 }, () => 'client'),
    );
  });

  for (const signal of ['SIGINT', 'SIGHUP'] as const) {
    it(`ends with ${signal}, its spare with it`, async function () {
      if (!HAS_PROCESS_TABLE) this.skip();
      const { pid, kill, environment } = await start();
      assert.equal(childrenIn(environment.workspace, pid).length, 1);
      assert.deepEqual(await kill(signal), { code: 0, signal: null });
      await until('everything it started is gone', () => left(environment.env).length === 0, {
        timeoutMs: 5000,
      });
    });
  }

  it('ends while it is still looking for the CLI', async function () {
    if (!HAS_PROCESS_TABLE) this.skip();
    const { kill, environment } = await start({ settled: false });
    assert.deepEqual(await kill('SIGTERM'), { code: 0, signal: null });
    await until('everything it started is gone', () => left(environment.env).length === 0, {
      timeoutMs: 5000,
    });
  });

  for (const [args, words] of [
    [['--nonsense'], /--nonsense/],
    [['stray'], /stray/],
    [['--port', 'many'], /--port takes a number from 0 to 65535, not "many"/],
    [['--port', '65536'], /--port takes a number from 0 to 65535/],
    [['--port'], /--port/],
    [['--unknown-models', 'guess'], /--unknown-models takes default or reject, not "guess"/],
    [['--workspace-permissions', 'bypass'], /--workspace-permissions takes readOnly or acceptEdits/],
  ] as const) {
    it(`refuses ${args.join(' ')} with words, its usage and exit code 1`, async () => {
      const { code, stdout, stderr } = await runToEnd(args, {});
      assert.equal(code, 1);
      assert.equal(stdout, '');
      assert.match(stderr, words);
      assert.match(stderr, /Usage: .*headless\.cjs/);
      for (const option of [
        '--port',
        '--workspace',
        '--claude',
        '--unknown-models',
        '--workspace-permissions',
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
    it(`says that its port is taken by ${owner}, and ends with exit code 1`, async () => {
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

/** What runs with that home, the CLI or not. */
function left(env: Readonly<Record<string, string>>): number[] {
  return processesWith(`CLAUDE_CONFIG_DIR=${env['CLAUDE_CONFIG_DIR']}`);
}

async function takePort(
  answer: (response: ServerResponse) => void = (response) => void response.end(),
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
