/** MCP servers that `cmd /c` starts, as most instructions for Windows say, end with the CLI that started them. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { textReply } from '../standin/server.js';
import { answerOf, never, request, startCliRig, user } from '../support/cliRig.js';
import { startHeadless } from '../support/headless.js';
import { openChat } from '../support/httpClient.js';
import { isAlive, pidsIn } from '../support/processes.js';
import { until } from '../support/until.mjs';

/** An MCP server that notes its process id and does not end with its input, as some do. */
const SERVER = `
const { appendFileSync } = require('node:fs');
appendFileSync(process.argv[2], process.pid + '\\n');
setInterval(() => undefined, 1000);
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  if (id === undefined) return;
  const info = { protocolVersion: params?.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'probe', version: '1' } };
  const result = method === 'initialize' ? info : { tools: [] };
  console.log(JSON.stringify({ jsonrpc: '2.0', id, result }));
});
`;

/** Configures the server for the user. @returns reads the ids of its processes */
async function configure({ env, root }: { env: Readonly<Record<string, string>>; root: string }) {
  const script = join(root, 'probe.cjs');
  const pids = join(root, 'probe-pids');
  await writeFile(script, SERVER);
  const probe = { command: 'cmd', args: ['/c', process.execPath, script, pids] };
  await writeFile(
    join(env['CLAUDE_CONFIG_DIR'] ?? root, '.claude.json'),
    JSON.stringify({ mcpServers: { probe } }),
  );
  return () => pidsIn(pids);
}

async function running(pids: () => number[]): Promise<void> {
  await until('the MCP server runs', () => pids().length > 0 && pids().every(isAlive));
}

async function ended(pids: () => number[]): Promise<void> {
  await until('the MCP server has ended', () => !pids().some(isAlive));
}

function killAll(pids: () => number[]): void {
  for (const pid of pids().filter(isAlive)) process.kill(pid, 'SIGKILL');
}

describe('an MCP server of the user on Windows', function () {
  this.timeout(120_000);

  for (const [when, end] of Object.entries({
    'when the server stops': () => Promise.resolve(),
    'when the server stops during an answer whose client disconnects': (client: AbortController) => {
      client.abort();
      return Promise.resolve();
    },
  })) {
    it(`ends ${when}`, async () => {
      const rig = await startCliRig({ workspace: { permissions: 'acceptEdits' } });
      const pids = await configure(rig.environment);
      const client = new AbortController();
      let release = (): void => undefined;
      const held = new Promise<void>((resolve) => (release = resolve));
      rig.standIn.reply(textReply(['Hel', held, 'lo']));
      const chat = request([user('go')], { lane: 'workspace' });
      const answer = answerOf(rig.backend.chat(chat, client.signal)).catch(() => undefined);
      await rig.standIn.nextRequest();
      await running(pids);
      await end(client);
      await rig.backend.close();
      await answer;
      await ended(pids);
      release();
      await rig.close({ lenient: true });
    });
  }

  it('ends when its CLI process is killed', async () => {
    const started: number[] = [];
    const debug = (line: string): void => {
      const [, pid] = /pid=(\d+) started$/.exec(line) ?? [];
      if (pid !== undefined) started.push(Number(pid));
    };
    const none = (): void => undefined;
    const log = { trace: none, debug, info: none, warn: none, error: none };
    const rig = await startCliRig({ log, workspace: { permissions: 'acceptEdits' } });
    const pids = await configure(rig.environment);
    rig.standIn.reply(textReply('done'));
    await answerOf(rig.backend.chat(request([user('go')], { lane: 'workspace' }), never()));
    await running(pids);
    try {
      for (const pid of started) process.kill(pid, 'SIGKILL');
      await ended(pids);
    } finally {
      killAll(pids);
      await rig.close();
    }
  });

  it('ends when the server is killed', async () => {
    const first = await startHeadless({ args: ['--workspace-permissions', 'acceptEdits'] });
    const pids = await configure(first.environment);
    const headless = await first.restart();
    headless.standIn.reply(textReply('done'));
    const messages = [{ role: 'user', content: 'go' }];
    const chat = await openChat(headless.url, { model: 'claude-sonnet:workspace', messages });
    assert.equal(chat.status, 200);
    await chat.rest();
    await running(pids);
    await headless.kill('SIGKILL');
    try {
      await ended(pids);
    } finally {
      killAll(pids);
      await headless.stop();
    }
  });
});
