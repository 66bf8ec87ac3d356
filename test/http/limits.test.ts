/** Limits on requests: a clear error in each API, and no request that blocks others. */
import assert from 'node:assert/strict';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { MAX_IMAGES, MAX_MESSAGES, MAX_STOPS, MAX_TOOLS } from '../../src/protocol/requestLimits.js';
import { slowness } from '../support/slowness.js';
import { ask, post, type Reply, type Rig, startRig, stopRigs, USER_HI } from '../support/endpointRig.js';

const MIB = 1024 * 1024;
const image = (bytes: number): string =>
  Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(bytes - 8)]).toString('base64');

/** How one API writes the limited parts of a chat. */
interface ChatFormat {
  readonly path: string;
  readonly tool: object;
  readonly image: (base64: string) => object;
  /** A tool call with a result of this many images. */
  readonly results: (count: number, base64: string) => readonly object[];
  readonly stop: (stops: readonly string[]) => object;
}

const parameters = { type: 'object', properties: {} };
const ollama: ChatFormat = {
  path: '/api/chat',
  tool: { type: 'function', function: { name: 'f', description: '', parameters } },
  image: (base64) => ({ role: 'user', content: 'x', images: [base64] }),
  results: (count, base64) => [
    { role: 'assistant', tool_calls: [{ function: { name: 'f' } }] },
    { role: 'tool', content: 'x', images: Array(count).fill(base64) },
  ],
  stop: (stop) => ({ options: { stop } }),
};
const openai: ChatFormat = {
  path: '/v1/chat/completions',
  tool: ollama.tool,
  image: (base64) => ({
    role: 'user',
    content: [{ type: 'image_url', image_url: { url: `data:image/png;base64,${base64}` } }],
  }),
  results: (count, url) => [
    { role: 'assistant', tool_calls: [{ id: 'a', function: { name: 'f', arguments: '{}' } }] },
    {
      role: 'tool',
      tool_call_id: 'a',
      content: Array.from({ length: count }, () => ({ type: 'image_url', image_url: { url } })),
    },
  ],
  stop: (stop) => ({ stop }),
};
const anthropic: ChatFormat = {
  path: '/v1/messages',
  tool: { name: 'f', description: '', input_schema: parameters },
  image: (data) => ({
    role: 'user',
    content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data } }],
  }),
  results: (count, data) => {
    const source = { type: 'base64', media_type: 'image/png', data };
    const content = Array.from({ length: count }, () => ({ type: 'image', source }));
    return [
      { role: 'user', content: 'x' },
      { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'f', input: {} }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content }] },
    ];
  },
  stop: (stop_sequences) => ({ stop_sequences }),
};

const sendChat = (rig: Rig, format: ChatFormat, more: object): Promise<Reply> =>
  post(rig, format.path, {
    model: 'claude-sonnet',
    max_tokens: 10,
    stream: false,
    messages: USER_HI,
    ...more,
  });

function messageOf({ body }: Reply): string {
  const { error } = JSON.parse(body) as { error: string | { message: string; type: string } };
  if (typeof error === 'string') return error;
  assert.equal(error.type, 'invalid_request_error');
  return error.message;
}

/** A schema of so many objects. */
const objectSchema = (count: number): object => ({
  type: 'object',
  anyOf: Array.from({ length: count - 1 }, () => ({})),
});
/** A schema of about so many characters. */
const longSchema = (count: number): object => ({ type: 'object', description: 'x'.repeat(count) });

describe('the limits of a chat', () => {
  let rig: Rig;
  beforeEach(async () => (rig = await startRig()));
  afterEach(stopRigs);

  for (const format of [ollama, openai, anthropic]) {
    const limits: readonly (readonly [string, (count: number) => object, number])[] = [
      ['messages', (count) => ({ messages: Array.from({ length: count }, () => USER_HI[0]) }), MAX_MESSAGES],
      ['tools', (count) => ({ tools: Array(count).fill(format.tool) }), MAX_TOOLS],
      ['images', (count) => ({ messages: Array(count).fill(format.image(image(8))) }), MAX_IMAGES],
      [
        'stop sequences',
        (count) => format.stop(Array.from({ length: count }, (_, at) => `s${at}`)),
        MAX_STOPS,
      ],
    ];
    for (const [what, more, max] of limits) {
      it(`at ${format.path} allow ${max} ${what} and no more`, async () => {
        const reply = await sendChat(rig, format, more(max + 1));
        assert.equal(reply.status, 400);
        assert.equal(messageOf(reply), `The request has ${max + 1} ${what}; the maximum is ${max}.`);
        assert.deepEqual(rig.backend.requests, []);
        assert.equal((await sendChat(rig, format, more(max))).status, 200);
      });
    }

    it(`at ${format.path} count images in tool results`, async () => {
      const reply = await sendChat(rig, format, { messages: format.results(MAX_IMAGES + 1, image(8)) });
      assert.equal(reply.status, 400);
      assert.equal(
        messageOf(reply),
        `The request has ${MAX_IMAGES + 1} images; the maximum is ${MAX_IMAGES}.`,
      );
    });

    it(`at ${format.path} allow images of 10 MiB`, async () => {
      const reply = await sendChat(rig, format, { messages: [format.image(image(10 * MIB + 1))] });
      assert.equal(reply.status, 400);
      assert.equal(messageOf(reply), 'An image is larger than 10 MiB.');
      assert.deepEqual(rig.backend.requests, []);
      assert.equal((await sendChat(rig, format, { messages: [format.image(image(10 * MIB))] })).status, 200);
    });

    it(`at ${format.path} allow 128 levels of nesting in any field`, async () => {
      const deep = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
      for (const field of ['messages', 'tools', 'options', 'format', 'metadata', 'nonsense']) {
        for (const levels of [128, 100_000, 1_000_000]) {
          const body = `{"model":"claude-sonnet","${field}":${deep(levels)}}`;
          const reply = await ask(rig, { path: format.path, body });
          assert.equal(reply.status, 400, field);
          assert.match(messageOf(reply), /nested more than 128 levels deep/);
        }
      }
      const body = JSON.stringify({
        model: 'claude-sonnet',
        max_tokens: 10,
        messages: USER_HI,
        metadata: JSON.parse(deep(120)) as unknown,
      });
      assert.equal((await ask(rig, { path: format.path, body })).status, 200);
    });
  }

  for (const [what, maximum, parametersOf] of [
    ['objects in the schemas of its tools and of the answer', 20_000, objectSchema],
    ['characters in its tools and the schema of the answer', 4_000_000, longSchema],
  ] as const) {
    it(`allow ${maximum} ${what}, all together`, async () => {
      const tools = (size: number): object[] =>
        Array.from({ length: 5 }, (_, at) => ({
          type: 'function',
          function: { name: `f${at}`, parameters: parametersOf(size) },
        }));
      const format = { type: 'json_schema', json_schema: { schema: parametersOf(maximum / 5) } };
      const tooMuch = [
        { tools: tools(maximum / 5 + 1) },
        { tools: tools(maximum / 6 + 1), response_format: format },
      ];
      for (const more of tooMuch) {
        const reply = await sendChat(rig, openai, more);
        assert.equal(reply.status, 400);
        assert.match(
          messageOf(reply),
          new RegExp(`^The request has \\d+ ${what}; the maximum is ${maximum}\\.$`),
        );
      }
      assert.deepEqual(rig.backend.requests, []);
      assert.equal((await sendChat(rig, openai, { tools: tools(maximum / 5 - 400) })).status, 200);
    });
  }

  it('allow 5000 objects in one schema, of a tool or of the answer', async () => {
    const tools = [{ type: 'function', function: { name: 'f', parameters: objectSchema(5_001) } }];
    const format = { type: 'json_schema', json_schema: { schema: objectSchema(5_001) } };
    for (const more of [{ tools }, { response_format: format }]) {
      const reply = await sendChat(rig, openai, more);
      assert.equal(reply.status, 400);
      assert.match(messageOf(reply), /^The request has \d+ objects in one schema; the maximum is 5000\.$/);
    }
    assert.deepEqual(rig.backend.requests, []);
    const allowed = [{ type: 'function', function: { name: 'f', parameters: objectSchema(4_900) } }];
    assert.equal((await sendChat(rig, openai, { tools: allowed })).status, 200);
  });

  for (const [format, field] of [
    [ollama, 'parameters'],
    [openai, 'parameters'],
    [anthropic, 'input_schema'],
  ] as const) {
    it(`also apply to the schemas of tools that are JSON text, all together, at ${format.path}`, async () => {
      const text = `{"type":"object","x":[${'1,'.repeat(300_000)}1]}`;
      const tool =
        field === 'parameters'
          ? { type: 'function', function: { name: 'f', parameters: text } }
          : { name: 'f', input_schema: text };
      assert.equal((await sendChat(rig, format, { tools: [tool] })).status, 200);
      const reply = await sendChat(rig, format, { tools: Array(4).fill(tool) });
      assert.equal(reply.status, 400);
      assert.match(messageOf(reply), /too many values/);
    });
  }

  it('also apply to the schemas of tools that are added in a conversation, all together', async () => {
    const input_schema = `{"type":"object","x":[${'1,'.repeat(300_000)}1]}`;
    const addition = (at: number): object => ({
      type: 'tool_addition',
      tool: { type: 'tool_definition', definition: { name: `f${at}`, input_schema } },
    });
    const reply = await sendChat(rig, anthropic, {
      messages: [{ role: 'user', content: [0, 1, 2, 3].map(addition) }],
    });
    assert.equal(reply.status, 400);
    assert.match(messageOf(reply), /too many values/);
  });

  it('also apply to the arguments of tool calls, all together', async () => {
    const call = (text: string): object => ({
      id: 'a',
      type: 'function',
      function: { name: 'f', arguments: text },
    });
    const history = (calls: readonly object[]): object => ({
      messages: [...USER_HI, { role: 'assistant', tool_calls: calls }, { role: 'tool', content: 'x' }],
    });
    const big = `{"a":[${'1,'.repeat(300_000)}1]}`;
    assert.equal((await sendChat(rig, openai, history([call(big)]))).status, 200);
    const reply = await sendChat(rig, openai, history(Array(4).fill(call(big))));
    assert.equal(reply.status, 400);
    assert.match(messageOf(reply), /too many values/);
    const deep = await sendChat(rig, openai, history([call(`{"a":${'['.repeat(500)}${']'.repeat(500)}}`)]));
    assert.match(messageOf(deep), /128 levels/);
  });
});

/** Posts a body from another thread, so that this thread does only the work of the server. */
function postFromWorker(rig: Rig, path: string, body: Buffer): Promise<number> {
  const code = `
    const { parentPort, workerData } = require('node:worker_threads');
    const { request } = require('node:http');
    const { port, path, body } = workerData;
    const headers = { 'content-length': body.length };
    const sent = request({ port, path, method: 'POST', headers, agent: false }, (response) => {
      response.resume().on('end', () => parentPort.postMessage(response.statusCode));
    });
    sent.end(body);
  `;
  return new Promise((resolve, reject) => {
    const worker = new Worker(code, { eval: true, workerData: { port: rig.port, path, body } });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

/** The longest time, in milliseconds, that the event loop was blocked during the work. */
async function longestStall(work: () => Promise<unknown>): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: 2 });
  delay.enable();
  await work();
  delay.disable();
  return delay.max / 1e6;
}

describe('the event loop', () => {
  /** Generous, because machines differ. The measured times are printed. */
  const STALL_MS = 500;
  afterEach(stopRigs);

  const chatOf = (content: string): string =>
    `{"model":"claude-sonnet","stream":false,"messages":[{"role":"user","content":"${content}"}]}`;
  const field = (value: string): string => `{"model":"claude-sonnet","messages":[],"x":${value}}`;
  const numbered = (count: number, each: (index: number) => string): string =>
    Array.from({ length: count }, (_, index) => each(index)).join(',');
  const BODIES: readonly (readonly [string, () => string, number])[] = [
    ['ten megabytes of {},', () => field(`[${'{},'.repeat(3_300_000)}{}]`), 400],
    ['a million names', () => field(`{${numbered(1_000_000, (index) => `"k${index}":1`)}}`), 400],
    [
      'a million objects with different names',
      () => field(`[${numbered(1_000_000, (index) => `{"k${index}":1}`)}]`),
      400,
    ],
    ['the maximum of values', () => field(`[${'{},'.repeat(140_000)}{}]`), 200],
    ['the maximum of names', () => field(`{${numbered(19_000, (index) => `"k${index}":1`)}}`), 200],
    ['the maximum of escapes', () => chatOf('\\n'.repeat(1_999_990)), 200],
    ['thirty megabytes of blanks', () => ' '.repeat(30 * MIB) + chatOf('hi'), 200],
    ['thirty megabytes after the end', () => chatOf('hi') + ' x'.repeat(15 * MIB), 200],
    ['an unterminated string', () => chatOf('x'.repeat(30 * MIB)).slice(0, -20), 400],
    ['thirty megabytes of one word', () => chatOf('a'.repeat(30 * MIB)), 200],
    ['a number of many digits', () => field('1'.repeat(30 * MIB)), 200],
    ['a million levels of nesting', () => field('['.repeat(1_000_000)), 400],
    [
      'thirty megabytes of images',
      () =>
        `{"model":"claude-sonnet","stream":false,"messages":[{"role":"user","images":["${image(10 * MIB)}","${image(10 * MIB)}"]}]}`,
      200,
    ],
  ];

  for (const [what, body, status] of BODIES) {
    it(`is not blocked by a body of ${what}`, async () => {
      const rig = await startRig();
      const bytes = Buffer.from(body());
      const idle = await longestStall(() => new Promise((resolve) => setTimeout(resolve, 100)));
      const before = slowness();
      let answered = 0;
      const stall = await longestStall(async () => {
        answered = await postFromWorker(rig, '/api/chat', bytes);
      });
      const slow = Math.max(before, slowness());
      console.log(
        `        ${stall.toFixed(0)} ms; idle ${idle.toFixed(0)} ms, machine ${slow.toFixed(1)} times slower`,
      );
      assert.equal(answered, status);
      assert.ok(stall < STALL_MS * slow + idle, `the event loop was blocked for ${stall} ms`);
    });
  }
});

describe('field names of prototypes', () => {
  let rig: Rig;
  before(async () => (rig = await startRig()));
  after(stopRigs);

  const name = fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'a');
  /** As text, because an object literal cannot have a field `__proto__`. */
  const { value } = fc.letrec<{ value: string }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom('1', '"x"', 'null', 'true', '[]', '{}'),
      fc.array(tie('value'), { maxLength: 3 }).map((all) => `[${all.join(',')}]`),
      fc
        .array(fc.tuple(name, tie('value')), { maxLength: 4 })
        .map((fields) => `{${fields.map(([key, field]) => `"${key}":${field}`).join(',')}}`),
    ),
  }));
  const object = fc
    .array(fc.tuple(name, value), { minLength: 1, maxLength: 4 })
    .map((fields) => `{${fields.map(([key, field]) => `"${key}":${field}`).join(',')}}`);

  const own = (target: object): string[] => Reflect.ownKeys(target).map(String).sort();
  const clean = [Object.prototype, Array.prototype, Function.prototype].map(own);

  for (const format of [ollama, openai, anthropic]) {
    it(`change no prototype, and are passed on unchanged, at ${format.path}`, async () => {
      await fc.assert(
        fc.asyncProperty(object, value, async (schema, odd) => {
          const before = rig.backend.requests.length;
          const described = JSON.stringify(format.tool).replace(JSON.stringify(parameters), schema);
          const body = `{"model":"claude-sonnet","max_tokens":9,"stream":false,"__proto__":${odd},"constructor":${odd},
            "metadata":${odd},"options":{"__proto__":${odd}},"tools":[${described}],
            "messages":[{"role":"user","content":"hi","__proto__":${odd},"constructor":{"prototype":${odd}}}]}`;
          const reply = await ask(rig, { path: format.path, body });
          assert.ok(reply.status === 200 || reply.status === 400, reply.body);
          assert.deepEqual([Object.prototype, Array.prototype, Function.prototype].map(own), clean);
          if (reply.status !== 200) return;
          const [tool] = rig.backend.requests[before]!.tools;
          assert.equal(JSON.stringify(tool?.parameters), JSON.stringify(JSON.parse(schema)));
        }),
        { numRuns: 150 },
      );
    });
  }
});
