import assert from 'node:assert/strict';
import { apiRefusal, modelVersion } from '../standin/apiRules.js';
import { startStandIn, textReply, type MessagesBody } from '../standin/server.js';

const USER = { role: 'user', content: 'hi' };

function body(fields: Readonly<Record<string, unknown>> = {}): MessagesBody {
  return { model: 'claude-sonnet-4-5', max_tokens: 2000, messages: [USER], ...fields };
}

function tool(schema: unknown, name = 'look') {
  return { name, description: 'Looks.', input_schema: schema };
}

function call(id: string, more: object = {}) {
  return { type: 'tool_use', id, name: 'look', input: {}, ...more };
}

function result(id: string, more: object = {}) {
  return { type: 'tool_result', tool_use_id: id, content: 'ok', ...more };
}

const says = (role: string, ...content: readonly object[]) => ({ role, content });

const SCHEMA = { type: 'object', properties: { at: { type: 'string' } } };
const TOOLS = [tool(SCHEMA)];
const THINKING = { type: 'adaptive' };
const cached = (text: string) => ({ type: 'text', text, cache_control: { type: 'ephemeral' } });

const ACCEPTED: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'a question': {},
  'sampling on an earlier model': { temperature: 0.3, top_k: 5 },
  'temperature 1 on a later model': { model: 'claude-opus-5', temperature: 1 },
  'a forced tool without thinking': { tools: TOOLS, tool_choice: { type: 'tool', name: 'look' } },
  'a free choice with thinking': { tools: TOOLS, tool_choice: { type: 'auto' }, thinking: THINKING },
  'a forced tool with thinking disabled': {
    tools: TOOLS,
    tool_choice: { type: 'any' },
    thinking: { type: 'disabled' },
  },
  'a schema of draft 2020-12': {
    tools: [
      tool({
        $schema: 'http://json-schema.org/draft-07/schema#',
        type: 'object',
        properties: { pair: { type: 'array', prefixItems: [{ type: 'string' }] } },
        'x-order': 1,
      }),
    ],
  },
  'calls with their results, text and a system message between them': {
    messages: [
      USER,
      says('assistant', { type: 'text', text: 'Let me see.' }, call('a'), call('b')),
      { role: 'system', content: 'A note.' },
      says('user', result('a'), result('b'), { type: 'text', text: 'Go on.' }),
    ],
  },
  'text about surrogates': { messages: [{ role: 'user', content: String.raw`\ud83d and 🚀` }] },
  'four cache breakpoints': { messages: [says('user', ...['a', 'b', 'c', 'd'].map(cached))] },
  'a begun answer for an earlier model': {
    messages: [USER, says('assistant', { type: 'text', text: 'Well' })],
  },
};

const REFUSED: readonly (readonly [string, Readonly<Record<string, unknown>>, RegExp])[] = [
  ['no limit', { max_tokens: undefined }, /max_tokens: Field required/],
  ['the limit 0', { max_tokens: 0 }, /greater than or equal to 1/],
  ['a blank stop sequence', { stop_sequences: ['\n'] }, /non-whitespace/],
  [
    'temperature on Sonnet 4.7',
    { model: 'claude-sonnet-4-7', temperature: 0.3 },
    /`temperature` is deprecated/,
  ],
  ['top_p on Opus 5', { model: 'claude-opus-5', top_p: 0.3 }, /`top_p` is deprecated/],
  ['top_k on Fable', { model: 'claude-fable', top_k: 3 }, /`top_k` is deprecated/],
  ['temperature 1.5', { temperature: 1.5 }, /range: 0\.\.1/],
  ['temperature with top_p', { temperature: 0.5, top_p: 0.5 }, /cannot both be specified/],
  ['temperature with thinking', { temperature: 0.5, thinking: THINKING }, /thinking is enabled/],
  [
    'a forced tool with thinking',
    { tools: TOOLS, tool_choice: { type: 'tool', name: 'look' }, thinking: THINKING },
    /Thinking may not be enabled/,
  ],
  [
    'more thinking than the limit',
    { thinking: { type: 'enabled', budget_tokens: 2000 } },
    /must be greater than `thinking\.budget_tokens`/,
  ],
  ['a choice without tools', { tool_choice: { type: 'auto' } }, /while providing tools/],
  ['an unknown tool', { tools: TOOLS, tool_choice: { type: 'tool', name: 'x' } }, /'x' not found/],
  ['the name of a tool', { tools: [tool(SCHEMA, 'größe')] }, /tools\.0\.custom\.name: String should match/],
  ['two tools of one name', { tools: [...TOOLS, ...TOOLS] }, /must be unique/],
  ['no schema', { tools: [tool(undefined)] }, /input_schema: Field required/],
  ['a schema without type', { tools: [tool({ properties: {} })] }, /type: Input should be 'object'/],
  ['anyOf at the top', { tools: [tool({ type: 'object', anyOf: [{}] })] }, /oneOf, allOf, or anyOf/],
  [
    'the name of a property',
    { tools: [tool({ type: 'object', properties: { 'volume level': {} } })] },
    /Property keys should match/,
  ],
  [
    'a tuple of draft 7',
    { tools: [tool({ type: 'object', properties: { a: { type: 'array', items: [{}] } } })] },
    /draft 2020-12/,
  ],
  ['required: null', { tools: [tool({ type: 'object', required: null })] }, /draft 2020-12/],
  ['no message', { messages: [] }, /at least one message/],
  ['an unknown role', { messages: [{ role: 'tool', content: 'x' }] }, /Unexpected role "tool"/],
  ['empty content', { messages: [says('user')] }, /non-empty content/],
  ['an empty text', { messages: [{ role: 'user', content: '' }] }, /must be non-empty/],
  ['a blank text', { messages: [{ role: 'user', content: ' \n' }] }, /non-whitespace text/],
  [
    'an empty text in a result',
    {
      messages: [
        USER,
        says('assistant', call('a')),
        says('user', result('a', { content: [{ type: 'text', text: '' }] })),
      ],
    },
    /content\.0\.tool_result\.content\.0\.text/,
  ],
  [
    'an unknown type of image',
    {
      messages: [
        says('user', { type: 'image', source: { type: 'base64', media_type: 'image/jpg', data: 'AAAA' } }),
      ],
    },
    /media_type/,
  ],
  [
    'an image that is not base64',
    {
      messages: [
        says('user', { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'data:,' } }),
      ],
    },
    /invalid base64/,
  ],
  [
    'the id of a call',
    { messages: [USER, says('assistant', call('a.b')), says('user', result('a.b'))] },
    /tool_use\.id/,
  ],
  [
    'a list as input',
    { messages: [USER, says('assistant', call('a', { input: [] })), says('user', result('a'))] },
    /valid dictionary/,
  ],
  ['a call of the user', { messages: [says('user', call('a'))] }, /only be in `assistant`/],
  [
    'a call without a result',
    { messages: [USER, says('assistant', call('a')), USER] },
    /without `tool_result`/,
  ],
  ['a call at the end', { messages: [USER, says('assistant', call('a'))] }, /without `tool_result`/],
  ['a result without a call', { messages: [says('user', result('a'))] }, /unexpected `tool_use_id`/],
  [
    'two results of a call',
    { messages: [USER, says('assistant', call('a')), says('user', result('a'), result('a'))] },
    /single result/,
  ],
  [
    'a repeated id',
    {
      messages: [
        ...[USER, says('assistant', call('a')), says('user', result('a'))],
        ...[says('assistant', call('a')), says('user', result('a'))],
      ],
    },
    /ids must be unique/,
  ],
  [
    'five cache breakpoints',
    { messages: [says('user', ...['a', 'b', 'c', 'd', 'e'].map(cached))] },
    /Found 5/,
  ],
  [
    'a cache lifetime of an hour behind one of 5 minutes',
    {
      messages: [
        says('user', cached('a'), { ...cached('b'), cache_control: { type: 'ephemeral', ttl: '1h' } }),
      ],
    },
    /must not come after/,
  ],
  [
    'a begun answer for a later model',
    { model: 'claude-sonnet-5', messages: [USER, says('assistant', { type: 'text', text: 'Well' })] },
    /prefill/,
  ],
];

describe("the stand-in's rules of the Messages API", () => {
  for (const [title, fields] of Object.entries(ACCEPTED)) {
    it(`accept ${title}`, () => assert.equal(apiRefusal(body(fields)), undefined));
  }

  for (const [title, fields, reason] of REFUSED) {
    it(`refuse ${title}`, () => assert.match(apiRefusal(body(fields)) ?? 'accepted', reason));
  }

  it('know the version of a model from its name', () => {
    const versions = {
      'claude-3-5-haiku-latest': 3.5,
      'claude-sonnet-4-20250514': 4,
      'claude-haiku-4-5-20251001': 4.5,
      'claude-opus-5': 5,
      'claude-sonnet-5-5': 5.5,
      'claude-mythos-preview': Infinity,
      'claude-x': 0,
    };
    for (const [model, version] of Object.entries(versions))
      assert.equal(modelVersion(model), version, model);
  });

  it('make the stand-in answer 400, keep the queued reply, and reject at its end', async () => {
    const standIn = await startStandIn();
    standIn.reply(textReply('Hello.'));
    const post = (fields: object): Promise<Response> =>
      fetch(`${standIn.url}/v1/messages`, { method: 'POST', body: JSON.stringify(body({ ...fields })) });
    const refused = await post({ top_p: 0.3, model: 'claude-opus-5' });
    assert.equal(refused.status, 400);
    assert.match(await refused.text(), /`top_p` is deprecated/);
    assert.equal((await post({})).status, 200);
    await assert.rejects(standIn.close(), /request 1 would be refused by the API: `top_p` is deprecated/);
  });
});
