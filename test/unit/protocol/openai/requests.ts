/** What the tests of all OpenAI requests share. */
import { bodyFields } from '../../../../src/protocol/json/fields.js';
import type { Model } from '../../../../src/core/backend.js';
import type { CatalogEntry } from '../../../../src/core/catalog.js';
import type { ChatMessage, ChatRequest } from '../../../../src/core/chat.js';
import type { Json } from '../../../../src/core/json.js';
import {
  decodeResponses,
  type ResponsesBody,
  translateResponses,
} from '../../../../src/protocol/openai/responses/request.js';

export const MODEL: Model = {
  value: 'sonnet',
  resolved: 'claude-sonnet-5-5',
  displayName: 'Sonnet',
  description: '',
  efforts: ['low', 'medium', 'high', 'xhigh', 'max'],
  thinking: true,
  contextLength: 200_000,
};
export const ENTRY: CatalogEntry = { name: 'claude-sonnet:workspace', lane: 'workspace', model: MODEL };
export const PNG = Buffer.from('89504e470d0a1a0a00', 'hex').toString('base64');
export const IMAGE = { type: 'image', mediaType: 'image/png', data: PNG } as const;

export type Body = { readonly [key: string]: Json };

export const entryOf = (model: Partial<Model>): CatalogEntry => ({ ...ENTRY, model: { ...MODEL, ...model } });
export const responsesBodyOf = (body: Body): ResponsesBody =>
  decodeResponses(
    bodyFields(JSON.stringify({ model: 'x', input: 'hi', ...body }), 'openai.ResponsesRequest'),
  );
export const responseRequestOf = (body: Body, entry = ENTRY): ChatRequest =>
  translateResponses(responsesBodyOf(body), entry);

export const user = (text: string): ChatMessage => ({ role: 'user', content: [{ type: 'text', text }] });
export const callPart = (id: string, name = 'f', args: Body = { a: 1 }): object => {
  return { type: 'toolCall', call: { id, name, arguments: args } };
};
export const resultPart = (callId: string, content: string): object => {
  return { type: 'toolResult', callId, content: [{ type: 'text', text: content }], isError: false };
};
export const namesOf = (request: ChatRequest): string[] => request.tools.map(({ name }) => name);
