/** Models that clients make: as Ollama does with a model of another server, in every API. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChatRequest } from '../../src/core/chat.js';
import { silentLogger } from '../../src/core/log.js';
import { createFileStore } from '../../src/server/fileStore.js';
import { createMemoryStore } from '../../src/server/modelStore.js';
import { createStoredModels, MAX_STORED_MODELS } from '../../src/server/storedModels.js';
import { ask, linesOf, post, type Reply, type Rig, startRig, stopRigs } from '../support/endpointRig.js';
import { storedModel } from '../support/storedModels.js';

const PIRATE = {
  from: 'claude-sonnet',
  system: 'You are a pirate.',
  parameters: { stop: ['END'], temperature: 0.2, num_predict: 9 },
  messages: [
    { role: 'user', content: 'Hello' },
    { role: 'assistant', content: 'Ahoy' },
  ],
};
const QUESTION = [{ role: 'user', content: 'Who?' }];
const MONK = [{ role: 'system', content: 'Be a monk.' }, ...QUESTION];

const ANY_NAME = { names: { defaultModel: '', unknown: 'default', aliases: {} } } as const;

/** The texts of a request's messages, in order. */
const textsOf = ({ messages }: ChatRequest): string[] =>
  messages.flatMap(({ content }) => content.flatMap((part) => (part.type === 'text' ? [part.text] : [])));

interface Listed {
  readonly name: string;
  readonly modified_at: string;
}
async function listed(rig: Rig): Promise<readonly Listed[]> {
  return (JSON.parse((await ask(rig, { path: '/api/tags' })).body) as { models: readonly Listed[] }).models;
}
const names = async (rig: Rig): Promise<string[]> => (await listed(rig)).map(({ name }) => name);
const create = async (rig: Rig, model: string, fields: object = PIRATE): Promise<void> => {
  const reply = await post(rig, '/api/create', { model, stream: false, ...fields });
  assert.equal(reply.body, '{"status":"success"}');
};
const remove = (rig: Rig, model: string): Promise<Reply> =>
  ask(rig, { path: '/api/delete', method: 'DELETE', body: JSON.stringify({ model }) });
const show = async (rig: Rig, model: string, more: object = {}): Promise<Record<string, unknown>> =>
  JSON.parse((await post(rig, '/api/show', { model, ...more })).body) as Record<string, unknown>;

/** A chat of each API, and its own ways to send a system prompt and options. */
const APIS = {
  '/api/chat': {
    plain: { messages: QUESTION },
    monk: { messages: MONK },
    options: { options: { stop: ['X'], temperature: 1, num_predict: 5 } },
  },
  '/v1/chat/completions': {
    plain: { messages: QUESTION },
    monk: { messages: MONK },
    options: { stop: 'X', temperature: 1, max_tokens: 5 },
  },
  '/v1/messages': {
    plain: { messages: QUESTION },
    monk: { messages: QUESTION, system: 'Be a monk.' },
    options: { stop_sequences: ['X'], temperature: 1, max_tokens: 5 },
  },
  '/v1/responses': {
    plain: { input: 'Who?' },
    monk: { input: 'Who?', instructions: 'Be a monk.' },
    // This API has no stop sequences.
    options: { temperature: 1, max_output_tokens: 5 },
  },
} as const;

describe('a stored model', () => {
  afterEach(stopRigs);

  for (const [path, { plain, monk, options }] of Object.entries(APIS)) {
    describe(`in ${path}`, () => {
      async function requestFor(body: object): Promise<ChatRequest> {
        const rig = await startRig();
        await create(rig, 'my-pirate');
        // Anthropic's API requires a limit.
        const limit = path === '/v1/messages' ? { max_tokens: 100 } : {};
        const reply = await post(rig, path, { model: 'MY-pirate', stream: false, ...limit, ...body });
        assert.equal(reply.status, 200, reply.body);
        assert.ok(reply.body.includes('"model":"MY-pirate"'), reply.body);
        const [request] = rig.backend.requests;
        assert.ok(request !== undefined);
        return request;
      }

      it('adds its system prompt, its messages and its options', async () => {
        const request = await requestFor(plain);
        assert.equal(request.model, 'sonnet');
        assert.equal(request.system, 'You are a pirate.');
        assert.deepEqual(textsOf(request), ['Hello', 'Ahoy', 'Who?']);
        assert.deepEqual(request.stop, ['END']);
        assert.equal(request.sampling?.temperature, 0.2);
        assert.equal(request.maxTokens, path === '/v1/messages' ? 100 : 9);
      });

      it("leaves the client's own system prompt and options", async () => {
        const request = await requestFor({ ...monk, ...options });
        assert.equal(request.system, 'Be a monk.');
        assert.deepEqual(textsOf(request), ['Hello', 'Ahoy', 'Who?']);
        assert.deepEqual(request.stop, path === '/v1/responses' ? ['END'] : ['X']);
        assert.equal(request.sampling?.temperature, 1);
        assert.equal(request.maxTokens, 5);
      });
    });
  }

  it('leaves an empty option of the client on /api/chat', async () => {
    const rig = await startRig();
    await create(rig, 'my-pirate');
    await post(rig, '/api/chat', { model: 'my-pirate', messages: QUESTION, options: { stop: [] } });
    assert.deepEqual(rig.backend.requests[0]?.stop, []);
  });

  for (const [path, body] of [
    ['/api/generate', { prompt: 'Who?', stream: false }],
    ['/v1/completions', { prompt: 'Who?' }],
  ] as const) {
    it(`adds its system prompt and its options in ${path}, but no messages`, async () => {
      const rig = await startRig();
      await create(rig, 'my-pirate');
      await post(rig, path, { model: 'my-pirate', ...body });
      const [request] = rig.backend.requests;
      assert.ok(request !== undefined);
      assert.equal(request.system, 'You are a pirate.');
      assert.deepEqual(textsOf(request), ['Who?']);
      assert.deepEqual([request.stop, request.maxTokens], [['END'], 9]);
    });
  }

  it("leaves the client's system prompt, and adds none in raw mode, in /api/generate", async () => {
    const rig = await startRig();
    await create(rig, 'my-pirate');
    await post(rig, '/api/generate', { model: 'my-pirate', prompt: 'x', system: 'Be a monk.' });
    await post(rig, '/api/generate', { model: 'my-pirate', prompt: 'x', raw: true });
    assert.deepEqual(
      rig.backend.requests.map(({ system }) => system),
      ['Be a monk.', ''],
    );
  });

  it('counts for the token counts of a request', async () => {
    const rig = await startRig();
    await create(rig, 'long', { from: 'claude-sonnet', system: 'word '.repeat(1_000) });
    const reply = await post(rig, '/v1/messages/count_tokens', { model: 'long', messages: QUESTION });
    assert.ok((JSON.parse(reply.body) as { input_tokens: number }).input_tokens > 900, reply.body);
  });

  it('can have images and tool calls in its messages', async () => {
    const rig = await startRig();
    const image = Buffer.from('89504e470d0a1a0a00', 'hex').toString('base64');
    const messages = [
      { role: 'user', content: 'Look', images: [image] },
      { role: 'assistant', content: '', tool_calls: [{ function: { name: 'f', arguments: { a: 1 } } }] },
      { role: 'tool', content: 'ok', tool_name: 'f' },
      { role: 'assistant', content: 'Done' },
    ];
    await create(rig, 'saved', { from: 'claude-sonnet', messages });
    await post(rig, '/api/chat', { model: 'saved', messages: QUESTION });
    const types = rig.backend.requests[0]?.messages.flatMap(({ content }) => content.map(({ type }) => type));
    assert.deepEqual(types, ['image', 'text', 'toolCall', 'toolResult', 'text', 'text']);
  });

  it('is refused if its messages are invalid', async () => {
    const rig = await startRig();
    const messages = [{ role: 'user', content: 'x', images: ['%'] }];
    const reply = await post(rig, '/api/create', { model: 'x', from: 'claude-sonnet', messages });
    assert.equal(reply.status, 400);
    assert.match(reply.body, /illegal base64/);
    assert.equal((await names(rig)).length, 2);
  });

  it('is shown with all that it adds', async () => {
    const rig = await startRig();
    await create(rig, 'my-pirate', { ...PIRATE, license: ['MIT', 'BSD'] });
    const shown = await show(rig, 'my-pirate');
    assert.equal(shown['system'], 'You are a pirate.');
    assert.equal(shown['license'], 'MIT\nBSD');
    assert.deepEqual(shown['messages'], PIRATE.messages);
    assert.match(String(shown['parameters']), /^temperature {19} 0\.2$/m);
    assert.match(String(shown['modelfile']), /^SYSTEM You are a pirate\.$/m);
    const other = await show(rig, 'my-pirate', { system: 'S', options: { seed: 3 } });
    assert.match(String(other['modelfile']), /^SYSTEM S$[^]*^PARAMETER seed 3$/m);
  });

  it('has the capabilities of the model that it was made from', async () => {
    const rig = await startRig();
    await create(rig, 'small', { from: 'claude-haiku', system: 'x' });
    const { capabilities, model_info: info } = await show(rig, 'small');
    assert.deepEqual(capabilities, ['completion', 'tools', 'vision']);
    assert.equal((info as Record<string, unknown>)['general.basename'], 'small');
  });

  it('keeps the case of its name, and is replaced under the same name in any case', async () => {
    const rig = await startRig();
    await create(rig, 'My-Pirate:V1');
    await create(rig, 'MY-PIRATE:v1', { from: 'claude-haiku' });
    assert.deepEqual((await names(rig)).slice(2), ['My-Pirate:V1']);
    await post(rig, '/api/chat', { model: 'my-pirate:v1', messages: QUESTION });
    assert.deepEqual([rig.backend.requests[0]?.model, rig.backend.requests[0]?.system], ['haiku', '']);
  });

  it('was modified when it was made, in all lists', async () => {
    const rig = await startRig();
    const before = Date.now();
    await create(rig, 'my-pirate');
    const after = Date.now();
    const isThen = (ms: number): boolean => ms >= before - 999 && ms <= after;
    const at = (await listed(rig)).find(({ name }) => name === 'my-pirate:latest')?.modified_at;
    assert.ok(isThen(Date.parse(String(at))), at);
    assert.equal((await show(rig, 'my-pirate'))['modified_at'], at);
    const headers = { 'anthropic-version': '2023-06-01' };
    const { body } = await ask(rig, { path: '/v1/models/my-pirate', headers });
    const { created, created_at: createdAt } = JSON.parse(body) as { created: number; created_at: string };
    assert.ok(isThen(created * 1_000));
    assert.equal(createdAt, at);
    assert.ok((await ask(rig, { path: '/v1/models' })).body.includes('"id":"my-pirate:latest"'));
  });

  it('can be made from another one, and be copied', async () => {
    const rig = await startRig();
    await create(rig, 'my-pirate');
    await create(rig, 'old-pirate', { from: 'my-pirate', parameters: { num_predict: 3 } });
    await post(rig, '/api/copy', { source: 'old-pirate', destination: 'copy' });
    await remove(rig, 'my-pirate');
    await remove(rig, 'old-pirate');
    await post(rig, '/api/chat', { model: 'copy', messages: QUESTION });
    const [request] = rig.backend.requests;
    assert.deepEqual([request?.system, request?.maxTokens, request?.stop], ['You are a pirate.', 3, ['END']]);
  });

  it('does not change when it is copied to itself', async () => {
    const rig = await startRig();
    await create(rig, 'my-pirate');
    const before = await listed(rig);
    assert.equal(
      (await post(rig, '/api/copy', { source: 'my-pirate', destination: 'MY-PIRATE' })).status,
      200,
    );
    assert.deepEqual(await listed(rig), before);
  });

  it('has the effort of the name that it was made from', async () => {
    const rig = await startRig();
    await create(rig, 'deep', { from: 'claude-sonnet:high' });
    await post(rig, '/api/chat', { model: 'deep', messages: QUESTION });
    assert.equal(rig.backend.requests[0]?.thinking?.effort, 'high');
    assert.match(String((await show(rig, 'deep'))['modelfile']), /^FROM claude-sonnet:high$/m);
  });

  it('is not deleted by its name with an effort', async () => {
    const rig = await startRig();
    await create(rig, 'my-pirate');
    assert.equal((await remove(rig, 'my-pirate:high')).status, 404);
    assert.equal((await remove(rig, 'my-pirate')).status, 200);
    assert.equal((await names(rig)).length, 2);
  });

  it('is made again from its Modelfile', async () => {
    const rig = await startRig();
    await create(rig, 'my-pirate');
    const shown = await show(rig, 'my-pirate');
    const lines = String(shown['modelfile']).split('\n');
    const [from] = lines.flatMap((line) => /^FROM (.*)/.exec(line)?.[1] ?? []);
    const parameters: Record<string, unknown> = {};
    for (const line of lines) {
      const [, name = '', value = ''] = /^PARAMETER (\S+) (.*)/.exec(line) ?? [];
      if (name !== '') parameters[name] = name === 'stop' ? [value] : Number(value);
    }
    await create(rig, 'again', { from, parameters, system: shown['system'], messages: shown['messages'] });
    await post(rig, '/api/chat', { model: 'my-pirate', messages: QUESTION });
    await post(rig, '/api/chat', { model: 'again', messages: QUESTION });
    assert.deepEqual(rig.backend.requests[1], rig.backend.requests[0]);
  });
});

describe('a pull', () => {
  afterEach(stopRigs);

  it('of an unknown name lists a model of that name, if unknown names get the default model', async () => {
    const rig = await startRig({ settings: ANY_NAME });
    const reply = await post(rig, '/api/pull', { model: 'Llama3.2', stream: false });
    assert.equal(reply.body, '{"status":"success"}');
    assert.deepEqual((await names(rig)).slice(2), ['Llama3.2:latest']);
  });

  it('of an unknown name fails as in Ollama, if unknown names are refused', async () => {
    const rig = await startRig();
    const reply = await post(rig, '/api/pull', { model: 'llama3.2' });
    assert.deepEqual(linesOf(reply.body).at(-1), { error: 'pull model manifest: file does not exist' });
    assert.equal((await names(rig)).length, 2);
  });

  it('of another name of a model lists that name', async () => {
    const rig = await startRig();
    await post(rig, '/api/pull', { model: 'claude-3-5-haiku-latest' });
    assert.deepEqual((await names(rig)).slice(2), ['claude-3-5-haiku-latest:latest']);
  });

  it('of a listed model changes nothing', async () => {
    const rig = await startRig();
    await create(rig, 'my-pirate');
    const before = await listed(rig);
    for (const model of ['claude-sonnet', 'my-pirate', 'sonnet', 'sonnet[1m]', 'claude-sonnet-4-6[1m]']) {
      assert.equal((await post(rig, '/api/pull', { model, stream: false })).status, 200);
    }
    assert.deepEqual(await listed(rig), before);
  });
});

describe('stored models', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'stored-'))));
  afterEach(async () => {
    await stopRigs();
    rmSync(folder, { recursive: true, force: true });
  });

  it('are kept by a file when the server stops', async () => {
    const file = join(folder, 'models.jsonl');
    const first = await startRig({ modelStore: createFileStore(file, silentLogger) });
    await create(first, 'My-Pirate:V1');
    const before = (await listed(first)).at(-1);
    await first.endpoint.stop();
    const second = await startRig({ modelStore: createFileStore(file, silentLogger) });
    assert.deepEqual((await listed(second)).at(-1), before);
    await post(second, '/api/chat', { model: 'my-pirate:v1', messages: QUESTION });
    assert.equal(second.backend.requests[0]?.system, 'You are a pirate.');
  });

  it('that two servers change are all kept', async () => {
    const file = join(folder, 'models.jsonl');
    const [first, second] = [
      await startRig({ modelStore: createFileStore(file, silentLogger) }),
      await startRig({ modelStore: createFileStore(file, silentLogger) }),
    ];
    await names(first);
    await names(second);
    await create(first, 'a');
    await create(second, 'b');
    await create(first, 'c');
    assert.deepEqual((await names(first)).slice(2).sort(), ['a:latest', 'b:latest', 'c:latest']);
  });

  it('are all kept when many are created at once', async () => {
    const file = join(folder, 'models.jsonl');
    const rig = await startRig({ modelStore: createFileStore(file, silentLogger) });
    await Promise.all(Array.from({ length: 20 }, (_, number) => create(rig, `m${number}`)));
    assert.equal((await names(rig)).length, 22);
    const loaded = await createFileStore(file, silentLogger).load();
    assert.equal(loaded.length, 20);
  });

  it('that cannot be written are an error, and nothing else changes', async function () {
    if (process.platform === 'win32') this.skip();
    const blocked = join(folder, 'file');
    const rig = await startRig({ modelStore: createFileStore(join(blocked, 'models.jsonl'), silentLogger) });
    await createFileStore(blocked, silentLogger).save([]);
    const reply = await post(rig, '/api/create', { model: 'x', from: 'claude-sonnet' });
    assert.equal(reply.status, 500);
    assert.match(reply.body, /The stored models cannot be (?:read|written)/);
    assert.equal((await names(rig)).length, 2);
    assert.ok(rig.lines.some((line) => line.startsWith('error [models]')));
  });

  it('are at most 500', async () => {
    const full = Array.from({ length: MAX_STORED_MODELS }, (_, number) =>
      storedModel({ model: `m${number}:latest` }),
    );
    const memory = createMemoryStore();
    await memory.save(full);
    const models = createStoredModels(memory, silentLogger);
    await assert.rejects(models.put(storedModel({ model: 'one-more:latest' })), /already 500 stored models/);
    await models.put(storedModel({ model: 'M7:latest', system: 'new' }));
    assert.equal((await models.list()).length, MAX_STORED_MODELS);
    assert.equal(await models.delete('m7'), true);
    assert.equal(await models.delete('m7'), false);
  });
});
