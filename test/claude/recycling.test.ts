/** After a conversation, a process sends the same requests as a new process, byte for byte. */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChatMessage, ChatRequest } from '../../src/core/chat.js';
import { silentLogger, type Logger } from '../../src/core/log.js';
import { createClaudeBackend } from '../../src/claude/backend.js';
import type { BackendLimits, CliBackend } from '../../src/core/cliBackend.js';
import { devCli } from '../standin/devCli.js';
import { standInEnvironment, type StandInEnvironment } from '../standin/environment.js';
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

const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const SCHEMA = { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] };
const tool = (name: string, description = `Finds ${name}.`): ChatRequest['tools'][number] => ({
  name,
  description,
  parameters: { type: 'object', properties: { q: { type: 'string' } } },
});
const CALLED: readonly ChatMessage[] = [
  user('Look.'),
  { role: 'assistant', content: [{ type: 'toolCall', call: { id: 'c1', name: 'look', arguments: {} } }] },
  {
    role: 'user',
    content: [
      {
        type: 'toolResult',
        callId: 'c1',
        content: [{ type: 'text', text: 'SECRET result' }],
        isError: false,
      },
    ],
  },
];

/** As long as a real API takes: the CLI needs some milliseconds to be kept from asking the model again. */
const API_DELAY_MS = 200;

/** A request that a process has served before. */
interface Use {
  readonly request: ChatRequest;
  readonly replies: readonly Reply[];
  /** The client disconnects after the first event. */
  readonly disconnects?: true;
}

const secret = (more: Partial<ChatRequest> = {}): ChatRequest => request([user('SECRET question')], more);

const USES: Readonly<Record<string, Use>> = {
  'a plain question': { request: secret(), replies: [textReply('SECRET answer')] },
  'a system prompt': { request: secret({ system: 'SECRET prompt' }), replies: [textReply('A')] },
  'a tool call without a result': {
    request: secret({ tools: [tool('look'), tool('other')] }),
    replies: [toolReply({ id: 'toolu_1', name: 'look', input: { q: 'SECRET' } })],
  },
  'a tool that does not exist': {
    request: secret({ tools: [tool('look')] }),
    replies: [toolReply({ id: 'toolu_1', name: 'nope', input: {} }, { delayMs: API_DELAY_MS })],
  },
  'a replayed history with tool results': {
    request: request(CALLED, { tools: [tool('look')] }),
    replies: [textReply('A')],
  },
  'a structured answer': {
    request: secret({ format: { type: 'schema', schema: SCHEMA } }),
    replies: [toolReply({ id: 'toolu_1', name: 'StructuredOutput', input: { n: 1 } })],
  },
  'an image': {
    request: request([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'SECRET' },
          { type: 'image', mediaType: 'image/png', data: PIXEL },
        ],
      },
    ]),
    replies: [textReply('A')],
  },
  'shown thinking and effort': {
    request: secret({ thinking: { show: true, effort: 'low' } }),
    replies: [
      messageReply([
        { type: 'thinking', thinking: 'SECRET thought', signature: 'sig' },
        { type: 'text', text: 'A' },
      ]),
    ],
  },
  'another model': { request: secret({ model: 'haiku' }), replies: [textReply('A')] },
  'an error of the API': { request: secret(), replies: [errorReply(400, 'no')] },
  'an answer that the client cancelled': {
    request: secret(),
    replies: [textReply(['SECRET', new Promise(() => undefined)])],
    disconnects: true,
  },
  'an answer that ended at the token limit': {
    request: secret({ maxTokens: 5 }),
    replies: [textReply('SECRET', { stopReason: 'max_tokens', delayMs: API_DELAY_MS })],
  },
  'an answer that filled the context window': {
    request: secret(),
    replies: [textReply('SECRET', { stopReason: 'model_context_window_exceeded', delayMs: API_DELAY_MS })],
  },
  'an empty answer': { request: secret(), replies: [messageReply([], { delayMs: API_DELAY_MS })] },
  'white space': { request: secret(), replies: [textReply('  ', { delayMs: API_DELAY_MS })] },
  'thinking without an answer': {
    request: secret(),
    replies: [
      messageReply([{ type: 'thinking', thinking: 'SECRET', signature: 'sig' }], { delayMs: API_DELAY_MS }),
    ],
  },
  'a tool call with broken JSON': {
    request: secret({ tools: [tool('look')] }),
    replies: [toolReply({ id: 'toolu_1', name: 'look', input: '{"q": "SEC' }, { delayMs: API_DELAY_MS })],
  },
  'options that the API enforces': {
    request: secret({
      model: 'claude-sonnet-4-5',
      maxTokens: 777,
      stop: ['SECRET stop', ' '],
      thinking: { mode: 'off', show: false },
      sampling: { temperature: 0.25, topK: 3 },
    }),
    replies: [textReply('A')],
  },
  'a forced tool call': {
    request: secret({
      tools: [tool('look')],
      toolChoice: { required: true, name: 'look', single: true },
      thinking: { show: false, effort: 'low' },
    }),
    replies: [toolReply({ id: 'toolu_1', name: 'look', input: {} })],
  },
  'an answer that ended at a stop sequence': {
    request: secret({ stop: ['STOP'] }),
    replies: [textReply(['one STOP', ' two'])],
  },
};

/** The next conversations, each of one or two turns. */
const NEXT: Readonly<Record<string, readonly ChatRequest[]>> = {
  'a plain conversation': [request([user('q1')]), request([user('q1'), assistant('A'), user('q2')])],
  'a system prompt': [request([user('q1')], { system: 'S' })],
  tools: [request([user('q1')], { tools: [tool('find'), tool('look')] })],
  'a replayed history with tools': [request(CALLED, { tools: [tool('look')], system: 'S' })],
  'a schema': [request([user('q1')], { format: { type: 'schema', schema: SCHEMA } })],
  'thinking and effort': [request([user('q1')], { thinking: { show: true, effort: 'high' } })],
  'another model': [request([user('q1')], { model: 'haiku', system: 'S' })],
};

describe('recycled process', function () {
  this.timeout(180_000);
  let standIn: StandIn;
  let environment: StandInEnvironment;
  let started: number;

  before(async () => {
    standIn = await startStandIn();
    environment = await standInEnvironment(standIn.url);
  });
  after(async () => {
    await environment.dispose();
    await standIn.close({ lenient: true });
  });

  function createBackend(given: Partial<BackendLimits>, env = environment.env): CliBackend {
    const debug = (line: string): void => void (line.endsWith(' started') && started++);
    const log: Logger = { ...silentLogger, debug };
    const folder = environment.workspace;
    // No memory limit: under load a process grows faster than it frees memory.
    const limits = { ...given, processBytes: Infinity };
    return createClaudeBackend({ claudePath: devCli(), folder, env, log, version: '0.0.0', limits });
  }

  /** Sends the turns of a conversation. @returns the requests that reached the API */
  async function converse(backend: CliBackend, turns: readonly ChatRequest[]): Promise<unknown[]> {
    const requests: unknown[] = [];
    for (const turn of turns) {
      const structured = turn.format !== undefined;
      standIn.reply(
        structured ? toolReply({ id: 'toolu_n', name: 'StructuredOutput', input: { n: 2 } }) : textReply('A'),
      );
      const { text } = await answerOf(backend.chat(turn, never()));
      assert.equal(text, structured ? '{"n":2}' : 'A');
      requests.push(comparable(standIn.requests.at(-1)!));
    }
    return requests;
  }

  const expectedRequests = new Map<string, unknown[]>();
  before(async function () {
    for (const [name, turns] of Object.entries(NEXT)) {
      const backend = createBackend({ processes: 1, prewarm: 'never' });
      expectedRequests.set(name, await converse(backend, turns));
      await backend.close();
    }
  });

  for (const [use, { request: earlier, replies, disconnects }] of Object.entries(USES)) {
    it(`sends the same requests as a new process after ${use}`, async () => {
      started = 0;
      const backend = createBackend({ processes: 1, prewarm: 'always' });
      try {
        for (const [name, turns] of Object.entries(NEXT)) {
          standIn.reply(...replies);
          if (disconnects) {
            for await (const _event of backend.chat(earlier, never())) break;
          } else await answerOf(backend.chat(earlier, never())).catch(() => undefined);
          assert.deepEqual(await converse(backend, turns), expectedRequests.get(name), name);
        }
        assert.equal(started, 1);
      } finally {
        await backend.close();
      }
    });
  }

  for (const place of ['the environment', 'a settings file']) {
    it(`keeps the user's own fields of the request body, set in ${place}, with and after a structured answer`, async () => {
      const own = { CLAUDE_CODE_EXTRA_BODY: '{"service_tier":"standard_only"}' };
      const config = join(environment.root, 'own config');
      await mkdir(config, { recursive: true });
      await writeFile(join(config, 'settings.json'), JSON.stringify({ env: own }));
      const given = place === 'the environment' ? own : { CLAUDE_CONFIG_DIR: config };
      const backend = createBackend({ processes: 1, prewarm: 'always' }, { ...environment.env, ...given });
      try {
        for (const name of ['a plain conversation', 'a schema', 'a plain conversation', 'a schema']) {
          await converse(backend, NEXT[name]!);
          const { body } = standIn.requests.at(-1)!;
          assert.equal(body['service_tier'], 'standard_only', name);
          // During the first second of a process the CLI may apply the variables of settings files once more.
          if (place === 'the environment') assert.equal('tool_choice' in body, name === 'a schema', name);
        }
      } finally {
        await backend.close();
      }
    });
  }

  const DEFAULTS: Readonly<Record<string, { settings?: object; env?: Record<string, string>; id: string }>> =
    {
      'in the settings': { settings: { model: 'haiku' }, id: 'claude-haiku-5-5' },
      'as ANTHROPIC_MODEL, which the CLI does not list': {
        settings: { model: 'haiku' },
        env: { ANTHROPIC_MODEL: 'claude-sonnet-4-20250514' },
        id: 'claude-sonnet-4-20250514',
      },
    };
  for (const [where, { settings, env: more = {}, id }] of Object.entries(DEFAULTS)) {
    it(`uses the default model that the user has set ${where}, also after its models were listed and after another model`, async () => {
      const place = await standInEnvironment(standIn.url, more);
      if (settings !== undefined) {
        await writeFile(join(place.env['CLAUDE_CONFIG_DIR']!, 'settings.json'), JSON.stringify(settings));
      }
      const plain = [request([user('q1')], { model: 'default' })];
      const prompted = [request([user('q1')], { model: 'default', system: 'S' })];
      const options = { processes: 1, prewarm: 'never' } as const;
      const expected = new Map<readonly ChatRequest[], unknown[]>();
      for (const turns of [plain, prompted]) {
        const backend = createBackend(options, place.env);
        expected.set(turns, await converse(backend, turns));
        const [listed] = await backend.models();
        assert.deepEqual([listed?.value, listed?.resolved], ['default', id]);
        await backend.close();
        assert.equal(standIn.requests.at(-1)!.body['model'], id);
      }
      started = 0;
      const backend = createBackend({ ...options, prewarm: 'always' }, place.env);
      try {
        await backend.models();
        assert.deepEqual(await converse(backend, plain), expected.get(plain), 'after the list of models');
        for (const turns of [plain, prompted, plain]) {
          for (const other of ['opus', 'sonnet', 'claude-haiku-4-5-20251001']) {
            await converse(backend, [request([user('SECRET')], { model: other, system: 'SECRET prompt' })]);
            assert.deepEqual(await converse(backend, turns), expected.get(turns), `after ${other}`);
          }
        }
        assert.equal(started, 1);
      } finally {
        await backend.close();
        await place.dispose();
      }
    });
  }

  it('asks the API nothing about a model that is named by its full id, also with another system prompt', async () => {
    const backend = createBackend({ processes: 1, prewarm: 'always' });
    try {
      const before = standIn.requests.length;
      for (const [model, system] of [
        ['claude-opus-4-5-20251101', 'First.'],
        ['claude-opus-4-5-20251101', 'Second.'],
        ['claude-sonnet-4-5', 'Second.'],
      ] as const) {
        await converse(backend, [request([user('q1')], { model, system })]);
        const { body } = standIn.requests.at(-1)!;
        assert.equal(body.model, model);
        assert.ok(JSON.stringify(body.system).includes(system));
      }
      assert.equal(standIn.requests.length - before, 3);
    } finally {
      await backend.close();
    }
  });

  it('is not used again after the model has refused an answer', async () => {
    started = 0;
    const refusing = await startStandIn({
      // The CLI may retry automatically before it is stopped.
      respond: ({ raw }) =>
        raw.includes('SECRET')
          ? messageReply([{ type: 'text', text: 'I cannot' }], { stopReason: 'refusal' })
          : textReply('A'),
    });
    const env = { ...environment.env, ANTHROPIC_BASE_URL: refusing.url };
    const backend = createBackend({ processes: 1, prewarm: 'always' }, env);
    try {
      const { done } = await answerOf(backend.chat(secret(), never()));
      assert.equal(done.reason, 'refusal');
      assert.equal((await answerOf(backend.chat(request([user('q1')]), never()))).text, 'A');
      assert.equal(started, 2);
    } finally {
      await backend.close();
      await refusing.close({ lenient: true });
    }
  });

  it('is not used for a tool whose description the CLI would replace with an earlier one', async () => {
    started = 0;
    const backend = createBackend({ processes: 1, prewarm: 'always' });
    try {
      for (const description of ['First.', 'Second.']) {
        await converse(backend, [request([user(description)], { tools: [tool('look', description)] })]);
        const [offered] = standIn.requests.at(-1)!.body.tools ?? [];
        assert.equal(offered?.['description'], description);
      }
      assert.equal(started, 2);
    } finally {
      await backend.close();
    }
  });

  it('rewinds to the question that the client has edited and keeps the earlier turns', async () => {
    started = 0;
    const backend = createBackend({ processes: 1, prewarm: 'always' });
    try {
      const first = [user('q1'), assistant('A'), user('q2'), assistant('A')];
      await converse(backend, [
        request([user('q1')]),
        request([...first.slice(0, 2), user('q2')]),
        request([...first, user('q3')]),
      ]);
      const expected = standIn.requests.at(-2)!;
      await converse(backend, [request([...first.slice(0, 2), user('q2')])]);
      assert.deepEqual(comparable(standIn.requests.at(-1)!), comparable(expected));
      assert.equal(started, 1);
    } finally {
      await backend.close();
    }
  });
});
