/** Bodies that are JSON and yet not what anybody expects: other values than objects, odd numbers, images from elsewhere. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { ask, post, type Rig, startRig, stopRigs, USER_HI } from '../support/endpointRig.js';

/** Path → Go's type of what is sent there, and the words for an empty one, which `null` is to Go. */
const ROUTES: Readonly<Record<string, readonly [string, number, string]>> = {
  '/api/chat': ['api.ChatRequest', 400, 'model is required'],
  '/api/generate': ['api.GenerateRequest', 404, "model '' not found"],
  '/api/show': ['api.ShowRequest', 400, 'model is required'],
  '/api/embed': ['api.EmbedRequest', 404, "model '' not found"],
  '/api/pull': ['api.PullRequest', 400, 'invalid model name'],
  '/api/push': ['api.PushRequest', 400, 'model is required'],
  '/api/copy': ['api.CopyRequest', 400, 'source "" is invalid'],
  '/api/create': ['api.CreateRequest', 400, 'invalid model name'],
  '/api/delete': ['api.DeleteRequest', 400, 'model is required'],
  '/v1/chat/completions': ['openai.ChatCompletionRequest', 400, "[] is too short - 'messages'"],
  '/v1/completions': ['openai.CompletionRequest', 404, "model '' not found"],
  '/v1/embeddings': ['openai.EmbedRequest', 400, 'invalid input'],
  '/v1/responses': ['openai.ResponsesRequest', 400, 'model is required'],
  '/v1/messages': ['anthropic.MessagesRequest', 400, 'model is required'],
};

function messageIn(body: string): string {
  const { error } = JSON.parse(body) as { error: string | { message: string } };
  return typeof error === 'string' ? error : error.message;
}

describe('a body that is no object', () => {
  let rig: Rig;
  before(async () => (rig = await startRig()));
  after(stopRigs);

  for (const [path, [type, status, empty]] of Object.entries(ROUTES)) {
    it(`is refused at ${path} in Ollama’s words, and null is an empty one`, async () => {
      const method = path === '/api/delete' ? 'DELETE' : 'POST';
      for (const [body, kind] of [
        ['1', 'number'],
        ['"x"', 'string'],
        ['[]', 'array'],
        ['true', 'bool'],
      ] as const) {
        const reply = await ask(rig, { path, method, body });
        assert.equal(reply.status, 400);
        assert.equal(messageIn(reply.body), `json: cannot unmarshal ${kind} into Go value of type ${type}`);
      }
      const reply = await ask(rig, { path, method, body: 'null' });
      assert.deepEqual([reply.status, messageIn(reply.body)], [status, empty]);
      assert.deepEqual(rig.backend.requests, []);
    });
  }
});

/** The paths of everything in there that is `null`; numbers must be numbers. */
function nullsIn(value: unknown, path = ''): string[] {
  if (value === null) return [path];
  if (typeof value === 'number') assert.ok(Number.isFinite(value), path);
  if (typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, one]) => nullsIn(one, `${path}.${key}`));
}

describe('an odd number', () => {
  let rig: Rig;
  before(async () => (rig = await startRig()));
  after(stopRigs);

  const MORE = ['-1e999', '-9007199254740993', '1e308', '5e-324'];
  const NUMBERS = [
    '1e999',
    '-0',
    '9007199254740993',
    '0.1',
    '-1',
    ...(process.env['SOAK'] === '1' ? MORE : []),
  ];
  const OPTIONS = [
    'num_predict',
    'num_ctx',
    'temperature',
    'top_k',
    'seed',
    'num_keep',
    'repeat_penalty',
    'odd',
  ];
  const FIELDS: Readonly<Record<string, readonly string[]>> = {
    '/api/chat': ['keep_alive', 'odd'],
    '/api/generate': ['keep_alive', 'width', 'odd'],
    '/v1/chat/completions': [
      'max_tokens',
      'max_completion_tokens',
      'temperature',
      'top_p',
      'seed',
      'n',
      'odd',
    ],
    '/v1/completions': ['max_tokens', 'temperature', 'top_p', 'seed', 'presence_penalty', 'odd'],
    '/v1/responses': ['max_output_tokens', 'temperature', 'top_p', 'odd'],
    '/v1/messages': ['max_tokens', 'temperature', 'top_p', 'top_k', 'odd'],
  };

  const bodyOf = (field: string): string => {
    const base = { model: 'claude-sonnet', stream: false, messages: USER_HI, prompt: 'hi', input: 'hi' };
    const budget = field.includes('"max_tokens"') ? '' : '"max_tokens":9,';
    return `${JSON.stringify(base).slice(0, -1)},${budget}${field}}`;
  };

  for (const [path, fields] of Object.entries(FIELDS)) {
    it(`at ${path} is refused or taken, and none but numbers come back`, async () => {
      const plain = await ask(rig, { path, body: bodyOf('"odd":1') });
      assert.equal(plain.status, 200, plain.body);
      const nulls = nullsIn(JSON.parse(plain.body));
      const all = [
        ...fields.map((name) => (number: string) => `"${name}":${number}`),
        ...OPTIONS.map((name) => (number: string) => `"options":{"${name}":${number}}`),
        ...(path === '/api/generate' ? [(number: string) => `"context":[${number},${number}]`] : []),
      ];
      for (const field of all) {
        for (const number of NUMBERS) {
          const reply = await ask(rig, { path, body: bodyOf(field(number)) });
          assert.ok(
            reply.status === 200 || reply.status === 400,
            `${field(number)}: ${reply.status} ${reply.body}`,
          );
          if (reply.status === 200) {
            const more = nullsIn(JSON.parse(reply.body)).filter((one) => !nulls.includes(one));
            assert.deepEqual(more, [], field(number));
          } else assert.doesNotMatch(messageIn(reply.body), /Internal error/);
          const loaded = await ask(rig, { path: '/api/ps' });
          assert.equal(loaded.status, 200, `${field(number)}: ${loaded.body}`);
          const { models } = JSON.parse(loaded.body) as { models: { expires_at: string }[] };
          for (const { expires_at: at } of models) assert.ok(Number.isFinite(Date.parse(at)), at);
        }
        const none = await ask(rig, { path, body: bodyOf(field('NaN')) });
        assert.equal(messageIn(none.body), "invalid character 'N' looking for beginning of value");
      }
    });
  }

  it('never reaches the backend as one that JSON does not have', () => {
    for (const request of rig.backend.requests) nullsIn(JSON.parse(JSON.stringify(request)));
    const odd = JSON.stringify(rig.backend.requests, (_key, value: unknown) =>
      typeof value === 'number' && !Number.isFinite(value) ? 'not finite' : value,
    );
    assert.ok(rig.backend.requests.length > 100);
    assert.doesNotMatch(odd, /not finite/);
  });
});

describe('an image that is somewhere else', () => {
  afterEach(stopRigs);

  /** How each route has an image by its address. */
  const SHAPES: readonly (readonly [string, (url: string) => object])[] = [
    ['/api/chat', (url) => ({ messages: [{ role: 'user', content: 'see', images: [url] }] })],
    ['/api/generate', (url) => ({ prompt: 'see', images: [url] })],
    [
      '/v1/chat/completions',
      (url) => ({ messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url } }] }] }),
    ],
    [
      '/v1/chat/completions',
      (url) => ({ messages: [{ role: 'user', content: [{ type: 'image_url', image_url: url }] }] }),
    ],
    [
      '/v1/responses',
      (url) => ({ input: [{ role: 'user', content: [{ type: 'input_image', image_url: url }] }] }),
    ],
    [
      '/v1/messages',
      (url) => ({ messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'url', url } }] }] }),
    ],
  ];

  it('is refused and not fetched, whatever its address looks like', async () => {
    let connected = 0;
    const elsewhere = createServer((socket) => {
      connected += 1;
      socket.destroy();
    });
    elsewhere.listen(0, '127.0.0.1');
    await once(elsewhere, 'listening');
    const place = `127.0.0.1:${(elsewhere.address() as AddressInfo).port}`;
    try {
      const rig = await startRig();
      const urls = [
        `http://${place}/a.png`,
        `HTTP://${place}/a.png`,
        ` http://${place}/a.png`,
        `https://${place}/a.png`,
        `//${place}/a.png`,
        `ftp://${place}/a.png`,
        `http://user:word@${place}/a.png`,
        `data:http://${place}/a.png`,
        `data:image/png;base64,http://${place}/a.png`,
        'file:///etc/passwd',
        'file://localhost/etc/passwd',
        '/etc/passwd',
        '../../../etc/passwd',
        '@/etc/passwd',
        'blob:null/a',
      ];
      for (const [path, shape] of SHAPES) {
        for (const url of urls) {
          const reply = await post(rig, path, { model: 'claude-sonnet', max_tokens: 9, ...shape(url) });
          assert.equal(reply.status, 400, `${path} ${url}: ${reply.body}`);
        }
      }
      assert.deepEqual(rig.backend.requests, []);
      // Whoever was to come would be here before the one that is opened now.
      assert.equal((await post(rig, '/api/show', { model: 'claude-sonnet' })).status, 200);
      assert.equal(connected, 0);
    } finally {
      elsewhere.close();
    }
  });
});
