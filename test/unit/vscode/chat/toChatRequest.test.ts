import assert from 'node:assert/strict';
import type { CatalogEntry } from '../../../../src/core/catalog.js';
import {
  countTokens,
  toChatRequest,
  type Prompt,
  type PromptMessage,
  type PromptPart,
} from '../../../../src/vscode/chat/toChatRequest.js';
import { MODEL } from '../fakeCliBackend.js';

const ENTRY: CatalogEntry = { name: 'claude-sonnet:latest', lane: 'chat', model: MODEL };
const text = (words: string): PromptPart => ({ type: 'text', text: words });
const user = (...parts: PromptPart[]): PromptMessage => ({ role: 'user', parts });
const ask = (messages: readonly PromptMessage[], more: Partial<Prompt> = {}) =>
  toChatRequest({ messages, tools: [], mustCall: false, ...more }, ENTRY, 'VS Code Chat');
const PNG = Uint8Array.from([0x89, 0x50, 0x4e, 0x47]);

describe("a request of the editor's chat", () => {
  it('asks the model of the entry, in the name of the asker', () => {
    const { model, lane, client, messages } = ask([user(text('hi'))]);
    assert.deepEqual({ model, lane, client }, { model: 'sonnet', lane: 'chat', client: 'VS Code Chat' });
    assert.deepEqual(messages, [{ role: 'user', content: [text('hi')] }]);
  });

  it('makes the system prompt of system messages, wherever they stand', () => {
    const request = ask([
      { role: 'system', parts: [text('Be kind.')] },
      user(text('hi')),
      { role: 'system', parts: [text('Be brief.')] },
    ]);
    assert.equal(request.system, 'Be kind.\n\nBe brief.');
    assert.equal(request.messages.length, 1);
  });

  it('passes images on in base64', () => {
    const { messages } = ask([user({ type: 'data', mimeType: 'image/png', data: PNG }, text('What is it?'))]);
    assert.deepEqual(messages[0]?.content, [
      { type: 'image', mediaType: 'image/png', data: 'iVBORw==' },
      text('What is it?'),
    ]);
  });

  it('refuses images that Claude cannot see, in words', () => {
    assert.throws(() => ask([user({ type: 'data', mimeType: 'image/tiff', data: PNG })]), {
      kind: 'badRequest',
      message: /image\/tiff/,
    });
  });

  it('reads data that is text, and leaves out marks that are for others', () => {
    const json = { type: 'data', mimeType: 'application/json', data: Buffer.from('{"a":1}') } as const;
    const mark = { type: 'data', mimeType: 'cache_control', data: Buffer.from('ephemeral') } as const;
    assert.deepEqual(ask([user(json, mark)]).messages[0]?.content, [text('{"a":1}')]);
  });

  it('joins results to their calls, before what the person says beside them', () => {
    const { messages } = ask([
      user(text('Read it.')),
      {
        role: 'assistant',
        parts: [
          text('Let me look.'),
          { type: 'call', call: { id: 'c1', name: 'read', arguments: { at: 1 } } },
        ],
      },
      user(text('Go on.'), {
        type: 'result',
        callId: 'c1',
        parts: [text('It says '), text('42.'), { type: 'data', mimeType: 'image/png', data: PNG }],
      }),
    ]);
    assert.deepEqual(messages.slice(1), [
      {
        role: 'assistant',
        content: [
          text('Let me look.'),
          { type: 'toolCall', call: { id: 'c1', name: 'read', arguments: { at: 1 } } },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'toolResult', callId: 'c1', content: 'It says 42.', isError: false },
          { type: 'image', mediaType: 'image/png', data: 'iVBORw==' },
        ],
      },
      { role: 'user', content: [text('Go on.')] },
    ]);
  });

  it('offers tools with their schemas; one without a schema takes nothing', () => {
    const { tools } = ask([user(text('hi'))], {
      tools: [
        { name: 'read', description: 'Reads.', inputSchema: { type: 'object', required: ['path'] } },
        { name: 'now', description: 'The time.' },
      ],
    });
    assert.deepEqual(tools, [
      { name: 'read', description: 'Reads.', parameters: { type: 'object', required: ['path'] } },
      { name: 'now', description: 'The time.', parameters: { type: 'object', properties: {} } },
    ]);
  });

  it('asks for a call where one is demanded, and says when there is no tool for it', () => {
    const tools = [{ name: 'read', description: 'Reads.' }];
    assert.match(
      ask([user(text('hi'))], { tools, mustCall: true }).system,
      /must answer by calling the tool "read"/,
    );
    assert.throws(() => ask([user(text('hi'))], { mustCall: true }), { kind: 'badRequest' });
  });
});

describe('the estimate of tokens', () => {
  it('counts four letters as a token, and other signs as one each', () => {
    assert.equal(countTokens([text('twelve chars')]), 3);
    assert.equal(countTokens([text('日本')]), 2);
  });

  it('counts calls, results and images, and nothing for what is left out', () => {
    const call = { type: 'call', call: { id: 'c1', name: 'read', arguments: {} } } as const;
    const result = { type: 'result', callId: 'c1', parts: [text('12345678')] } as const;
    const image = { type: 'data', mimeType: 'image/png', data: PNG } as const;
    const mark = { type: 'data', mimeType: 'cache_control', data: PNG } as const;
    assert.deepEqual(
      [call, result, image, mark].map((part) => countTokens([part])),
      [2, 2, 1_600, 0],
    );
  });
});
