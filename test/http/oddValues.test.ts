/** Valid JSON with unexpected values: bodies that are not objects, unusual numbers, images by URL. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { ask, post, type Rig, startRig, stopRigs, USER_HI } from '../support/endpointRig.js';

/** Path → Go type of the body; status and message for an empty body, which `null` means in Go. */
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

describe('a body that is not an object', () => {
  let rig: Rig;
  before(async () => (rig = await startRig()));
  after(stopRigs);

  for (const [path, [type, status, empty]] of Object.entries(ROUTES)) {
    it(`is refused at ${path} with Ollama’s error, and null counts as an empty body`, async () => {
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

/** The paths of all `null` values. Checks that all numbers are finite. */
function nullsIn(value: unknown, path = ''): string[] {
  if (value === null) return [path];
  if (typeof value === 'number') assert.ok(Number.isFinite(value), path);
  if (typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, child]) => nullsIn(child, `${path}.${key}`));
}

describe('an unusual number', () => {
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
    it(`at ${path} is accepted or refused, and the reply has only finite numbers`, async () => {
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
            const more = nullsIn(JSON.parse(reply.body)).filter((found) => !nulls.includes(found));
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

  it('never reaches the backend as a value that JSON does not have', () => {
    for (const request of rig.backend.requests) nullsIn(JSON.parse(JSON.stringify(request)));
    const odd = JSON.stringify(rig.backend.requests, (_key, value: unknown) =>
      typeof value === 'number' && !Number.isFinite(value) ? 'not finite' : value,
    );
    assert.ok(rig.backend.requests.length > 100);
    assert.doesNotMatch(odd, /not finite/);
  });
});

describe('an image by URL or path', () => {
  afterEach(stopRigs);

  /** How a URL of an image is written on each route. */
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

  it('is refused and never fetched or read', async () => {
    let connected = 0;
    const imageServer = createServer((socket) => {
      connected += 1;
      socket.destroy();
    });
    imageServer.listen(0, '127.0.0.1');
    await once(imageServer, 'listening');
    const host = `127.0.0.1:${(imageServer.address() as AddressInfo).port}`;
    try {
      const rig = await startRig();
      const urls = [
        `http://${host}/a.png`,
        `HTTP://${host}/a.png`,
        ` http://${host}/a.png`,
        `https://${host}/a.png`,
        `//${host}/a.png`,
        `ftp://${host}/a.png`,
        `http://user:word@${host}/a.png`,
        `data:http://${host}/a.png`,
        `data:image/png;base64,http://${host}/a.png`,
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
      // A connection for an image would have been opened before this one.
      assert.equal((await post(rig, '/api/show', { model: 'claude-sonnet' })).status, 200);
      assert.equal(connected, 0);
    } finally {
      imageServer.close();
    }
  });
});
