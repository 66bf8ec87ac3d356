/** Ollama's routes for models and the account: Ollama's replies, without any effect on files. */
import assert from 'node:assert/strict';
import { ChatError } from '../../src/core/errors.js';
import {
  type Ask,
  ask,
  linesOf,
  post,
  type Reply,
  type Rig,
  startRig,
  stopRigs,
} from '../support/endpointRig.js';
import { BARE, testRows, error, JSON_TYPE, NDJSON, type Row, TEXT } from './table.js';

const to = (path: string, value: unknown): Ask => ({ path, body: JSON.stringify(value) });
const remove = (value: unknown): Ask => ({ ...to('/api/delete', value), method: 'DELETE' });

const DIGEST = 'a'.repeat(64);
const NO_MANIFEST = 'pull model manifest: file does not exist';

const linesAre =
  (...expected: readonly object[]) =>
  (reply: Reply): void =>
    assert.deepEqual(linesOf(reply.body), expected);

const statuses =
  (...expected: readonly (string | RegExp)[]) =>
  (reply: Reply): void => {
    const lines = linesOf(reply.body);
    assert.equal(lines.length, expected.length, reply.body);
    for (const [index, line] of lines.entries()) {
      const status = String(line['status']);
      const pattern = expected[index]!;
      if (typeof pattern === 'string') assert.equal(status, pattern);
      else assert.match(status, pattern);
    }
  };

const ROWS: Readonly<Record<string, readonly Row[]>> = {
  'the router': [
    {
      what: 'POST /api/delete',
      ask: to('/api/delete', {}),
      status: 405,
      type: TEXT,
      headers: { allow: 'DELETE' },
    },
  ],
  'account routes': [
    {
      what: 'GET /api/status',
      ask: { path: '/api/status' },
      status: 200,
      type: JSON_TYPE,
      body: '{"cloud":{"disabled":true,"source":"config"}}',
    },
    {
      what: 'POST /api/me',
      ask: { path: '/api/me', method: 'POST' },
      status: 401,
      type: JSON_TYPE,
      body: error('unauthorized'),
    },
    {
      what: 'POST /api/signout',
      ask: { path: '/api/signout', method: 'POST' },
      status: 401,
      body: error('you are not currently signed in'),
    },
    {
      what: 'DELETE /api/user/keys/x',
      ask: { path: '/api/user/keys/x', method: 'DELETE' },
      status: 401,
      body: error('you are not currently signed in'),
    },
    {
      what: 'GET /api/experimental/model-recommendations',
      ask: { path: '/api/experimental/model-recommendations' },
      status: 200,
      type: JSON_TYPE,
      body: '{"recommendations":[]}',
    },
    {
      what: 'a web search without a body',
      ask: { path: '/api/experimental/web_search', method: 'POST' },
      status: 400,
      body: error('missing request body'),
    },
    {
      what: 'a web search',
      ask: to('/api/experimental/web_search', { query: 'x' }),
      status: 403,
      body: error('ollama cloud is disabled: web search is unavailable'),
    },
    {
      what: 'a web fetch',
      ask: to('/api/experimental/web_fetch', { url: 'http://x' }),
      status: 403,
      body: error('ollama cloud is disabled: web fetch is unavailable'),
    },
  ],
  'POST /api/copy': [
    {
      what: 'a copy of a known model',
      ask: to('/api/copy', { source: 'claude-sonnet', destination: 'gpt-4' }),
      status: 200,
      body: '',
      headers: { 'content-length': '0', 'content-type': undefined },
    },
    {
      what: 'a copy of an unknown model',
      ask: to('/api/copy', { source: 'nope', destination: 'gpt-4' }),
      status: 404,
      type: JSON_TYPE,
      body: error('model "nope" not found'),
    },
    {
      what: 'a copy without a source',
      ask: to('/api/copy', { destination: 'b' }),
      status: 400,
      body: error('source "" is invalid'),
    },
    {
      what: 'a copy to an invalid name',
      ask: to('/api/copy', { source: 'claude-sonnet', destination: 'b b' }),
      status: 400,
      body: error('destination "b b" is invalid'),
    },
    ...['../../etc/passwd', '/etc/passwd', 'a/../b', '..', '.ssh', 'c:\\x'].map((destination): Row => ({
      what: `a copy to ${destination}`,
      ask: to('/api/copy', { source: 'claude-sonnet', destination }),
      status: 400,
      body: error(`destination ${JSON.stringify(destination)} is invalid`),
    })),
  ],
  'DELETE /api/delete': [
    {
      what: 'a model of the CLI, which Ollama would delete (C-33)',
      ask: remove({ model: 'claude-sonnet' }),
      status: 400,
      body: error('"claude-sonnet:latest" is a model of the Claude CLI and cannot be deleted.'),
    },
    {
      what: 'a model of the CLI in the older field "name"',
      ask: remove({ name: 'claude-sonnet:latest' }),
      status: 400,
    },
    {
      what: 'an unknown model',
      ask: remove({ model: 'nope' }),
      status: 404,
      body: error("model 'nope' not found"),
    },
    {
      what: 'an invalid name',
      ask: remove({ model: 'bad name!' }),
      status: 400,
      body: error('name "bad name!" is invalid'),
    },
    { what: 'an empty object', ask: remove({}), status: 400, body: error('model is required') },
  ],
  'POST /api/pull': [
    {
      what: 'an empty object',
      ask: to('/api/pull', {}),
      status: 400,
      body: error('invalid model name'),
    },
    {
      what: 'a request without a body',
      ask: { path: '/api/pull', method: 'POST' },
      status: 400,
      body: error('missing request body'),
    },
    {
      what: 'an unknown model, with an error line',
      ask: to('/api/pull', { model: 'nope' }),
      status: 200,
      type: NDJSON,
      body: linesAre({ status: 'pulling manifest' }, { error: NO_MANIFEST }),
    },
    {
      what: 'an unknown model without streaming',
      ask: to('/api/pull', { name: 'nope', stream: false }),
      status: 500,
      type: BARE,
      body: error(NO_MANIFEST),
    },
    {
      what: 'a known model, with the progress of a pull',
      ask: to('/api/pull', { name: 'claude-sonnet' }),
      status: 200,
      type: NDJSON,
      body: statuses(
        'pulling manifest',
        /^pulling [0-9a-f]{12}$/,
        'verifying sha256 digest',
        'writing manifest',
        'success',
      ),
    },
    {
      what: 'a known model without streaming',
      ask: to('/api/pull', { model: 'claude-sonnet', stream: false }),
      status: 200,
      type: BARE,
      body: '{"status":"success"}',
    },
  ],
  'POST /api/push': [
    { what: 'an empty object', ask: to('/api/push', {}), status: 400, body: error('model is required') },
    {
      what: 'an unknown model, with an error line',
      ask: to('/api/push', { model: 'nope' }),
      status: 200,
      type: NDJSON,
      body: linesAre(
        { status: 'retrieving manifest' },
        { status: "couldn't retrieve manifest" },
        { error: 'model "nope" not found' },
      ),
    },
    {
      what: 'a known model',
      ask: to('/api/push', { model: 'claude-sonnet', stream: false }),
      status: 500,
      type: BARE,
      body: error('Claude models cannot be pushed: they have no files.'),
    },
  ],
  'POST /api/create': [
    {
      what: 'a model without "from" and "files"',
      ask: to('/api/create', { model: 'x' }),
      status: 400,
      type: BARE,
      body: error("neither 'from' or 'files' was specified"),
    },
    {
      what: 'an invalid name',
      ask: to('/api/create', { model: 'b b', from: 'claude-sonnet' }),
      status: 400,
      body: error('invalid model name'),
    },
    {
      what: 'a model from an unknown one, with an error line',
      ask: to('/api/create', { model: 'x', from: 'nope' }),
      status: 200,
      type: NDJSON,
      body: linesAre({ status: 'pulling manifest' }, { error: NO_MANIFEST }),
    },
    ...[
      { files: { 'a.gguf': `sha256:${DIGEST}` } },
      { draft_files: { 'a.gguf': `sha256:${DIGEST}` } },
      { quantize: 'q4_0' },
      { template: '{{ .Prompt }}' },
      { remote_host: 'http://127.0.0.1:1' },
      { renderer: 'x' },
      { parser: 'x' },
      { requires: '0.99.0' },
      { info: { context_length: 5 } },
      { modelfile: 'FROM claude-sonnet' },
    ].map((more): Row => ({
      what: `a model with its own ${Object.keys(more)[0]}, which it cannot have`,
      ask: to('/api/create', { model: 'x', from: 'claude-sonnet', ...more }),
      status: 400,
      type: JSON_TYPE,
      body: (reply) => assert.ok(reply.body.includes(`(\\"${Object.keys(more)[0]}\\")`), reply.body),
    })),
    {
      what: 'a model with adapters',
      ask: to('/api/create', { model: 'x', from: 'claude-sonnet', adapters: { 'a.gguf': 'sha256:x' } }),
      status: 400,
      body: error('LoRA adapters are no longer supported'),
    },
    {
      what: 'a parameter of a wrong type, which Ollama refuses in each chat (C-119)',
      ask: to('/api/create', { model: 'x', from: 'claude-sonnet', parameters: { temperature: 'hot' } }),
      status: 400,
      body: error('option "temperature" must be of type float32'),
    },
    {
      what: 'the parameter typical_p',
      ask: to('/api/create', { model: 'x', from: 'claude-sonnet', parameters: { typical_p: 1 } }),
      status: 400,
      body: error('typical_p is no longer supported'),
    },
    {
      what: 'a license that is no text',
      ask: to('/api/create', { model: 'x', from: 'claude-sonnet', license: ['MIT', 5] }),
      status: 400,
      body: error('license must be a string or a list of strings: element 1 is float64'),
    },
    {
      what: 'a model under the name of a model of the CLI',
      ask: to('/api/create', { model: 'Claude-Haiku', from: 'claude-sonnet', system: 'be x' }),
      status: 400,
      body: error('"Claude-Haiku" is a model of the Claude CLI and cannot be replaced. Choose another name.'),
    },
    {
      what: 'another name for a known model',
      ask: to('/api/create', { model: 'x', from: 'claude-sonnet', system: '', parameters: {} }),
      status: 200,
      type: NDJSON,
      body: statuses(/^using existing layer sha256:[0-9a-f]{64}$/, 'writing manifest', 'success'),
    },
  ],
  '/api/blobs': [
    {
      what: 'the HEAD of an unknown blob',
      ask: { path: `/api/blobs/sha256:${DIGEST}`, method: 'HEAD' },
      status: 404,
    },
    {
      what: 'the HEAD of a digest with a dash',
      ask: { path: `/api/blobs/sha256-${DIGEST}`, method: 'HEAD' },
      status: 404,
    },
    ...['sha256:abc', 'nope', '..%5C..', `sha256:${DIGEST}0`].map((digest): Row => ({
      what: `the HEAD of the invalid digest ${digest}`,
      ask: { path: `/api/blobs/${digest}`, method: 'HEAD' },
      status: 400,
    })),
    ...['/api/blobs', '/api/blobs/', '/api/blobs/a/b', '/api/blobs/a%2Fb', '/api/blobs/%zz'].map(
      (path): Row => ({
        what: `HEAD ${path}`,
        ask: { path, method: 'HEAD' },
        status: 404,
        type: TEXT,
      }),
    ),
    {
      what: 'the GET of a blob',
      ask: { path: `/api/blobs/sha256:${DIGEST}` },
      status: 405,
      headers: { allow: 'HEAD, POST' },
    },
    {
      what: 'a POST with an invalid digest',
      ask: { path: '/api/blobs/nope', body: 'x' },
      status: 400,
      body: error('invalid digest format'),
    },
    {
      what: 'a POST of a blob, because model files are not accepted',
      ask: { path: `/api/blobs/sha256:${DIGEST}`, body: 'x'.repeat(3_000_000) },
      status: 400,
      body: error('This server does not accept model files: its models are those of the Claude CLI.'),
    },
  ],
};

async function names(rig: Rig): Promise<string[]> {
  const { models } = JSON.parse((await ask(rig, { path: '/api/tags' })).body) as {
    models: { name: string }[];
  };
  return models.map(({ name }) => name);
}

const copy = (rig: Rig, source: string, destination: string): Promise<Reply> =>
  post(rig, '/api/copy', { source, destination });

testRows(ROWS);

describe('model management', () => {
  afterEach(stopRigs);

  it('lists, shows and answers with a copy until it is deleted', async () => {
    const rig = await startRig();
    assert.equal((await copy(rig, 'claude-haiku', 'GPT-3.5-turbo')).status, 200);
    assert.equal((await copy(rig, 'gpt-3.5-turbo', 'ns/again:v1')).status, 200);
    const models = ['claude-sonnet:latest', 'claude-haiku:latest'];
    assert.deepEqual(await names(rig), [...models, 'ns/again:v1', 'GPT-3.5-turbo:latest']);
    assert.equal((await post(rig, '/api/show', { model: 'gpt-3.5-turbo' })).status, 200);
    const reply = await post(rig, '/api/generate', { model: 'ns/again:v1', prompt: 'hi', stream: false });
    assert.equal((JSON.parse(reply.body) as { model: string }).model, 'ns/again:v1');
    assert.equal(rig.backend.requests[0]?.model, 'haiku');
    const deleted = await ask(rig, remove({ model: 'gpt-3.5-turbo:latest' }));
    assert.deepEqual([deleted.status, deleted.body], [200, '']);
    assert.equal(deleted.headers['content-length'], '0');
    assert.equal(deleted.headers['content-type'], undefined);
    assert.deepEqual(await names(rig), [...models, 'ns/again:v1']);
  });

  it('neither replaces nor deletes models of the CLI', async () => {
    const rig = await startRig();
    const before = await names(rig);
    const refused = await copy(rig, 'claude-haiku', 'Claude-Sonnet');
    assert.equal(refused.status, 400);
    assert.match(refused.body, /cannot be replaced/);
    assert.equal((await copy(rig, 'claude-haiku', 'claude-haiku:latest')).status, 200);
    const kept = await ask(rig, remove({ model: 'claude-haiku' }));
    assert.equal(kept.status, 400);
    assert.match(kept.body, /cannot be deleted/);
    assert.deepEqual(await names(rig), before);
  });

  it('does not delete or copy an unknown name, even if unknown names get the default model', async () => {
    const rig = await startRig({
      settings: { names: { defaultModel: '', unknown: 'default', aliases: {} } },
    });
    assert.equal((await copy(rig, 'nope', 'x')).status, 404);
    assert.equal((await ask(rig, remove({ model: 'nope' }))).status, 404);
  });

  it('unloads a copy on deletion', async () => {
    const rig = await startRig();
    await copy(rig, 'claude-haiku', 'mine');
    await post(rig, '/api/generate', { model: 'mine' });
    await ask(rig, remove({ model: 'mine' }));
    assert.equal((await ask(rig, { path: '/api/ps' })).body, '{"models":[]}');
  });

  it('reports why there are no models', async () => {
    const rig = await startRig();
    rig.backend.modelsError = new ChatError('cliMissing', 'Claude was not found. Install it.');
    for (const path of ['/api/pull', '/api/generate', '/api/embed', '/api/embeddings', '/api/push']) {
      const reply = await post(rig, path, { model: 'claude-sonnet' });
      assert.deepEqual([reply.status, reply.body], [503, error('Claude was not found. Install it.')], path);
    }
  });

  it('starts no chat with the backend', async () => {
    const rig = await startRig();
    for (const { ask: asked } of Object.values(ROWS).flat()) await ask(rig, asked);
    assert.deepEqual(rig.backend.requests, []);
  });
});
