/**
 * The features of clients: what a client must show of each, and what must have reached the API. A client program reports
 * what it observed as JSON; the expectations here are the same for every language.
 */
import assert from 'node:assert/strict';
import { systemOf, textOf, type ApiBlock, type StandInRequest } from '../../standin/server.js';
import {
  ANSWERS,
  IMAGE,
  OBJECT,
  PROMPTS,
  SYSTEM,
  TOOL,
  TOOL_RESULTS,
  UNKNOWN_MODEL,
  USAGE,
} from './inputs.js';

/** What a client program observed; only the fields of its feature. */
export interface Observed {
  readonly models?: readonly string[];
  readonly text?: string;
  /** The pieces of a streamed answer, without empty ones. */
  readonly pieces?: readonly string[];
  readonly thinking?: string;
  /** Names and arguments of the calls that the client got, in order. */
  readonly calls?: readonly (readonly [string, unknown])[];
  readonly object?: unknown;
  /** Input and output tokens. */
  readonly usage?: readonly [number, number];
  readonly tokens?: number;
  readonly error?: { readonly status?: number; readonly message: string };
}

export interface Feature {
  /** The title of the test, and the name in the table of results. */
  readonly title: string;
  /** @throws AssertionError `requests`: those of this feature that reached the API */
  readonly verify: (observed: Observed, requests: readonly StandInRequest[]) => void | Promise<void>;
}

const PAIRS = {
  tool: [[TOOL.name, { city: 'Köln' }]],
  parallelTools: [
    [TOOL.name, { city: 'Köln' }],
    [TOOL.name, { city: 'Oslo' }],
  ],
} as const;

export const FEATURES = {
  models: {
    title: 'lists models',
    verify({ models = [] }) {
      for (const family of ['claude-sonnet', 'claude-haiku'])
        assert.ok(
          models.some((name) => name === family || name === `${family}:latest`),
          `${family} is not in ${models.join(', ')}`,
        );
    },
  },
  chat: {
    title: 'answers',
    verify({ text }, requests) {
      assert.equal(text, ANSWERS.chat);
      assert.equal(requests.length, 1);
      const { body } = requests[0]!;
      assert.match(body.model, /sonnet/);
      assert.ok(systemOf(body).includes(SYSTEM) || JSON.stringify(body.messages).includes(SYSTEM));
      assert.equal(lastUserText(requests[0]!), PROMPTS.chat);
    },
  },
  usage: {
    title: 'reports tokens',
    verify({ usage }) {
      assert.deepEqual(usage, [USAGE.input_tokens, USAGE.output_tokens]);
    },
  },
  stream: {
    title: 'streams',
    verify({ pieces = [] }) {
      assert.equal(pieces.join(''), ANSWERS.stream.join(''));
      assert.ok(pieces.length >= ANSWERS.stream.length, `it arrived in ${pieces.length} pieces`);
    },
  },
  thinking: {
    title: 'shows thinking',
    verify({ thinking, text }) {
      assert.deepEqual([thinking, text], [ANSWERS.thoughts, ANSWERS.thinking]);
    },
  },
  tool: {
    title: 'calls a tool',
    verify({ calls, text }, requests) {
      assert.deepEqual(calls, PAIRS.tool);
      assert.equal(text, ANSWERS.tool);
      verifyToolRound(requests, [TOOL_RESULTS.Köln]);
    },
  },
  streamedTool: {
    title: 'streams a call of a tool',
    verify({ calls, pieces = [] }, requests) {
      assert.deepEqual(calls, PAIRS.tool);
      assert.ok(pieces.join('').endsWith(ANSWERS.tool), pieces.join(''));
      verifyToolRound(requests, [TOOL_RESULTS.Köln]);
    },
  },
  parallelTools: {
    title: 'calls two tools at once',
    verify({ calls, text }, requests) {
      assert.deepEqual(calls, PAIRS.parallelTools);
      assert.equal(text, ANSWERS.parallelTools);
      verifyToolRound(requests, [TOOL_RESULTS.Köln, TOOL_RESULTS.Oslo]);
    },
  },
  streamedParallelTools: {
    title: 'streams two calls at once',
    verify({ calls, pieces = [] }, requests) {
      assert.deepEqual(calls, PAIRS.parallelTools);
      assert.ok(pieces.join('').endsWith(ANSWERS.parallelTools), pieces.join(''));
      verifyToolRound(requests, [TOOL_RESULTS.Köln, TOOL_RESULTS.Oslo]);
    },
  },
  schema: {
    title: 'gets data of a schema',
    verify({ object }) {
      assert.deepEqual(object, OBJECT);
    },
  },
  image: {
    title: 'sends an image',
    verify({ text }, requests) {
      assert.equal(text, ANSWERS.image);
      const image = blocksOf(requests[0]!).find(({ type }) => type === 'image');
      const source = image?.['source'] as { readonly data?: string } | undefined;
      assert.equal(source?.data, IMAGE);
    },
  },
  history: {
    title: 'continues a conversation',
    verify({ text }, requests) {
      assert.equal(text, ANSWERS.historyNext);
      assert.equal(requests.length, 2);
      const turns = requests[1]!.body.messages.filter(({ role }) => role !== 'system');
      assert.deepEqual(
        turns.map((message) => [message.role, textOf(message)]),
        [
          ['user', PROMPTS.history],
          ['assistant', ANSWERS.history],
          ['user', PROMPTS.historyNext],
        ],
      );
      // The second request continues in the process of the first one.
      assert.equal(new Set(requests.map(({ headers }) => headers['x-claude-code-session-id'])).size, 1);
    },
  },
  cancel: {
    title: 'cancels',
    async verify({ pieces = [] }, requests) {
      assert.ok(pieces.length > 0);
      assert.equal(requests.length, 1);
      assert.equal(await requests[0]!.closed, 'client');
    },
  },
  apiError: {
    title: 'reports an error of the API',
    verify({ error }) {
      verifyError(error, 402, /Credit balance is too low/);
    },
  },
  unknownModel: {
    title: 'reports an unknown model',
    verify({ error }, requests) {
      verifyError(error, 404, new RegExp(`${UNKNOWN_MODEL}.*not found`));
      assert.equal(requests.length, 0);
    },
  },
  embeddings: {
    title: 'reports that there are no embeddings',
    verify({ error }) {
      verifyError(error, 400, /does not support embeddings/);
    },
  },
  countTokens: {
    title: 'counts tokens',
    verify({ tokens = 0 }, requests) {
      assert.ok(tokens > 5 && tokens < 100, String(tokens));
      assert.equal(requests.length, 0);
    },
  },
} satisfies Readonly<Record<string, Feature>>;

export type FeatureName = keyof typeof FEATURES;

/** What every client of chats should be able to do. */
export const CHAT_FEATURES = [
  'chat',
  'usage',
  'stream',
  'tool',
  'streamedTool',
  'parallelTools',
  'streamedParallelTools',
  'schema',
  'image',
  'history',
  'cancel',
  'apiError',
  'unknownModel',
] as const satisfies readonly FeatureName[];

/** A client that shows no status has at least the message. */
function verifyError(error: Observed['error'], status: number, message: RegExp): void {
  assert.ok(error !== undefined, 'the client reported no error');
  assert.match(error.message, message);
  if (error.status !== undefined) assert.equal(error.status, status);
}

/** The tool was offered whole, and each result arrived with the id of its call. */
function verifyToolRound(requests: readonly StandInRequest[], results: readonly string[]): void {
  assert.equal(requests.length, 2);
  const [first, second] = requests as [StandInRequest, StandInRequest];
  const tool = first.body.tools?.find(({ name }) => name === TOOL.name);
  const schema = tool?.['input_schema'] as { readonly properties?: object } | undefined;
  assert.deepEqual(Object.keys(schema?.properties ?? {}), ['city']);
  const blocks = second.body.messages.flatMap(({ content }) => (typeof content === 'string' ? [] : content));
  const calls = blocks.filter(({ type }) => type === 'tool_use').map(({ id }) => id);
  const given = blocks.filter(({ type }) => type === 'tool_result');
  assert.deepEqual(
    given.map(({ tool_use_id: id }) => id),
    calls,
  );
  assert.deepEqual(given.map(resultText), results);
}

/** Some clients send a result as the JSON of a text. */
function resultText({ content }: ApiBlock): string {
  const text =
    typeof content === 'string'
      ? content
      : (content as readonly ApiBlock[]).map(({ text: part = '' }) => part).join('');
  return text.startsWith('"') ? (JSON.parse(text) as string) : text;
}

function blocksOf({ body }: StandInRequest): readonly ApiBlock[] {
  const last = body.messages.findLast(({ role }) => role === 'user');
  return last === undefined || typeof last.content === 'string' ? [] : last.content;
}

function lastUserText({ body }: StandInRequest): string {
  const last = body.messages.findLast(({ role }) => role === 'user');
  return last === undefined ? '' : textOf(last);
}
