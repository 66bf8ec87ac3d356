/** Nothing of a request reaches the command line or the environment of a process, or chooses what the CLI may do. */
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import fc from 'fast-check';
import { initializeRequest, userLine } from '../../src/claude/conversation/outgoing.js';
import { CHAT_ARGUMENTS, workspaceArguments } from '../../src/claude/cli/launch.js';
import { ToolNames } from '../../src/claude/conversation/toolNames.js';
import { toTurns } from '../../src/claude/conversation/transcript.js';
import { listEntries, resolveName } from '../../src/core/catalog.js';
import type { ChatRequest } from '../../src/core/chat.js';
import { ChatError } from '../../src/core/errors.js';
import { decodeMessages, translateMessages } from '../../src/protocol/anthropic/request.js';
import * as ollama from '../../src/protocol/ollama/chat/request.js';
import * as openai from '../../src/protocol/openai/chat/request.js';
import { ask, chatOf, openChat, textOf } from '../support/httpClient.js';
import { startHeadless, type Headless } from '../support/headless.js';
import { childrenIn, HAS_PROCESS_TABLE, launchOf } from '../support/processTable.js';
import { HAIKU, SONNET } from '../support/fakeBackend.js';
import { devCli } from '../standin/devCli.js';
import { textReply } from '../standin/server.js';
import { HOSTILE_FIELDS, HOSTILE_NAMES } from './hostileNames.js';

const SAID = [{ role: 'user', content: 'hi' }];
const CASES = 10_000;

/** The ways in which a model is named: route → body. */
const ROUTES: Readonly<Record<string, (model: string) => object>> = {
  '/api/chat': (model) => ({ model, messages: SAID }),
  '/api/generate': (model) => ({ model, prompt: 'hi' }),
  '/api/show': (model) => ({ model }),
  '/v1/chat/completions': (model) => ({ model, messages: SAID }),
  '/v1/responses': (model) => ({ model, input: 'hi' }),
  '/v1/messages': (model) => ({ model, messages: SAID, max_tokens: 9 }),
};

describe('a model’s name', function () {
  this.timeout(120_000);
  let headless: Headless;

  before(async () => {
    headless = await startHeadless({ args: ['--unknown-models', 'reject'] });
  });
  after(() => headless.stop());

  it('that is an attack is no model, on every route, and no process hears of it', async () => {
    const { workspace } = headless.environment;
    const before = HAS_PROCESS_TABLE ? childrenIn(workspace, headless.pid) : [];
    let refused = 0;
    for (const [path, body] of Object.entries(ROUTES)) {
      for (const name of HOSTILE_NAMES) {
        const reply = await ask(headless.url, { path, body: body(name) });
        assert.ok(
          reply.status === 400 || reply.status === 404,
          `${path} ${name}: ${reply.status} ${reply.body}`,
        );
        refused += 1;
      }
    }
    for (const name of HOSTILE_NAMES) {
      const reply = await ask(headless.url, { path: `/v1/models/${encodeURIComponent(name)}` });
      assert.ok(reply.status === 400 || reply.status === 404, `${name}: ${reply.status}`);
      refused += 1;
    }
    if (HAS_PROCESS_TABLE) {
      const since = childrenIn(workspace, headless.pid).filter((pid) => !before.includes(pid));
      assert.deepEqual(since, []);
    }
    assert.deepEqual(headless.standIn.requests, []);
    assert.deepEqual(await readdir(workspace), []);
    console.log(`    ${refused} hostile names refused: 0 processes, 0 requests`);
  });
});

describe('a request', function () {
  this.timeout(120_000);
  const CANARY = 'canary-of-a-request-44d0';
  let headless: Headless;

  before(async function () {
    if (!HAS_PROCESS_TABLE) this.skip();
    headless = await startHeadless({
      respond: () => textReply('ok'),
      env: { NODE_OPTIONS: '--no-warnings', VSCODE_PID: CANARY, VSCODE_GIT_ASKPASS_NODE: CANARY },
    });
  });
  after(() => headless?.stop());

  const HOSTILE: Readonly<Record<string, object>> = {
    'a hostile name, answered by the default model': { model: `evil-${CANARY}` },
    'every hostile field': HOSTILE_FIELDS,
    'hostile options': { options: { ...HOSTILE_FIELDS, num_ctx: 1 } },
    'a long system prompt': { messages: [{ role: 'system', content: CANARY.repeat(10_000) }, ...SAID] },
    'a long prompt': { messages: [{ role: 'user', content: CANARY.repeat(40_000) }] },
    'hostile tools': {
      tools: [
        {
          type: 'function',
          function: { name: `--${CANARY}`, description: CANARY, parameters: { x: CANARY } },
        },
      ],
    },
  };

  it('leaves the command line and the environment of every process as they are', async () => {
    const { workspace } = headless.environment;
    const commands = new Set<string>();
    let processes = 0;
    const asked = ['claude-sonnet', 'claude-sonnet:workspace'].flatMap((model) =>
      Object.entries(HOSTILE).map(([what, more]) => [`${what}, ${model}`, { model, ...more }] as const),
    );
    for (const [what, more] of asked) {
      const stream = await openChat(headless.url, chatOf(CANARY, more), { 'user-agent': CANARY });
      assert.equal(stream.status, 200, what);
      assert.equal(textOf(await stream.rest()), 'ok', what);
      for (const pid of childrenIn(workspace, headless.pid)) {
        const launch = launchOf(pid);
        if (launch === undefined) continue;
        assert.doesNotMatch(
          launch.environment,
          new RegExp(`${CANARY}|(^|\\0)(NODE_OPTIONS|VSCODE_|CLAUDECODE)`),
          what,
        );
        commands.add(launch.command);
        processes += 1;
      }
    }
    const lanes = [CHAT_ARGUMENTS, workspaceArguments('readOnly', [])];
    assert.deepEqual([...commands].sort(), lanes.map((args) => [devCli(), ...args, ''].join('\0')).sort());
    const models = new Set(headless.standIn.requests.map(({ body }) => body.model));
    assert.ok(
      [...models].every((model) => /^claude-(sonnet|opus)-[\d-]+$/.test(model)),
      [...models].join(),
    );
    assert.deepEqual(await readdir(workspace), []);
    console.log(
      `    ${asked.length} hostile requests, ${processes} looks at processes: 1 command line a lane, 0 bytes of a request`,
    );
  });

  it('is read field by field: nothing unknown gets through a decoder, in 10,000 made-up bodies', () => {
    const hostile = fc
      .subarray(Object.entries(HOSTILE_FIELDS), { maxLength: 4 })
      .map((fields) => Object.fromEntries(fields));
    const message = fc.record({
      more: hostile,
      role: fc.constantFrom('user', 'assistant', 'system', 'tool', 'developer', 'control_request'),
      content: fc.string({ maxLength: 20 }),
    });
    const bodies = fc.record({
      model: fc.constantFrom('claude-sonnet', 'claude-haiku:latest', ...HOSTILE_NAMES),
      messages: fc.array(message, { minLength: 1, maxLength: 4 }),
      hostile,
      json: fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 2 }),
      dialect: fc.constantFrom('ollama', 'openai', 'anthropic'),
    });
    let translated = 0;
    fc.assert(
      fc.property(bodies, ({ model, messages, hostile, json, dialect }) => {
        const body = {
          ...json,
          ...hostile,
          model,
          max_tokens: 10,
          messages: messages.map(({ more, ...said }) => ({ ...more, ...said })),
          options: hostile,
        };
        const request = translate(dialect, JSON.stringify(body));
        if (request === undefined) return;
        translated += 1;
        assert.deepEqual(
          Object.keys(request).filter((key) => !REQUEST_FIELDS.has(key)),
          [],
        );
        assert.equal(request.lane, 'chat');
        assert.ok(MODELS.some(({ value }) => value === request.model));
        const setUp = initializeRequest(request, new ToolNames(request.tools));
        assert.deepEqual(
          Object.keys(setUp).filter((key) => !SET_UP_FIELDS.has(key)),
          [],
        );
        for (const turn of toTurns(request.messages)) {
          if (turn.role !== 'user') continue;
          const line = userLine(turn, [], 'uuid', true);
          assert.deepEqual(Object.keys(line), LINE_FIELDS);
          assert.equal(JSON.stringify(line).includes('\n'), false);
        }
      }),
      { numRuns: CASES },
    );
    assert.ok(translated > CASES / 4, `only ${translated} bodies were requests`);
    console.log(`    ${CASES} bodies, ${translated} of them requests: 0 fields got through that should not`);
  });
});

const MODELS = [SONNET, HAIKU];
const REQUEST_FIELDS = new Set([
  ...[
    'lane',
    'model',
    'system',
    'messages',
    'tools',
    'format',
    'thinking',
    'stop',
    'maxTokens',
    'keepAliveMs',
  ],
]);
const SET_UP_FIELDS = new Set([
  ...[
    'subtype',
    'systemPrompt',
    'sdkMcpServers',
    'sdkMcpServerManifests',
    'sdkMcpServerConfigs',
    'hooks',
    'jsonSchema',
  ],
]);
const LINE_FIELDS = ['type', 'message', 'parent_tool_use_id', 'session_id', 'uuid', 'client_composed'];

/** The request that a body is, or `undefined` where it is refused. */
function translate(dialect: 'ollama' | 'openai' | 'anthropic', text: string): ChatRequest | undefined {
  const entryOf = (name: string) =>
    resolveName(listEntries(MODELS, ['chat']), name, { defaultModel: '', unknown: 'default', aliases: {} })!
      .entry;
  try {
    switch (dialect) {
      case 'ollama': {
        const body = ollama.decodeChat(text);
        const wish = ollama.translateChat(body, entryOf(body.model));
        return wish.type === 'answer' ? wish.request : undefined;
      }
      case 'openai': {
        const body = openai.decodeChat(text);
        return openai.translateChat(body, entryOf(body.model));
      }
      case 'anthropic': {
        const body = decodeMessages(text);
        return translateMessages(body, entryOf(body.model));
      }
    }
  } catch (error) {
    if (error instanceof ChatError) return undefined;
    throw error;
  }
}
