import assert from 'node:assert/strict';
import {
  CancellationTokenSource,
  commands,
  LanguageModelChatMessage,
  LanguageModelChatMessageRole,
  LanguageModelTextPart,
  LanguageModelToolCallPart,
  LanguageModelToolResultPart,
  lm,
  version,
  type LanguageModelChat,
} from 'vscode';
import { ready } from './endpoint.js';

const VENDOR = 'claude-ollama';
const WEATHER = {
  name: 'weather',
  description: 'The weather of a city.',
  inputSchema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

/** Waits until the extension's models in VS Code match. */
async function models(
  matches: (models: readonly LanguageModelChat[]) => boolean,
): Promise<LanguageModelChat[]> {
  for (;;) {
    const changed = new Promise<void>((resolve) => {
      const subscription = lm.onDidChangeChatModels(() => {
        subscription.dispose();
        resolve();
      });
    });
    const found = await lm.selectChatModels({ vendor: VENDOR });
    if (matches(found)) return found;
    await changed;
  }
}

async function sonnet(): Promise<LanguageModelChat> {
  const all = await models((found) => found.length > 0);
  const found = all.find(({ family }) => family === 'claude-sonnet');
  assert.ok(found, all.map(({ id }) => id).join());
  return found;
}

async function textOf(response: { text: AsyncIterable<string> }): Promise<string> {
  let text = '';
  for await (const piece of response.text) text += piece;
  return text;
}

describe('the language models in VS Code', () => {
  before(ready);

  it('have the names and limits of the CLI models', async () => {
    const { id, name, vendor, maxInputTokens } = await sonnet();
    assert.deepEqual(
      { id, name, vendor },
      { id: 'claude-sonnet:latest', name: 'Claude Sonnet', vendor: VENDOR },
    );
    assert.ok(maxInputTokens > 100_000, String(maxInputTokens));
  });

  it('include a model that a client has created, until it is deleted', async () => {
    const { url } = await ready();
    const send = async (method: string, path: string, body: object): Promise<void> => {
      const response = await fetch(`${url}${path}`, { method, body: JSON.stringify(body) });
      assert.equal(response.status, 200, await response.text());
    };
    const isCreated = ({ id }: LanguageModelChat): boolean => id === 'My-Model:V1';
    await send('POST', '/api/create', {
      model: 'My-Model:V1',
      from: 'claude-sonnet',
      messages: [
        { role: 'user', content: 'Hello' },
        { role: 'assistant', content: 'Ahoy' },
      ],
    });
    const created = (await models((found) => found.some(isCreated))).find(isCreated);
    assert.ok(created !== undefined);
    assert.equal(created.name, 'My-Model:V1');
    const response = await created.sendRequest([LanguageModelChatMessage.User('say: Aye.')]);
    assert.equal(await textOf(response), 'Aye.');
    await send('DELETE', '/api/delete', { model: 'my-model:v1' });
    await models((found) => !found.some(isCreated));
  });

  it('stream an answer', async () => {
    const model = await sonnet();
    const response = await model.sendRequest([LanguageModelChatMessage.User('say: Hello to extensions.')]);
    assert.equal(await textOf(response), 'Hello to extensions.');
  });

  it('call tools of the requesting extension and accept their results', async () => {
    const model = await sonnet();
    const question = LanguageModelChatMessage.User('call: weather {"city":"Ulm"}');
    const calls: LanguageModelToolCallPart[] = [];
    for await (const part of (await model.sendRequest([question], { tools: [WEATHER] })).stream) {
      if (part instanceof LanguageModelToolCallPart) calls.push(part);
    }
    const [call] = calls;
    assert.ok(call !== undefined && calls.length === 1);
    assert.deepEqual([call.name, call.input], ['weather', { city: 'Ulm' }]);
    const result = new LanguageModelToolResultPart(call.callId, [new LanguageModelTextPart('say: Rain.')]);
    const messages = [
      question,
      new LanguageModelChatMessage(LanguageModelChatMessageRole.Assistant, [call]),
      new LanguageModelChatMessage(LanguageModelChatMessageRole.User, [result]),
    ];
    assert.equal(await textOf(await model.sendRequest(messages, { tools: [WEATHER] })), 'Rain.');
  });

  // VS Code 1.104 reports a cancellation to the provider only before the answer starts.
  const onNewer = version.startsWith('1.104.') ? it.skip : it;

  onNewer('end a cancelled request, except in VS Code 1.104', async () => {
    const model = await sonnet();
    const source = new CancellationTokenSource();
    const response = await model.sendRequest([LanguageModelChatMessage.User('hang')], {}, source.token);
    source.cancel();
    await assert.rejects(textOf(response), /cancel/i);
  });

  it('count tokens', async () => {
    assert.equal(await (await sonnet()).countTokens('twelve chars'), 3);
  });

  it('stay when the server stops, and answer without the port', async () => {
    const before = (await models((found) => found.length > 0)).map(({ id }) => id);
    await commands.executeCommand('claudeOllama.stop');
    assert.deepEqual(
      (await lm.selectChatModels({ vendor: VENDOR })).map(({ id }) => id),
      before,
    );
    const prompt = [LanguageModelChatMessage.User('say: without the port')];
    assert.equal(await textOf(await (await sonnet()).sendRequest(prompt)), 'without the port');
    await commands.executeCommand('claudeOllama.start');
    await ready();
  });
});
