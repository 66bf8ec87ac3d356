/** Names of models in requests: which model answers, with which effort, and what the reply calls it. */
import assert from 'node:assert/strict';
import type { Model } from '../../src/core/backend.js';
import { createFakeBackend, HAIKU, SONNET } from '../support/fakeBackend.js';
import {
  ask,
  chat,
  post,
  type Reply,
  type Rig,
  type RigOptions,
  startRig,
  stopRigs,
  USER_HI,
} from '../support/endpointRig.js';

const DEFAULT: Model = { ...SONNET, value: 'default', resolved: 'claude-opus-9', displayName: 'Default' };

/** How each API asks for an answer by a model, and for an effort. */
const APIS: Readonly<Record<string, (model: string, effort?: string) => object>> = {
  '/api/chat': (model, effort) => ({
    model,
    messages: USER_HI,
    stream: false,
    ...(effort && { think: effort }),
  }),
  '/api/generate': (model, effort) => ({
    model,
    prompt: 'hi',
    stream: false,
    ...(effort && { think: effort }),
  }),
  '/v1/chat/completions': (model, effort) => ({
    model,
    messages: USER_HI,
    ...(effort && { reasoning_effort: effort }),
  }),
  '/v1/responses': (model, effort) => ({ model, input: 'hi', ...(effort && { reasoning: { effort } }) }),
  '/v1/messages': (model, effort) => ({
    model,
    messages: USER_HI,
    max_tokens: 9,
    ...(effort && { output_config: { effort } }),
  }),
};

describe('the name of a model in a request', () => {
  let rig: Rig;
  const start = async (settings: RigOptions['settings'] = {}): Promise<void> => {
    rig = await startRig({ backend: createFakeBackend([DEFAULT, SONNET, HAIKU]), settings });
  };
  afterEach(stopRigs);

  /** The model and the effort that the backend got. */
  const used = (): readonly unknown[] => {
    const request = rig.backend.requests.at(-1);
    return [request?.model, request?.thinking?.effort];
  };
  const modelIn = ({ body }: Reply): unknown => (JSON.parse(body) as { model: unknown }).model;

  for (const [path, body] of Object.entries(APIS)) {
    it(`at ${path} may contain the family and an effort, and is returned unchanged`, async () => {
      await start();
      for (const [name, expected] of [
        ['anthropic/claude-3-5-Haiku-latest', ['haiku', undefined]],
        ['us.anthropic.claude-sonnet-4-20250514-v1', ['sonnet', undefined]],
        ['claude-sonnet:7b', ['sonnet', undefined]],
        ['claude-sonnet:local', ['sonnet', undefined]],
        ['Sonnet[1m]:low', ['sonnet[1m]', 'low']],
        ['opusplan', ['opusplan', undefined]],
        ['claude-sonnet:high', ['sonnet', 'high']],
        ['claude:low', ['default', 'low']],
      ] as const) {
        const reply = await post(rig, path, body(name));
        assert.equal(reply.status, 200, reply.body);
        assert.deepEqual(used(), expected, name);
        assert.equal(modelIn(reply), name);
      }
      assert.deepEqual(
        rig.lines.filter((line) => line.startsWith('warn')),
        [],
      );
    });

    it(`at ${path} gives way to an effort in the request`, async () => {
      await start();
      assert.equal((await post(rig, path, body('claude-sonnet:high', 'low'))).status, 200);
      assert.deepEqual(used(), ['sonnet', 'low']);
    });
  }

  it('does not turn thinking on when the request turns it off', async () => {
    await start();
    await post(rig, '/v1/chat/completions', APIS['/v1/chat/completions']!('claude-sonnet:high', 'none'));
    assert.deepEqual(used(), ['sonnet', undefined]);
  });

  it('may be an alias of an id that is not listed', async () => {
    await start({
      names: { defaultModel: '', unknown: 'reject', aliases: { old: 'claude-haiku-4-5-20251001' } },
    });
    assert.equal((await chat(rig, { model: 'old:high', stream: false })).status, 200);
    assert.deepEqual(used(), ['claude-haiku-4-5-20251001', 'high']);
    const tags = await ask(rig, { path: '/api/tags' });
    assert.doesNotMatch(tags.body, /20251001/);
    assert.equal((await post(rig, '/api/show', { model: 'old' })).status, 200);
    assert.equal((await chat(rig, { model: 'claude-haiku-4-5-20251001' })).status, 200);
    assert.deepEqual(used(), ['haiku', undefined]);
  });

  it('that contains no family is answered by the default model, with a warning', async () => {
    await start({ names: { defaultModel: '', unknown: 'default', aliases: {} } });
    assert.equal((await chat(rig, { model: 'llama3.2:1b' })).status, 200);
    assert.deepEqual(used(), ['default', undefined]);
    assert.ok(
      rig.lines.some((line) => line.includes("Unknown model 'llama3.2:1b': answered by claude:latest")),
    );
  });

  it('must be a listed name to be copied or deleted', async () => {
    await start();
    const copy = (source: string, destination: string): Promise<Reply> =>
      post(rig, '/api/copy', { source, destination });
    assert.equal((await copy('claude-3-5-haiku-latest', 'x')).status, 404);
    assert.equal((await copy('claude-sonnet', 'my-haiku')).status, 200);
    await chat(rig, { model: 'my-haiku:low' });
    assert.deepEqual(used(), ['sonnet', 'low']);
    const remove = (model: string): Promise<Reply> =>
      ask(rig, { method: 'DELETE', path: '/api/delete', body: JSON.stringify({ model }) });
    assert.equal((await remove('my-haiku-2')).status, 404);
    assert.equal((await remove('my-haiku')).status, 200);
    await chat(rig, { model: 'my-haiku' });
    assert.deepEqual(used(), ['haiku', undefined]);
  });

  it('that is invalid returns 400 on every route', async () => {
    await start({ names: { defaultModel: '', unknown: 'default', aliases: {} } });
    const routes = [
      ...Object.keys(APIS),
      '/v1/completions',
      '/v1/embeddings',
      '/api/embed',
      '/api/embeddings',
      '/api/show',
    ];
    for (const path of routes) {
      for (const model of [
        'bad name!',
        'a/b/c/d',
        'x'.repeat(81),
        '/'.repeat(1_000_000),
        'x'.repeat(2_000),
      ]) {
        const body = { ...APIS[path]?.(model), model, prompt: 'hi', input: 'hi' };
        const reply = await post(rig, path, body);
        const status = path === '/api/show' && model.length > 900_000 ? [400, 413] : [400];
        assert.ok(status.includes(reply.status), `${path} ${model.slice(0, 9)}: ${reply.status}`);
        assert.match(reply.body, /invalid model name|larger than|has \d+ characters/);
      }
      const both = await post(rig, path, {
        ...APIS[path]?.('a:cloud:local'),
        model: 'a:cloud:local',
        input: 'hi',
      });
      assert.equal(both.status, 400);
      assert.match(both.body, /use either :local or :cloud, not both/);
    }
    assert.deepEqual(rig.backend.requests, []);
  });
});

describe('top_logprobs', () => {
  afterEach(stopRigs);

  it('must be between 0 and 20 on every API of Ollama and OpenAI', async () => {
    const rig = await startRig();
    const fields: Readonly<Record<string, string>> = { '/v1/completions': 'logprobs' };
    for (const path of [
      '/api/chat',
      '/api/generate',
      '/v1/chat/completions',
      '/v1/completions',
      '/v1/responses',
    ]) {
      const field = fields[path] ?? 'top_logprobs';
      const send = (count: number): Promise<Reply> =>
        post(rig, path, { ...APIS[path]?.('sonnet'), model: 'sonnet', prompt: 'hi', [field]: count });
      for (const count of [-1, 21, 1e9]) {
        const reply = await send(count);
        assert.equal(reply.status, 400, `${path} ${count}`);
        assert.match(reply.body, /top_logprobs must be between 0 and 20/);
      }
      for (const count of [0, 20]) assert.equal((await send(count)).status, 200, path);
    }
    assert.equal(rig.backend.requests.length, 10);
  });
});
