/** The processes of the workspace lane: prewarming, the project state they start with, and the project's hooks and servers. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChatRequest } from '../../src/core/chat.js';
import { silentLogger } from '../../src/core/log.js';
import type { BackendLimits } from '../../src/core/cliBackend.js';
import type { WorkspaceOptions } from '../../src/claude/workspace/lanes.js';
import { textReply, toolReply } from '../standin/server.js';
import {
  answerOf,
  assistant,
  never,
  request,
  startCliRig,
  user,
  type Answer,
  type CliRig,
} from '../support/cliRig.js';
import { stayingCommand } from '../support/ownSession.js';
import { isAlive, pidsIn } from '../support/processes.js';
import { until } from '../support/until.mjs';

const IN_WORKSPACE = { lane: 'workspace' } as const;

describe('processes of the workspace lane', function () {
  this.timeout(120_000);
  let rig: CliRig;
  let started: number;
  let lastPid: number;

  async function start(
    limits: Partial<BackendLimits>,
    workspace: Partial<WorkspaceOptions> = {},
  ): Promise<void> {
    started = 0;
    const debug = (line: string): void => {
      const [, pid] = /pid=(\d+) started$/.exec(line) ?? [];
      if (pid === undefined) return;
      started++;
      lastPid = Number(pid);
    };
    rig = await startCliRig({ limits, workspace, log: { ...silentLogger, debug } });
  }
  afterEach(() => rig.close());

  function ask(text: string, more: Partial<ChatRequest> = {}): Promise<Answer> {
    return answerOf(rig.backend.chat(request([user(text)], more), never()));
  }

  async function put(name: string, text: string): Promise<void> {
    const path = join(rig.environment.workspace, name);
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, text);
  }

  it('are prewarmed once the lane is in use, besides those of the chat lane', async () => {
    await start({ prewarm: 'whileInUse', processes: 6 });
    await rig.backend.models();
    assert.equal(started, 1);
    rig.standIn.reply(textReply('A'), textReply('B'), textReply('C'), textReply('D'));
    await ask('U1', IN_WORKSPACE);
    const ready = (processes: number): Promise<boolean> =>
      until(`${processes} processes`, () => rig.backend.activity().processes === processes);
    await ready(3);
    await ask('U2', { ...IN_WORKSPACE, system: 'S' });
    await ready(4);
    const { standIn } = rig;
    const received = [await standIn.nextRequest(), await standIn.nextRequest()];
    await ask('U3');
    await ready(5);
    await ask('U4', { ...IN_WORKSPACE, system: 'S' });
    received.push(await standIn.nextRequest(), await standIn.nextRequest());
    await ready(6);
    assert.equal(started, 6);
    assert.deepEqual(
      received.map(({ raw }) => raw.includes('"Grep"')),
      [true, true, false, true],
    );
    assert.ok(!received[1]?.raw.includes('U1'));
  });

  it('share one limit with those of the chat lane', async () => {
    await start({ prewarm: 'always', processes: 2 });
    rig.standIn.reply(...Array.from({ length: 6 }, (_, n) => textReply(`A${n}`)));
    let maxProcesses = 0;
    const watch = setInterval(
      () => (maxProcesses = Math.max(maxProcesses, rig.backend.activity().processes)),
      5,
    );
    await Promise.all(Array.from({ length: 6 }, (_, n) => ask(`U${n}`, n % 2 === 0 ? IN_WORKSPACE : {})));
    clearInterval(watch);
    assert.ok(maxProcesses <= 2, `${maxProcesses} processes`);
    const withTools = rig.standIn.requests.filter(({ raw }) => raw.includes('"Grep"'));
    assert.equal(withTools.length, 3);
  });

  it('begin a conversation with the current project state, even if they were prewarmed', async () => {
    await start({ prewarm: 'whileInUse', processes: 6 });
    await put('CLAUDE.md', 'The old rule.\n');
    rig.standIn.reply(textReply('A'), textReply('B'), textReply('C'));
    await ask('U1', IN_WORKSPACE);
    await until('a process is ready', () => rig.backend.activity().processes === 2, {
      timeoutMs: 30_000,
    });
    await put('CLAUDE.md', 'The new rule, which is longer.\n');
    await ask('U2', IN_WORKSPACE);
    assert.match(rig.standIn.requests[1]!.raw, /The new rule/);
    assert.ok(!rig.standIn.requests[1]!.raw.includes('The old rule'));
    // A conversation that has begun continues in its process, with the state that it started with.
    const next = request([user('U1'), assistant('A'), user('U3')], IN_WORKSPACE);
    await answerOf(rig.backend.chat(next, never()));
    assert.match(rig.standIn.requests[2]!.raw, /The old rule/);
  });

  /**
   * Adds hooks and an MCP server to the project. Each writes a line whenever it runs.
   * @returns reads the lines of a hook or of `server`
   */
  async function addHooksAndServer(): Promise<(name: string) => string[]> {
    const { root } = rig.environment;
    const trace = (name: string): string => join(root, `ran-${name}`);
    const hook = (name: string): object[] => [
      { hooks: [{ type: 'command', command: `echo ran >> '${trace(name)}'` }] },
    ];
    const hooks = ['SessionStart', 'UserPromptSubmit', 'Stop'];
    await put(
      '.claude/settings.json',
      JSON.stringify({ hooks: Object.fromEntries(hooks.map((name) => [name, hook(name)])) }),
    );
    const script = "require('node:fs').appendFileSync(process.argv[1], 'ran\\n'); process.stdin.resume()";
    const own = { command: process.execPath, args: ['-e', script, trace('server')] };
    await put('.mcp.json', JSON.stringify({ mcpServers: { own } }));
    return (name) => (existsSync(trace(name)) ? readFileSync(trace(name), 'utf8').trim().split('\n') : []);
  }

  it('run the project’s hooks as in a terminal: once per user prompt, never for replayed history', async () => {
    await start({ prewarm: 'never' });
    const ran = await addHooksAndServer();
    rig.standIn.reply(textReply('A2'), textReply('A3'));
    const history = [user('U1'), assistant('A1'), user('U2')];
    await answerOf(rig.backend.chat(request(history, IN_WORKSPACE), never()));
    await answerOf(
      rig.backend.chat(request([...history, assistant('A2'), user('U3')], IN_WORKSPACE), never()),
    );
    assert.equal(ran('SessionStart').length, 1);
    assert.equal(ran('UserPromptSubmit').length, 2);
    await until('the last hook has run', () => ran('Stop').length === 2);
    assert.deepEqual(ran('server'), []);
  });

  for (const [event, command, message] of [
    ['UserPromptSubmit', 'echo Not today. >&2; exit 2', /A hook .*Not today\./],
    ['PostToolUse', `echo '{"continue":false,"stopReason":"Enough."}'`, /A hook .*stopped/],
  ] as const) {
    it(`fail with an error if a hook of the project stops the turn (${event})`, async () => {
      await start({ prewarm: 'never' });
      const hooks = { [event]: [{ hooks: [{ type: 'command', command }] }] };
      await put('.claude/settings.json', JSON.stringify({ hooks }));
      if (event === 'PostToolUse') {
        rig.standIn.reply(toolReply({ id: 'toolu_1', name: 'Glob', input: { pattern: '*' } }));
      }
      await assert.rejects(ask('a secret prompt', IN_WORKSPACE), (error: Error) => {
        assert.match(error.message, message);
        assert.ok(!error.message.includes('a secret prompt'));
        return true;
      });
    });
  }

  it('start the project’s MCP servers unless read-only, and no hooks or servers in the chat lane', async () => {
    await start({ prewarm: 'never' }, { permissions: 'acceptEdits' });
    const ran = await addHooksAndServer();
    rig.standIn.reply(textReply('A'), textReply('A'));
    await ask('U');
    assert.deepEqual([ran('server'), ran('SessionStart'), ran('UserPromptSubmit')], [[], [], []]);
    await ask('U', IN_WORKSPACE);
    assert.equal(ran('server').length, 1);
  });

  it('have their running commands ended if they are killed, in whatever session these run', async function () {
    if (process.platform === 'win32') this.skip();
    await start({ prewarm: 'never' }, { permissions: 'ask', askPermission: () => Promise.resolve('once') });
    const pids = join(rig.environment.workspace, 'pids');
    const command = stayingCommand('pids');
    const input = { command, description: 'x', timeout: 600_000 };
    rig.standIn.reply(toolReply({ id: 'toolu_1', name: 'Bash', input }));
    const answer = ask('go', IN_WORKSPACE);
    await until('the command runs', () => pidsIn(pids).length === 3);
    const running = pidsIn(pids);
    assert.ok(running.every(isAlive));
    process.kill(lastPid, 'SIGKILL');
    await assert.rejects(answer, { kind: 'cliFailed', message: /was terminated by SIGKILL/ });
    await until('everything has exited', () => !running.some(isAlive));
  });
});
