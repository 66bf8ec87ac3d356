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
const text = (value: string): PromptPart => ({ type: 'text', text: value });
const user = (...parts: PromptPart[]): PromptMessage => ({ role: 'user', parts });
const convert = (messages: readonly PromptMessage[], more: Partial<Prompt> = {}) =>
  toChatRequest({ messages, tools: [], mustCall: false, ...more }, ENTRY, 'VS Code Chat');
const TIFF = Uint8Array.from([0x49, 0x49, 0x2a, 0x00]);
const PNG = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

describe('toChatRequest', () => {
  it('sends the request to the model of the catalog entry, with the name of the client', () => {
    const { model, lane, client, messages } = convert([user(text('hi'))]);
    assert.deepEqual({ model, lane, client }, { model: 'sonnet', lane: 'chat', client: 'VS Code Chat' });
    assert.deepEqual(messages, [{ role: 'user', content: [text('hi')] }]);
  });

  it('uses the first system messages as the system prompt, and keeps the place of a later one', () => {
    const request = convert([
      { role: 'system', parts: [text('Be kind.')] },
      user(text('hi')),
      { role: 'system', parts: [text('Be brief.')] },
    ]);
    assert.equal(request.system, 'Be kind.');
    assert.deepEqual(request.messages[1]?.content, [text('<system_message>\nBe brief.\n</system_message>')]);
  });

  it('encodes images in base64', () => {
    const { messages } = convert([
      user({ type: 'data', mimeType: 'image/png', data: PNG }, text('What is it?')),
    ]);
    assert.deepEqual(messages[0]?.content, [
      { type: 'image', mediaType: 'image/png', data: 'iVBORw0KGgo=' },
      text('What is it?'),
    ]);
  });

  it('rejects image types that Claude does not accept, and names the type', () => {
    assert.throws(() => convert([user({ type: 'data', mimeType: 'image/tiff', data: TIFF })]), {
      kind: 'badRequest',
      message: /image\/tiff/,
    });
  });

  it('reads textual data, and leaves out private data of other model providers', () => {
    const json = { type: 'data', mimeType: 'application/json', data: Buffer.from('{"a":1}') } as const;
    const privateData = { type: 'data', mimeType: 'cache_control', data: Buffer.from('ephemeral') } as const;
    assert.deepEqual(convert([user(json, privateData)]).messages[0]?.content, [text('{"a":1}')]);
  });

  it('puts tool results after their calls and before the text of the same message', () => {
    const { messages } = convert([
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
          {
            type: 'toolResult',
            callId: 'c1',
            content: [
              text('It says '),
              text('42.'),
              { type: 'image', mediaType: 'image/png', data: 'iVBORw0KGgo=' },
            ],
            isError: false,
          },
        ],
      },
      { role: 'user', content: [text('Go on.')] },
    ]);
  });

  it('offers tools with their schemas, and an empty schema for a tool that has none', () => {
    const { tools } = convert([user(text('hi'))], {
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

  it('requires a tool call when the request does, and rejects that without tools', () => {
    const tools = [{ name: 'read', description: 'Reads.' }];
    const { toolChoice } = convert([user(text('hi'))], { tools, mustCall: true });
    assert.deepEqual(toolChoice, { required: true, single: false });
    assert.throws(() => convert([user(text('hi'))], { mustCall: true }), { kind: 'badRequest' });
  });
});

describe('countTokens', () => {
  it('counts four ASCII characters as one token, and other characters as one token each', () => {
    assert.equal(countTokens([text('twelve chars')]), 3);
    assert.equal(countTokens([text('日本')]), 2);
  });

  it('counts calls, results and images, and not the parts that are left out', () => {
    const call = { type: 'call', call: { id: 'c1', name: 'read', arguments: {} } } as const;
    const result = { type: 'result', callId: 'c1', parts: [text('12345678')] } as const;
    const image = { type: 'data', mimeType: 'image/png', data: PNG } as const;
    const privateData = { type: 'data', mimeType: 'cache_control', data: PNG } as const;
    assert.deepEqual(
      [call, result, image, privateData].map((part) => countTokens([part])),
      [2, 2, 1_600, 0],
    );
  });
});
