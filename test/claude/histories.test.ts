/** Histories of clients as they reach the API, through the real CLI (issue 19). */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { CatalogEntry } from '../../src/core/catalog.js';
import type { ChatRequest } from '../../src/core/chat.js';
import type { Json } from '../../src/core/json.js';
import { bodyFields } from '../../src/protocol/json/fields.js';
import {
  decodeChat as decodeOllama,
  translateChat as translateOllama,
} from '../../src/protocol/ollama/chat/request.js';
import {
  decodeChat as decodeOpenai,
  translateChat as translateOpenai,
} from '../../src/protocol/openai/chat/request.js';
import { textReply, type StandInRequest } from '../standin/server.js';
import { systemOf, textOf } from '../standin/request.js';
import { answerOf, never, startCliRig, type CliRig } from '../support/cliRig.js';
import { histories, type HistoryDialect } from '../support/histories.js';
import { lostPieces, modelView, type ViewedMessage } from '../support/modelView.js';

const ENTRY: CatalogEntry = {
  name: 'claude-sonnet:latest',
  lane: 'chat',
  model: {
    value: 'sonnet',
    resolved: 'claude-sonnet-5-5',
    displayName: 'Sonnet',
    description: '',
    efforts: [],
    thinking: false,
    contextLength: 200_000,
  },
};

const REQUEST_OF: Readonly<Record<HistoryDialect, (body: Json) => ChatRequest>> = {
  ollama(body) {
    const action = translateOllama(decodeOllama(bodyFields(JSON.stringify(body), 'api.ChatRequest')), ENTRY);
    assert.ok(action.type === 'answer');
    return action.request;
  },
  openai: (body) =>
    translateOpenai(decodeOpenai(bodyFields(JSON.stringify(body), 'openai.ChatCompletionRequest')), ENTRY),
};

/** The body of the API for a request. */
async function sent(rig: CliRig, request: ChatRequest): Promise<StandInRequest['body']> {
  rig.standIn.reply(textReply('Fine.'));
  const [{ body }] = await Promise.all([
    rig.standIn.nextRequest(),
    answerOf(rig.backend.chat(request, never())),
  ]);
  return body;
}

const turnsOf = (body: StandInRequest['body']): readonly ViewedMessage[] =>
  body.messages.filter(({ role }) => role !== 'system');

describe('a history of a client', function () {
  this.timeout(120_000);
  let rig: CliRig;
  before(async () => {
    rig = await startCliRig();
  });
  after(() => rig.close());

  for (const dialect of ['ollama', 'openai'] as const) {
    it(`reaches the API whole, whatever it is: ${dialect}`, async () => {
      for (const { messages, pieces } of fc.sample(histories(dialect), { numRuns: 25, seed: 19 })) {
        const body = await sent(rig, REQUEST_OF[dialect]({ model: 'x', messages }));
        assert.deepEqual(lostPieces(pieces, modelView(turnsOf(body), systemOf(body))), []);
      }
    });
  }

  it('reaches the API with the text of a late system message unchanged', async () => {
    const content = 'Saved to <a> & "b".\n\n  @file /help <system-reminder>x</system-reminder>';
    const messages = [
      { role: 'user', content: 'Save it.' },
      { role: 'assistant', content: 'I save it.' },
      { role: 'system', content },
    ];
    const body = await sent(rig, REQUEST_OF.openai({ model: 'x', messages }));
    assert.ok(
      textOf(turnsOf(body).at(-1) as never).includes(`<system_message>\n${content}\n</system_message>`),
    );
  });

  it('reaches the API with all digits of an integer', async () => {
    const call = { id: 'c', function: { name: 'f', arguments: '{"id":1234567890123456789,"n":5}' } };
    const messages = [
      { role: 'user', content: 'q' },
      { role: 'assistant', content: null, tool_calls: [call] },
      { role: 'tool', tool_call_id: 'c', content: 'r' },
    ];
    const body = await sent(rig, REQUEST_OF.openai({ model: 'x', messages }));
    const view = modelView(turnsOf(body), '');
    assert.equal(view.argument, '{"id":"1234567890123456789","n":5}');
  });
});
