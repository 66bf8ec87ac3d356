/** No part of a request reaches a command line, an environment or the permissions of a CLI process. */
import { bodyFields } from '../../src/protocol/json/fields.js';
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import fc from 'fast-check';
import { userLine } from '../../src/claude/conversation/outgoing.js';
import { CHAT_ARGUMENTS, workspaceArguments } from '../../src/claude/cli/launch.js';
import { INITIAL_SETUP, setupFor, setupRequests } from '../../src/claude/conversation/processSetup.js';
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

const MESSAGES = [{ role: 'user', content: 'hi' }];
const CASES = 10_000;

/** Route → a body with that model name. */
const ROUTES: Readonly<Record<string, (model: string) => object>> = {
  '/api/chat': (model) => ({ model, messages: MESSAGES }),
  '/api/generate': (model) => ({ model, prompt: 'hi' }),
  '/api/show': (model) => ({ model }),
  '/v1/chat/completions': (model) => ({ model, messages: MESSAGES }),
  '/v1/responses': (model) => ({ model, input: 'hi' }),
  '/v1/messages': (model) => ({ model, messages: MESSAGES, max_tokens: 9 }),
};

describe('hostile model names', function () {
  this.timeout(120_000);
  let headless: Headless;

  before(async () => {
    headless = await startHeadless({ args: ['--unknown-models', 'reject'] });
  });
  after(() => headless.stop());

  it('are refused on every route, without a new process or API request', async () => {
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

describe('hostile requests', function () {
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
    // A name that contains a family is a model of it, whatever surrounds it.
    'a tag with the name of a permission': { model: 'claude-sonnet:acceptEdits' },
    'every hostile field': HOSTILE_FIELDS,
    'hostile options': { options: { ...HOSTILE_FIELDS, num_ctx: 1 } },
    'a long system prompt': { messages: [{ role: 'system', content: CANARY.repeat(10_000) }, ...MESSAGES] },
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

  it('change no command line and no environment of a CLI process', async () => {
    const { workspace } = headless.environment;
    const commands = new Set<string>();
    let processes = 0;
    const cases = ['claude-sonnet', 'claude-sonnet:workspace'].flatMap((model) =>
      Object.entries(HOSTILE).map(([what, more]) => [`${what}, ${model}`, { model, ...more }] as const),
    );
    for (const [what, more] of cases) {
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
    const settings = ['--settings', '{"env":{"CLAUDE_CODE_SIMPLE":""}}'];
    const expected = lanes.map((args) => [devCli(), ...args, ...settings, ''].join('\0'));
    assert.deepEqual([...commands].sort(), expected.sort());
    const models = new Set(headless.standIn.requests.map(({ body }) => body.model));
    assert.ok(
      [...models].every((model) => /^claude-(sonnet|opus)-[\d-]+$/.test(model)),
      [...models].join(),
    );
    assert.deepEqual(await readdir(workspace), []);
    console.log(
      `    ${cases.length} hostile requests, ${processes} process inspections: 1 command line per lane, no text of a request`,
    );
  });

  it('pass only known fields through the decoders, in 10,000 random bodies', () => {
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
          messages: messages.map(({ more, ...known }) => ({ ...more, ...known })),
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
        for (const message of setupRequests(INITIAL_SETUP, setupFor(request))) {
          assert.ok(SETUP_SUBTYPES.has(message['subtype'] as string), JSON.stringify(message));
        }
        for (const turn of toTurns(request.messages)) {
          if (turn.role !== 'user') continue;
          const line = userLine(turn, [], { uuid: 'uuid', query: true });
          assert.deepEqual(Object.keys(line), LINE_FIELDS);
          assert.equal(JSON.stringify(line).includes('\n'), false);
        }
      }),
      { numRuns: CASES },
    );
    assert.ok(translated > CASES / 4, `only ${translated} bodies were valid requests`);
    console.log(`    ${CASES} bodies, ${translated} of them valid requests: no unknown field passed`);
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
const SETUP_SUBTYPES = new Set(['set_model', 'set_max_thinking_tokens', 'apply_flag_settings']);
const LINE_FIELDS = ['type', 'message', 'parent_tool_use_id', 'session_id', 'uuid', 'client_composed'];

/** The translated request, or `undefined` if the body is refused. */
function translate(dialect: 'ollama' | 'openai' | 'anthropic', text: string): ChatRequest | undefined {
  const entryOf = (name: string) =>
    resolveName(listEntries(MODELS, ['chat']), name, { defaultModel: '', unknown: 'default', aliases: {} })!
      .entry;
  try {
    switch (dialect) {
      case 'ollama': {
        const body = ollama.decodeChat(bodyFields(text, 'api.ChatRequest'));
        const result = ollama.translateChat(body, entryOf(body.model));
        return result.type === 'answer' ? result.request : undefined;
      }
      case 'openai': {
        const body = openai.decodeChat(bodyFields(text, 'openai.ChatCompletionRequest'));
        return openai.translateChat(body, entryOf(body.model));
      }
      case 'anthropic': {
        const body = decodeMessages(bodyFields(text, 'anthropic.MessagesRequest'));
        return translateMessages(body, entryOf(body.model));
      }
    }
  } catch (error) {
    if (error instanceof ChatError) return undefined;
    throw error;
  }
}
