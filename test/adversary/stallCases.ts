/** Requests that are as hard to process as one dimension allows: at its bound, or far beyond it where it must be refused. */

export interface StallCase {
  readonly what: string;
  readonly path: string;
  readonly body: () => string | Buffer;
  readonly status: number;
  readonly encoding?: string;
}

const json = JSON.stringify;
const CHAT = '/api/chat';
const GENERATE = '/api/generate';
const COMPLETIONS = '/v1/chat/completions';
const TEXT_COMPLETIONS = '/v1/completions';
const RESPONSES = '/v1/responses';
const MESSAGES = '/v1/messages';

const MEGABYTES = 30;
const BIG = MEGABYTES * 1_000_000;
const HI = { role: 'user', content: 'hi' };

function list<T>(count: number, each: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => each(index));
}

/** A name that differs from others of its length at the end only. */
const named = (index: number, length: number): string =>
  'a'.repeat(length - 6) + String(index).padStart(6, '0');

/** The usual fields, so that all routes take the body. */
const request = (fields: object): string =>
  json({ model: 'claude-sonnet', max_tokens: 10, stream: false, ...fields });

/** A body with one field that is a string of `BIG` characters. */
const bigField = (name: string, unit: string, fields: object): string =>
  request({ ...fields, [name]: '\u0001' }).replace('\\u0001', unit.repeat(BIG / unit.length));

/** What each route needs besides the field that is tested. */
const ROUTES: readonly (readonly [string, object])[] = [
  [CHAT, { messages: [HI] }],
  [GENERATE, { prompt: 'hi' }],
  [COMPLETIONS, { messages: [HI] }],
  [TEXT_COMPLETIONS, { prompt: 'hi' }],
  [RESPONSES, { input: 'hi' }],
  [MESSAGES, { messages: [HI] }],
];

/** A string that is not content, in each place of each route. */
const STRINGS: readonly (readonly [string, readonly string[]])[] = [
  ['keep_alive', [CHAT, GENERATE]],
  ['format', [CHAT, GENERATE]],
  ['think', [CHAT, GENERATE]],
  ['reasoning_effort', [COMPLETIONS]],
  ['previous_response_id', [RESPONSES]],
  ['stop', [COMPLETIONS, TEXT_COMPLETIONS]],
];

const stringCases = STRINGS.flatMap(([name, paths]) =>
  ROUTES.filter(([path]) => paths.includes(path)).map(([path, fields]): StallCase => ({
    what: `a ${name} of ${MEGABYTES} MB`,
    path,
    body: () => bigField(name, '1', fields),
    status: name === 'format' ? 400 : 400,
  })),
);

const modelCases = ROUTES.map(([path, fields]): StallCase => ({
  what: `a model of ${MEGABYTES} million slashes`,
  path,
  body: () => bigField('model', '/', fields),
  status: 400,
}));

const roleCases = [CHAT, COMPLETIONS, MESSAGES].map((path): StallCase => ({
  what: `a role of ${MEGABYTES} MB`,
  path,
  body: () => request({ messages: ['\u0001'] }).replace('"\\u0001"', `{"role":"${'U'.repeat(BIG)}"}`),
  status: 400,
}));

const call = (id: string, name: string): object => ({
  id,
  type: 'function',
  function: { name, arguments: '{}' },
});

/**
 * Calls, and their results in reverse order.
 * @param field of a result, by which it belongs to its call: `tool_call_id` or the name of the tool
 * @param word the id or name of a call
 */
function reversed(count: number, field: string, word: (index: number) => string): object {
  const isId = field === 'tool_call_id';
  const calls = list(count, (index) => (isId ? call(word(index), 'f') : call('', word(index))));
  return {
    messages: [
      HI,
      { role: 'assistant', tool_calls: calls },
      ...list(count, (index) => ({ role: 'tool', content: 'x', [field]: word(count - 1 - index) })),
    ],
  };
}

const resultCases: readonly StallCase[] = [
  ...(
    [
      [CHAT, 'tool_name'],
      [COMPLETIONS, 'name'],
      [COMPLETIONS, 'tool_call_id'],
    ] as const
  ).flatMap(([path, field]): StallCase[] => [
    {
      what: `1,900 results in reverse order, each with a ${field} of 7,900 characters,`,
      path,
      body: () =>
        request({ ...reversed(1_900, field, (index) => named(index, 7_900)), model: 'unknown-model' }),
      status: 404,
    },
    {
      what: `900 results in reverse order, each with a ${field} of 16,400 characters,`,
      path,
      body: () => request(reversed(900, field, (index) => named(index, 16_400))),
      status: 400,
    },
  ]),
  {
    what: '9,900 calls and their results in reverse order',
    path: RESPONSES,
    body: () =>
      request({
        model: 'unknown-model',
        input: [
          ...list(4_950, (index) => ({
            type: 'function_call',
            call_id: `c${index}`,
            name: 'f',
            arguments: '{}',
          })),
          ...list(4_950, (index) => ({
            type: 'function_call_output',
            call_id: `c${4_949 - index}`,
            output: 'x',
          })),
        ],
      }),
    status: 404,
  },
  {
    what: '900 results in reverse order by ids of 16,400 characters',
    path: RESPONSES,
    body: () =>
      request({
        input: [
          ...list(900, (index) => ({
            type: 'function_call',
            call_id: named(index, 16_400),
            name: 'f',
            arguments: '',
          })),
          ...list(900, (index) => ({
            type: 'function_call_output',
            call_id: named(899 - index, 16_400),
            output: '',
          })),
        ],
      }),
    status: 400,
  },
  {
    what: '9,900 calls and their results in reverse order in two messages',
    path: MESSAGES,
    body: () =>
      request({
        model: 'unknown-model',
        messages: [
          HI,
          {
            role: 'assistant',
            content: list(9_900, (index) => ({ type: 'tool_use', id: `c${index}`, name: 'f', input: {} })),
          },
          {
            role: 'user',
            content: list(9_900, (index) => ({
              type: 'tool_result',
              tool_use_id: `c${9_899 - index}`,
              content: 'x',
            })),
          },
        ],
      }),
    status: 404,
  },
];

/** As text: `JSON.stringify` of so many values would take longer than the server takes to refuse them. */
const manyNulls = (field: string): string => `"${field}":[${'null,'.repeat(900_000)}null]`;

const countCases: readonly StallCase[] = [
  ...[CHAT, COMPLETIONS, MESSAGES].map((path): StallCase => ({
    what: 'a million messages',
    path,
    body: () => request({ x: 1 }).replace('"x":1', manyNulls('messages')),
    status: 400,
  })),
  ...[CHAT, COMPLETIONS].map((path): StallCase => ({
    what: 'a million calls',
    path,
    body: () =>
      request({ messages: [{ role: 'assistant', x: 1 }] }).replace('"x":1', manyNulls('tool_calls')),
    status: 400,
  })),
  ...[CHAT, COMPLETIONS, RESPONSES, MESSAGES].map((path): StallCase => ({
    what: 'a million tools',
    path,
    body: () => request({ messages: [HI], input: 'hi', x: 1 }).replace('"x":1', manyNulls('tools')),
    status: 400,
  })),
  {
    what: 'a million input items',
    path: RESPONSES,
    body: () => request({ x: 1 }).replace('"x":1', manyNulls('input')),
    status: 400,
  },
  {
    what: '190,000 stop sequences',
    path: MESSAGES,
    body: () => request({ messages: [HI], stop_sequences: list(190_000, () => 'a') }),
    status: 400,
  },
  {
    what: '9,900 messages of the user in a row',
    path: CHAT,
    body: () => request({ messages: list(9_900, (index) => ({ role: 'user', content: `x${index}` })) }),
    status: 200,
  },
  {
    what: '9,900 messages of the assistant in a row',
    path: COMPLETIONS,
    body: () => request({ messages: list(9_900, (index) => ({ role: 'assistant', content: `x${index}` })) }),
    status: 200,
  },
];

const tool = (name: string, parameters: object = { type: 'object', properties: {} }): object => ({
  type: 'function',
  name,
  parameters,
  function: { name, description: '', parameters },
});
const withTool = (parameters: object): string => request({ messages: [HI], tools: [tool('f', parameters)] });
const property = (schema: object): string => withTool({ type: 'object', properties: { a: schema } });
/** As `property`, with a string of so many units in the place of `\u0001`. */
const bigProperty = (schema: object, unit: string, count: number): string =>
  property(schema).replaceAll('\\u0001', unit.repeat(count));

const toolCases: readonly StallCase[] = [
  ...[COMPLETIONS, RESPONSES].flatMap((path): StallCase[] => [
    {
      what: 'a choice of 14,000 tools',
      path,
      body: () => {
        const tools = list(14_000, () => ({ type: 'function', name: 'f' }));
        return request({
          messages: [HI],
          input: 'hi',
          tools: [tool('f')],
          tool_choice: { type: 'allowed_tools', mode: 'auto', tools, allowed_tools: { mode: 'auto', tools } },
        });
      },
      status: 400,
    },
    {
      what: 'a choice of 512 tools in reverse order',
      path,
      body: () => {
        const tools = list(512, (index) => ({ type: 'function', name: `f${511 - index}` }));
        return request({
          model: 'unknown-model',
          messages: [HI],
          input: 'hi',
          tools: list(512, (index) => tool(`f${index}`)),
          tool_choice: { type: 'allowed_tools', mode: 'auto', tools },
        });
      },
      status: 404,
    },
  ]),
  {
    what: '500 tools of one name with schemas of 55,000 characters that differ at the end',
    path: CHAT,
    body: () =>
      request({
        messages: [HI],
        tools: list(500, (index) => tool('f', { type: 'object', description: named(index, 27_000) })),
      }),
    status: 400,
  },
  {
    what: '500 tools of one name with schemas of 7,900 characters that differ at the end',
    path: CHAT,
    body: () =>
      request({
        messages: [HI],
        tools: list(500, (index) => tool('f', { type: 'object', description: named(index, 7_900) })),
      }),
    status: 200,
  },
  {
    what: '512 schemas as JSON text, each of 28,000 numbers,',
    path: COMPLETIONS,
    body: () => {
      const parameters = `{"type":"object","x":[${'0,'.repeat(28_000)}0]}`;
      const tools = list(512, (index) => ({ type: 'function', function: { name: `f${index}`, parameters } }));
      return request({ messages: [HI], tools });
    },
    status: 400,
  },
  ...[50_000, 4_900].map((count): StallCase => ({
    what: `a schema of ${count} alternatives`,
    path: CHAT,
    body: () => property({ anyOf: list(count, (index) => ({ type: 'string', minLength: index })) }),
    status: count > 5_000 ? 400 : 200,
  })),
  {
    what: 'four schemas of 4,900 alternatives',
    path: CHAT,
    body: () =>
      request({
        messages: [HI],
        tools: list(4, (at) =>
          tool(`f${at}`, {
            type: 'object',
            properties: { p: { anyOf: list(4_900, (index) => ({ type: 'string', minLength: index })) } },
          }),
        ),
      }),
    status: 200,
  },
  {
    what: 'a schema with a reference of 2 million slashes',
    path: CHAT,
    body: () => bigProperty({ $ref: '#\u0001' }, '/', 2_000_000),
    status: 200,
  },
  {
    what: 'a schema with a type of 60,000 blanks',
    path: CHAT,
    body: () => bigProperty({ type: '\u0001x' }, ' ', 60_000),
    status: 200,
  },
  {
    what: 'a schema that requires 900 names of 16,400 characters',
    path: CHAT,
    body: () =>
      withTool({
        type: 'object',
        properties: { a: {} },
        required: list(900, (index) => named(index, 16_400)),
      }),
    status: 400,
  },
  {
    what: 'a schema with 200,000 names in one text',
    path: CHAT,
    body: () => withTool({ type: 'object', properties: { a: {}, b: {} }, required: 'b,'.repeat(200_000) }),
    status: 200,
  },
  {
    what: 'a schema of 4,900 references to one of a megabyte',
    path: CHAT,
    body: () =>
      withTool({
        $defs: { a: { properties: { p: { description: 'x'.repeat(1_000_000) } } } },
        anyOf: list(4_900, () => ({ $ref: '#/$defs/a' })),
      }),
    status: 400,
  },
];

const jsonCases: readonly StallCase[] = [
  {
    what: '900 field names of 16,400 characters',
    path: CHAT,
    body: () => request(Object.fromEntries(list(900, (index) => [named(index, 16_400), 1]))),
    status: 400,
  },
  {
    what: `${MEGABYTES} MB of groups of 15 digits`,
    path: CHAT,
    body: () => bigField('x', '012345678901234 ', { model: 'unknown-model', messages: [HI] }),
    status: 404,
  },
  {
    what: 'a million numbers of 20 digits',
    path: CHAT,
    body: () => request({ x: 1 }).replace(':1}', `:[${'12345678901234567891,'.repeat(1_000_000)}1]}`),
    status: 400,
  },
  {
    what: `${MEGABYTES} MB of base64 with an error at the end`,
    path: CHAT,
    body: () =>
      request({ messages: [{ ...HI, images: ['\u0001'] }] }).replace('\\u0001', `${'A'.repeat(BIG)}!`),
    status: 400,
  },
  {
    what: `${MEGABYTES} MB of base64 in lines`,
    path: CHAT,
    body: () =>
      request({ model: 'unknown-model', messages: [{ ...HI, images: ['\u0001'] }] }).replace(
        '\\u0001',
        `${'A'.repeat(76)}\\r\\n`.repeat(380_000),
      ),
    status: 404,
  },
  ...[CHAT, COMPLETIONS].map((path): StallCase => ({
    what: '1.9 million characters of base64 with a line break after each',
    path,
    body: () =>
      request({
        model: 'unknown-model',
        messages: [
          {
            ...HI,
            ...(path === CHAT
              ? { images: ['\u0001'] }
              : { content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,\u0001' } }] }),
          },
        ],
      }).replace('\\u0001', 'A\\n'.repeat(1_900_000)),
    status: path === CHAT ? 404 : 400,
  })),
  {
    what: '10.4 million empty blocks of Zstandard',
    path: RESPONSES,
    // A header of three zeros is an empty block that is not the last one.
    body: () => Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0x58]), Buffer.alloc(31_200_000)]),
    encoding: 'zstd',
    status: 400,
  },
];

export const STALL_CASES: readonly StallCase[] = [
  ...stringCases,
  ...modelCases,
  ...roleCases,
  ...resultCases,
  ...countCases,
  ...toolCases,
  ...jsonCases,
];

/** A request of as many bytes whose only content is one text. Its model is unknown, so that it is read but not answered. */
export function plainBody(path: string, bytes: number): string {
  const [, fields] = ROUTES.find(([route]) => route === path)!;
  const empty = request({ ...fields, model: 'unknown-model' });
  return empty.replace('"hi"', () => `"${'x'.repeat(Math.max(1, bytes - empty.length))}"`);
}

/** The most messages that are allowed, each as short as possible: the request of ordinary kind that has most values. */
export function manyMessages(): string {
  const messages = list(9_900, (index) => ({ role: index % 2 === 0 ? 'user' : 'assistant', content: 'x' }));
  return request({ model: 'unknown-model', messages });
}
