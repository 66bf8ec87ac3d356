import assert from 'node:assert/strict';
import fc from 'fast-check';
import { responsesEncoder, responsesReply } from '../../../../../src/protocol/openai/responses/reply.js';
import { createToolTable } from '../../../../../src/protocol/openai/responses/toolTable.js';
import {
  answers,
  assertWholeCharacters,
  CONTEXT,
  type Data,
  dataOf,
  joinField,
  joinText,
  NUM_RUNS,
} from '../answers.js';

const RESPONSE_CONTEXT = { ...CONTEXT, echo: {}, toolTable: createToolTable(), now: () => 7 };

describe('responsesEncoder', () => {
  it('sends the same content as responsesReply, wherever the text is cut', () => {
    fc.assert(
      fc.property(answers, (events) => {
        const sent = dataOf(responsesEncoder(RESPONSE_CONTEXT), events);
        const last = (sent.at(-1)?.['response'] ?? {}) as Data;
        assert.deepEqual(last, JSON.parse(responsesReply(events, RESPONSE_CONTEXT)));
        const eventsOfType = (type: string): Data[] => sent.filter((event) => event['type'] === type);
        assert.equal(
          joinField(eventsOfType('response.output_text.delta'), 'delta'),
          joinText(events, 'text'),
        );
        assert.equal(
          joinField(eventsOfType('response.reasoning_summary_text.delta'), 'delta'),
          joinText(events, 'thinking'),
        );
        const done = eventsOfType('response.output_item.done').map((event) => event['item'] as Data);
        assert.deepEqual(last['output'], done);
        assert.deepEqual(
          eventsOfType('response.output_item.added').map((event) => event['output_index']),
          done.map((_, index) => index),
        );
        assert.deepEqual(
          sent.map((event) => event['sequence_number']),
          sent.map((_, index) => index),
        );
      }),
      { numRuns: NUM_RUNS },
    );
  });

  it('keeps characters whole', () => {
    assertWholeCharacters(() => responsesEncoder(RESPONSE_CONTEXT));
  });
});
