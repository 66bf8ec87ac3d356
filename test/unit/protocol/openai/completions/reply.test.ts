import assert from 'node:assert/strict';
import fc from 'fast-check';
import { completionEncoder, completionReply } from '../../../../../src/protocol/openai/completions/reply.js';
import {
  answers,
  assertWholeCharacters,
  choiceOf,
  CONTEXT,
  type Data,
  dataOf,
  joinField,
  joinText,
  NUM_RUNS,
} from '../answers.js';

describe('completionEncoder', () => {
  it('sends the same text as completionReply', () => {
    fc.assert(
      fc.property(answers, (events) => {
        const choices = dataOf(completionEncoder(CONTEXT, { includeUsage: false }), events).map(choiceOf);
        assert.equal(joinField(choices, 'text'), joinText(events, 'text'));
        assert.equal(
          choiceOf(JSON.parse(completionReply(events, CONTEXT)) as Data)['text'],
          joinText(events, 'text'),
        );
      }),
      { numRuns: NUM_RUNS },
    );
  });

  it('keeps characters whole', () => {
    assertWholeCharacters(() => completionEncoder(CONTEXT, { includeUsage: false }));
  });
});
