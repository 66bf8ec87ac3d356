/** Nothing of a history is lost on its way to the CLI, and nothing changes its place (issue 19). */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { CatalogEntry } from '../../../src/core/catalog.js';
import type { ChatRequest } from '../../../src/core/chat.js';
import type { Json } from '../../../src/core/json.js';
import { bodyFields } from '../../../src/protocol/json/fields.js';
import {
  decodeChat as decodeOllama,
  translateChat as translateOllama,
} from '../../../src/protocol/ollama/chat/request.js';
import {
  decodeChat as decodeOpenai,
  translateChat as translateOpenai,
} from '../../../src/protocol/openai/chat/request.js';
import { histories, type HistoryDialect } from '../../support/histories.js';
import { lostPieces, viewOfRequest } from '../../support/modelView.js';
import { ENTRY } from './openai/requests.js';

const CHAT: CatalogEntry = { ...ENTRY, lane: 'chat' };
const TOOL = { type: 'function', function: { name: 'look', parameters: { type: 'object' } } };

const REQUEST_OF: Readonly<Record<HistoryDialect, (body: Json) => ChatRequest>> = {
  ollama(body) {
    const action = translateOllama(decodeOllama(bodyFields(JSON.stringify(body), 'api.ChatRequest')), CHAT);
    assert.ok(action.type === 'answer');
    return action.request;
  },
  openai: (body) =>
    translateOpenai(decodeOpenai(bodyFields(JSON.stringify(body), 'openai.ChatCompletionRequest')), CHAT),
};

describe('a random history', function () {
  this.timeout(120_000);
  for (const [dialect, requestOf] of Object.entries(REQUEST_OF) as [
    HistoryDialect,
    (body: Json) => ChatRequest,
  ][]) {
    it(`keeps every text, file, argument and result at its place: ${dialect}`, () => {
      fc.assert(
        fc.property(histories(dialect), fc.constantFrom([], [TOOL]), ({ messages, pieces }, tools) => {
          const request = requestOf({ model: 'x', messages, tools });
          assert.deepEqual(lostPieces(pieces, viewOfRequest(request)), []);
        }),
        { numRuns: 1_000 },
      );
    });
  }
});
