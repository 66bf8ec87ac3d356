/** After a conversation, a process of the workspace lane sends the same requests as a new process, or it is ended. */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ChatRequest } from '../../src/core/chat.js';
import type { JsonObject } from '../../src/core/json.js';
import { silentLogger, type Logger } from '../../src/core/log.js';
import type { CliBackend } from '../../src/core/cliBackend.js';
import { createClaudeBackend } from '../../src/claude/backend.js';
import { isAtLeast } from '../../src/claude/cli/version.js';
import type { WorkspaceOptions } from '../../src/claude/workspace/lanes.js';
import { devCli } from '../standin/devCli.js';
import { standInEnvironment, type ApiAccess, type StandInEnvironment } from '../standin/environment.js';
import {
  errorReply,
  messageReply,
  startStandIn,
  textReply,
  toolReply,
  type Reply,
  type StandIn,
} from '../standin/server.js';
import { answerOf, assistant, never, request, user } from '../support/cliRig.js';
import { comparable } from '../support/comparableRequest.js';

/** A tool call that the model makes in this folder. */
type Call = (folder: string) => { id: string; name: string; input: JsonObject };

const call =
  (name: string, input: JsonObject): Call =>
  () => ({ id: `toolu_${name}`, name, input });
const fileCall =
  (name: string, file: string, input: JsonObject = {}): Call =>
  (folder) => ({
    id: `toolu_${name}_${file.replaceAll(/\W/g, '_')}`,
    name,
    input: { file_path: join(folder, file), ...input },
  });
const bash = (command: string): Call => call('Bash', { command, description: 'x' });

/** A conversation that a process has had before. */
interface Use {
  /** Files of the project: names and texts. */
  readonly files?: Readonly<Record<string, string>>;
  readonly request?: Partial<ChatRequest>;
  readonly calls?: readonly Call[];
  /** The last reply; by default a text. */
  readonly reply?: Reply;
  /** The client disconnects after the first event. */
  readonly disconnects?: true;
}

const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** After these a process is emptied. */
const FORGOTTEN: Readonly<Record<string, Use>> = {
  'a plain question': {},
  'a replayed history': {
    request: { messages: [user('SECRET q'), assistant('SECRET a'), user('SECRET question')] },
  },
  'shown thinking and effort': {
    request: { thinking: { show: true, effort: 'low' } },
    reply: messageReply([
      { type: 'thinking', thinking: 'SECRET thought', signature: 'sig' },
      { type: 'text', text: 'A' },
    ]),
  },
  'an error of the API': { reply: errorReply(400, 'SECRET') },
  'an answer that the client cancelled': {
    reply: textReply(['SECRET', new Promise(() => undefined)]),
    disconnects: true,
  },
  'reading files': {
    calls: [
      fileCall('Read', 'a.txt'),
      fileCall('Read', 'pixel.png'),
      call('Grep', { pattern: 'one' }),
      call('Glob', { pattern: '*.txt' }),
    ],
  },
  'reading in a folder with instructions of its own': {
    files: { 'sub/CLAUDE.md': 'A nested rule.' },
    calls: [fileCall('Read', 'sub/c.txt')],
  },
  'editing files': {
    calls: [
      fileCall('Read', 'a.txt'),
      fileCall('Edit', 'a.txt', { old_string: 'one', new_string: 'SECRET' }),
      fileCall('Write', 'new.txt', { content: 'SECRET' }),
    ],
  },
  'a subagent': {
    calls: [call('Agent', { description: 'd', prompt: 'SECRET', subagent_type: 'general-purpose' })],
    // The first reply is the subagent's.
    reply: textReply('SECRET'),
  },
};

const MCP_SERVER = `
  let rest = '';
  process.stdin.on('data', (data) => {
    const lines = (rest + data).split('\\n');
    rest = lines.pop();
    for (const { id, method } of lines.map((line) => JSON.parse(line))) {
      if (id === undefined) continue;
      const results = {
        initialize: { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo: { name: 'own', version: '1' } },
        'tools/list': { tools: [{ name: 'note', description: 'Notes.', inputSchema: { type: 'object', properties: {} } }] },
        'tools/call': { content: [{ type: 'text', text: 'SECRET' }] },
      };
      process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, result: results[method] ?? {} }) + '\\n');
    }
  });`;

const hook = (event: string): string =>
  JSON.stringify({ hooks: { [event]: [{ hooks: [{ type: 'command', command: 'echo SECRET' }] }] } });

/** After these a process is ended. */
const LEFT: Readonly<Record<string, Use>> = {
  'a shell command': { calls: [bash('cd sub && echo SECRET')] },
  'a note of a task': {
    calls: [call('TaskCreate', { subject: 'SECRET', description: 'SECRET', activeForm: 'x' })],
  },
  'a call of an MCP server of the project': {
    files: {
      '.mcp.json': JSON.stringify({
        mcpServers: { own: { command: process.execPath, args: ['-e', MCP_SERVER] } },
      }),
      '.claude/settings.json': '{"enableAllProjectMcpServers":true}',
    },
    calls: [call('mcp__own__note', {})],
  },
  'a call of a tool that does not exist': { calls: [call('Nope', { x: 'SECRET' })] },
  'a start in a project with hooks': { files: { '.claude/settings.json': hook('SessionEnd') } },
};

/** What the model does in the conversation after it. */
const NEXT_CALLS: readonly Call[] = [
  // Without having read the file.
  fileCall('Edit', 'a.txt', { old_string: 'zzz', new_string: 'y' }),
  call('TaskList', {}),
  bash('pwd'),
];

describe('recycled process of the workspace lane', function () {
  this.timeout(120_000);
  let standIn: StandIn;
  let environment: StandInEnvironment;
  let backends: CliBackend[];
  let started: number;

  beforeEach(async () => {
    standIn = await startStandIn({ respond: () => textReply('A') });
    backends = [];
    started = 0;
    await createEnvironment('baseUrl');
  });
  afterEach(async () => {
    await Promise.all(backends.map((backend) => backend.close()));
    await environment.dispose();
    await standIn.close({ lenient: true });
  });

  async function createEnvironment(access: ApiAccess): Promise<void> {
    environment = await standInEnvironment(standIn.url, {}, access);
    await put('a.txt', 'one\n');
    await put('sub/c.txt', 'three\n');
    await writeFile(join(environment.workspace, 'pixel.png'), Buffer.from(PIXEL, 'base64'));
  }

  function createBackend(workspace: Partial<WorkspaceOptions> = {}): CliBackend {
    const debug = (line: string): void => void (line.endsWith(' started') && started++);
    const log: Logger = { ...silentLogger, debug };
    const { env, workspace: folder } = environment;
    const askPermission = (): Promise<'once'> => Promise.resolve('once');
    const backend = createClaudeBackend({
      claudePath: devCli(),
      folder,
      env,
      log,
      version: '0.0.0',
      limits: { processes: 1, prewarm: 'whileInUse', processBytes: Infinity },
      workspace: { permissions: 'acceptEdits', moreFolders: [], askPermission, ...workspace },
    });
    backends.push(backend);
    return backend;
  }

  async function put(name: string, text: string): Promise<void> {
    const path = join(environment.workspace, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }

  const ask = (messages: ChatRequest['messages'], more: Partial<ChatRequest> = {}): ChatRequest =>
    request(messages, { lane: 'workspace', ...more });

  async function use(backend: CliBackend, { files, calls, reply, disconnects, ...more }: Use): Promise<void> {
    for (const [name, text] of Object.entries(files ?? {})) await put(name, text);
    standIn.reply(
      ...(calls ?? []).map((toCall) => toolReply(toCall(environment.workspace))),
      reply ?? textReply('SECRET answer'),
    );
    const answer = backend.chat(ask([user('SECRET question')], more.request), never());
    if (disconnects) {
      for await (const _event of answer) break;
    } else await answerOf(answer).catch(() => undefined);
  }

  /** Has the next conversation, of two turns. @returns the requests that reached the API */
  async function converse(backend: CliBackend, more: Partial<ChatRequest> = {}): Promise<unknown[]> {
    const before = standIn.requests.length;
    standIn.reply(
      ...NEXT_CALLS.map((toCall) => toolReply(toCall(environment.workspace))),
      textReply('A1'),
      textReply('A2'),
    );
    const { text } = await answerOf(backend.chat(ask([user('q1')], more), never()));
    assert.equal(text, 'A1');
    await answerOf(backend.chat(ask([user('q1'), assistant('A1'), user('q2')], more), never()));
    const received = standIn.requests.slice(before);
    assert.equal(received.length, NEXT_CALLS.length + 2);
    return received.map(comparable);
  }

  /** How many processes two conversations take if the first one calls tools after which nothing is left. */
  async function processesAfterTools(backend: CliBackend): Promise<number> {
    const { version } = await backend.describe();
    // Older ones tell the model how many tokens are left.
    return isAtLeast(version, '2.1.316') ? 1 : 2;
  }

  async function expectCleanRequests(earlier: Use, outcome: 'emptied' | 'ended'): Promise<void> {
    const backend = createBackend();
    await use(backend, earlier);
    const requests = await converse(backend);
    const emptied = earlier.calls === undefined ? 1 : await processesAfterTools(backend);
    assert.equal(started, outcome === 'ended' ? 2 : emptied);
    await backend.close();
    assert.ok(!JSON.stringify(requests).includes('SECRET'));
    assert.deepEqual(requests, await converse(createBackend()));
  }

  for (const [name, earlier] of Object.entries(FORGOTTEN)) {
    it(`sends the same requests as a new process after ${name}`, () =>
      expectCleanRequests(earlier, 'emptied'));
  }

  for (const [name, earlier] of Object.entries(LEFT)) {
    it(`is ended after ${name}`, () => expectCleanRequests(earlier, 'ended'));
  }

  describe('with Anthropic’s API, which gets the names of all tools that a process has called', () => {
    beforeEach(async () => {
      await environment.dispose();
      await createEnvironment('firstParty');
    });

    for (const name of ['a plain question', 'a replayed history', 'an answer that the client cancelled']) {
      it(`sends the same requests as a new process after ${name}`, () =>
        expectCleanRequests(FORGOTTEN[name]!, 'emptied'));
    }

    it('is ended after reading files', () => expectCleanRequests(FORGOTTEN['reading files']!, 'ended'));
  });

  for (const [what, first, second] of [
    ['another model', { model: 'opus' }, {}],
    ['another system prompt', {}, { system: 'S' }],
    ['other tools', {}, { tools: [{ name: 'look', description: 'd', parameters: { type: 'object' } }] }],
  ] as const) {
    it(`is not used for a request with ${what}`, async () => {
      const backend = createBackend();
      await use(backend, { request: first });
      const requests = await converse(backend, second);
      assert.equal(started, 2);
      await backend.close();
      assert.deepEqual(requests, await converse(createBackend(), second));
    });
  }

  it('is rewound to a question that the client has edited, as if the later turns had never been', async function () {
    const first: readonly Reply[] = [
      toolReply(fileCall('Read', 'a.txt')(environment.workspace)),
      textReply('A1'),
    ];
    const history = [user('q1'), assistant('A1')];
    const backend = createBackend();
    if ((await processesAfterTools(backend)) > 1) this.skip();
    standIn.reply(...first);
    await answerOf(backend.chat(ask([user('q1')]), never()));
    standIn.reply(toolReply(fileCall('Read', 'sub/c.txt')(environment.workspace)), textReply('SECRET'));
    await answerOf(backend.chat(ask([...history, user('SECRET question')]), never()));
    // The model may edit the file of the first turn, and must read the other one again.
    const calls = ['a.txt', 'sub/c.txt'].map((file) =>
      toolReply(fileCall('Edit', file, { old_string: 'zzz', new_string: 'y' })(environment.workspace)),
    );
    const editedTurn = async (from: CliBackend): Promise<unknown[]> => {
      const before = standIn.requests.length;
      standIn.reply(...calls, textReply('A2'));
      await answerOf(from.chat(ask([...history, user('q2')]), never()));
      return standIn.requests.slice(before).map(comparable);
    };
    const requests = await editedTurn(backend);
    assert.equal(started, 1);
    await backend.close();
    const other = createBackend();
    standIn.reply(...first);
    await answerOf(other.chat(ask([user('q1')]), never()));
    assert.deepEqual(requests, await editedTurn(other));
  });

  it('is ended when the project’s instructions have changed, also in a file that they import', async () => {
    await put('CLAUDE.md', 'See @rules/first.md\n');
    await put('rules/first.md', '- @second.md\n');
    await put('rules/second.md', 'The old rule.\n');
    const backend = createBackend();
    await use(backend, {});
    await put('rules/second.md', 'The new rule.\n');
    const requests = await converse(backend);
    assert.equal(started, 2);
    assert.match(JSON.stringify(requests[0]), /The new rule/);
  });

  it('is ended after the model has refused an answer', async () => {
    const backend = createBackend();
    // The CLI asks the model again, and is answered as well.
    standIn.reply(textReply('SECRET', { stopReason: 'refusal' }));
    const { done } = await answerOf(backend.chat(ask([user('SECRET question')]), never()));
    assert.equal(done.reason, 'refusal');
    assert.equal((await answerOf(backend.chat(ask([user('q1')]), never()))).text, 'A');
    assert.equal(started, 2);
  });

  it('asks for permission again in the next conversation', async () => {
    let asked = 0;
    const askPermission = (): Promise<'conversation'> => {
      asked++;
      return Promise.resolve('conversation');
    };
    const backend = createBackend({ permissions: 'ask', askPermission });
    const write: Use = {
      calls: [fileCall('Write', 'x.txt', { content: 'x' }), fileCall('Write', 'y.txt', { content: 'y' })],
    };
    await use(backend, write);
    assert.equal(asked, 1);
    await use(backend, { ...write, request: { messages: [user('another question')] } });
    assert.equal(asked, 2);
    assert.equal(started, await processesAfterTools(backend));
  });
});
