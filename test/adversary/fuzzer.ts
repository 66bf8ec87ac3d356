/** Random malformed requests: most are valid HTTP with a JSON body that has odd values. */

/** A generator of numbers in [0, 1). The same seed gives the same numbers. */
export type Random = () => number;

/** Mulberry32. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const MESSAGES = [{ role: 'user', content: 'hi' }];
const TOOL = { type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } };
const CALL = { id: 'c', type: 'function', function: { name: 'f', arguments: {} } };
const CHAT = {
  model: 'claude-sonnet',
  messages: [
    { role: 'system', content: 'x' },
    ...MESSAGES,
    { role: 'assistant', content: '', tool_calls: [CALL] },
    { role: 'tool', content: 'y', tool_name: 'f', tool_call_id: 'c' },
    { role: 'user', content: 'z', images: ['iVBORw0KGgo='] },
  ],
  stream: true,
  tools: [TOOL],
  format: { type: 'object' },
  think: false,
  keep_alive: '5m',
  options: { stop: ['x'], num_predict: 5, temperature: 0.5 },
};

/** Route → a valid body. */
const BODIES: Readonly<Record<string, unknown>> = {
  '/api/chat': CHAT,
  '/api/generate': {
    model: 'claude-sonnet',
    prompt: 'x',
    suffix: '',
    context: [1, 2],
    images: [],
    raw: false,
  },
  '/api/show': { model: 'claude-sonnet', verbose: true },
  '/api/embed': { model: 'claude-sonnet', input: ['x'] },
  '/api/pull': { model: 'claude-sonnet', stream: false },
  '/api/create': { model: 'x', from: 'claude-sonnet', files: {} },
  '/api/copy': { source: 'claude-sonnet', destination: 'y' },
  '/api/blobs/sha256:x': 'x',
  '/v1/chat/completions': {
    ...CHAT,
    tool_choice: 'auto',
    response_format: { type: 'json_object' },
    stop: 'x',
  },
  '/v1/completions': { model: 'claude-sonnet', prompt: ['x'], max_tokens: 3 },
  '/v1/embeddings': { model: 'claude-sonnet', input: 'x' },
  '/v1/responses': {
    model: 'claude-sonnet',
    input: [{ role: 'user', content: MESSAGES }],
    tools: [],
    text: {},
  },
  '/v1/messages': { ...CHAT, max_tokens: 5, system: [{ type: 'text', text: 'x' }], stop_sequences: ['x'] },
};
const PATHS = [
  '/',
  '/api/tags',
  '/api/ps',
  '/api/version',
  '/v1/models',
  '/v1/models/x',
  '/api/delete',
  '/nope',
];
const ODD_PATHS = [
  '//',
  '/%zz',
  '/api%2ftags',
  '/api/../api/tags',
  '/api/tags?%00',
  '/\u00ff',
  '*',
  'http://evil/',
];
const METHODS = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'OPTIONS',
  'PATCH',
  'TRACE',
  'QUERY',
  'CONNECT',
  'post',
];

/** Replacements for values of a body, as text, because some are not valid JSON. */
const ODD_VALUES: readonly string[] = [
  ...[
    'null',
    'true',
    '0',
    '-0',
    '-1',
    '1e999',
    '-1e999',
    '1e-400',
    '9007199254740993',
    '1.5',
    '""',
    '[]',
    '{}',
  ],
  ...['"\\ud800"', '"\\u0000"', '"\\u2028\\u202e"', '[[]]', '[null]', '{"":""}', '"data:image/png;base64,x"'],
  ...['{"__proto__":{"x":1}}', '{"constructor":{"prototype":{"x":1}}}', '{"toString":1}', '{"length":-1}'],
  ...[
    'NaN',
    'undefined',
    "'x'",
    '[1,]',
    '{a:1}',
    '01',
    '"\t"',
    '\\',
    '"unended',
    '/* x */1',
    '{"a":1,"a":2}',
  ],
  `"${'x'.repeat(5000)}"`,
  `[${'0,'.repeat(500)}0]`,
  `{${Array.from({ length: 300 }, (_, n) => `"k${n}":{}`).join()}}`,
  '['.repeat(200) + ']'.repeat(200),
  '{"a":'.repeat(2000) + '1' + '}'.repeat(2000),
];

const HEADERS: readonly string[] = [
  ...[
    'Content-Type: application/json',
    'Content-Type: text/plain',
    'Content-Type:',
    'Accept: */*',
    'Expect: 999',
  ],
  ...[
    'Authorization: Bearer x',
    'x-api-key: y',
    'Origin: http://localhost:1',
    'Origin: null',
    'Referer: http://x/',
  ],
  ...[
    'Sec-Fetch-Site: cross-site',
    'Content-Encoding: zstd',
    'Content-Encoding: gzip',
    'Upgrade: h2c',
    'X: \u00e9',
  ],
  ...[
    'Transfer-Encoding: identity',
    'Cookie: a=b',
    'Range: bytes=0-1',
    'If-None-Match: *',
    'TE: trailers',
    'X-A:',
  ],
  `X-Long: ${'a'.repeat(4000)}`,
];

const pick = <T>(random: Random, from: readonly T[]): T => from[Math.floor(random() * from.length)]!;

/** The value as JSON, with random parts replaced. */
function oddJson(random: Random, value: unknown, chance: number): string {
  if (random() < chance) return pick(random, ODD_VALUES);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((one) => oddJson(random, one, chance)).join()}]`;
  const entries = Object.entries(value).map(([key, one]) => {
    const name = random() < chance / 2 ? pick(random, ['__proto__', '', 'model', key.toUpperCase()]) : key;
    return `${JSON.stringify(name)}:${oddJson(random, one, chance)}`;
  });
  return `{${entries.join()}}`;
}

/** The bytes with random changes: some replaced, inserted, removed, repeated or cut off. */
function damaged(random: Random, bytes: Buffer): Buffer {
  let result = bytes;
  for (let times = 1 + Math.floor(random() * 3); times > 0; times -= 1) {
    const at = Math.floor(random() * result.length);
    const byte = Buffer.of(Math.floor(random() * 256));
    const [before, after] = [result.subarray(0, at), result.subarray(at)];
    const kinds = [
      () => Buffer.concat([before, byte, after.subarray(1)]),
      () => Buffer.concat([before, byte, after]),
      () => Buffer.concat([before, after.subarray(1 + Math.floor(random() * 4))]),
      () => Buffer.concat([before, after.subarray(0, 20), after]),
      () => before,
      () => Buffer.concat([before, Buffer.from('\r\n'), after]),
    ];
    result = pick(random, kinds)();
  }
  return result;
}

function request(random: Random): Buffer {
  const withBody = random() < 0.75;
  const path = withBody ? pick(random, Object.keys(BODIES)) : pick(random, [...PATHS, ...ODD_PATHS]);
  const method = withBody && random() < 0.9 ? 'POST' : pick(random, METHODS);
  let body: Buffer = Buffer.alloc(0);
  if (withBody) {
    body = Buffer.from(oddJson(random, BODIES[path], pick(random, [0, 0.005, 0.05])));
    if (random() < 0.15) body = damaged(random, body);
  }
  const length =
    random() < 0.04 ? pick(random, ['-1', '0x4', '4, 4', '1e15', '99999999999']) : String(body.length);
  const lines = [
    `${method} ${path} HTTP/1.1`,
    `Host: ${random() < 0.92 ? 'localhost' : pick(random, ['evil.com', '', '[::1', 'localhost:99999'])}`,
    ...(random() < 0.3 ? [pick(random, HEADERS)] : []),
    ...(withBody || random() < 0.1 ? [`Content-Length: ${length}`] : []),
    'Connection: close',
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body]);
}

const NOISE = [
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  '\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03',
  'GET / HTTP/0.9\r\n\r\n',
  '\r\n\r\n\r\n',
  'SSH-2.0-x\r\n',
  '{"jsonrpc":"2.0"}\n',
  '\0'.repeat(100),
];

/** One random request, or noise. */
export function oddRequest(random: Random): Buffer {
  const kind = random();
  if (kind < 0.75) return request(random);
  if (kind < 0.95) return damaged(random, request(random));
  if (kind < 0.98) return Buffer.from(pick(random, NOISE), 'latin1');
  return Buffer.from(Array.from({ length: Math.floor(random() * 300) }, () => Math.floor(random() * 256)));
}
