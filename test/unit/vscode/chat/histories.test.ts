/** Nothing of a chat in VS Code is lost on its way to the CLI, and nothing changes its place (issue 19). */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { CatalogEntry } from '../../../../src/core/catalog.js';
import type { ToolCall } from '../../../../src/core/chat.js';
import {
  toChatRequest,
  type PromptMessage,
  type PromptPart,
} from '../../../../src/vscode/chat/toChatRequest.js';
import type { Piece, Place } from '../../../support/histories.js';
import { lostPieces, viewOfRequest } from '../../../support/modelView.js';
import { MODEL } from '../fakeCliBackend.js';

const ENTRY: CatalogEntry = { name: 'claude-sonnet:latest', lane: 'chat', model: MODEL };
const PNG_SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

const FORMS = ['text', 'image', 'PDF', 'JSON', 'call', 'result', 'private'] as const;
const part = fc.record({ form: fc.constantFrom(...FORMS), id: fc.constantFrom('a', 'b', 'c') });
const plans = fc.array(
  fc.record({
    role: fc.constantFrom('system', 'user', 'assistant'),
    parts: fc.array(part, { maxLength: 4 }),
  }),
  { maxLength: 10 },
);

type Plans = typeof plans extends fc.Arbitrary<infer T> ? T : never;

function build(chosen: Plans): { messages: PromptMessage[]; pieces: Piece[] } {
  const pieces: Piece[] = [];
  const piece = (place: Place, text = `piece${pieces.length}.`): string => {
    pieces.push({ place, text });
    return text;
  };
  const data = (mimeType: string, bytes: Buffer): PromptPart => ({ type: 'data', mimeType, data: bytes });
  const attach = (mimeType: string, bytes: Buffer): PromptPart => {
    piece('attachment', bytes.toString('base64'));
    return data(mimeType, bytes);
  };
  const partsOf = (
    role: 'system' | 'user' | 'assistant',
    { form, id }: { form: (typeof FORMS)[number]; id: string },
  ): PromptPart[] => {
    const number = pieces.length;
    switch (form) {
      case 'text':
        return [{ type: 'text', text: piece(role) }];
      case 'image':
        return [attach('image/jpg', Buffer.concat([PNG_SIGNATURE, Buffer.from(`${number}`)]))];
      case 'PDF':
        return [attach('application/pdf', Buffer.from(`%PDF-1.7 ${number}`))];
      case 'JSON':
        return [data('application/json', Buffer.from(JSON.stringify(piece(role))))];
      case 'private':
        return [data('cache_control', Buffer.from('ephemeral'))];
      case 'call': {
        if (role !== 'assistant') return [];
        const call: ToolCall = { id, name: 'look', arguments: { q: piece('argument') } };
        return [{ type: 'call', call }];
      }
      case 'result':
        return role === 'user'
          ? [{ type: 'result', callId: id, parts: [{ type: 'text', text: piece('result') }] }]
          : [];
    }
  };
  const messages = chosen.map(({ role, parts }): PromptMessage => {
    return { role, parts: parts.flatMap((each) => partsOf(role, each)) };
  });
  return {
    messages: [...messages, { role: 'user', parts: [{ type: 'text', text: piece('user') }] }],
    pieces,
  };
}

describe('a random chat in VS Code', function () {
  this.timeout(60_000);
  it('keeps every text, file, argument and result at its place', () => {
    fc.assert(
      fc.property(plans.map(build), ({ messages, pieces }) => {
        const request = toChatRequest({ messages, tools: [], mustCall: false }, ENTRY, 'VS Code Chat');
        assert.deepEqual(lostPieces(pieces, viewOfRequest(request)), []);
      }),
      { numRuns: 1_000 },
    );
  });
});
