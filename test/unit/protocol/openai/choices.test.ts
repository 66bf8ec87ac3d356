import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ReplyEvent } from '../../../../src/protocol/dialect.js';
import { chatEncoder, chatReply } from '../../../../src/protocol/openai/chat/reply.js';
import { type ChoiceCount, readChoices } from '../../../../src/protocol/openai/choices.js';
import { completionEncoder, completionReply } from '../../../../src/protocol/openai/completions/reply.js';
import { bodyFields } from '../../../../src/protocol/json/fields.js';
import { answers, CONTEXT, type Data, dataOf, joinField, joinText, NUM_RUNS } from './answers.js';

const CALL_FORMAT = { isLegacy: false, customTools: new Set<string>() };
const countOf = (body: object, prompts?: number): ChoiceCount =>
  readChoices(bodyFields(JSON.stringify(body), 'openai.ChatCompletionRequest'), prompts);

/** Three answers as the events of one reply: each in its own order, mixed at random. */
const mixed = fc
  .tuple(answers, answers, answers, fc.infiniteStream(fc.nat({ max: 2 })))
  .map(([first, second, third, order]) => {
    const all = [first, second, third];
    const rest = all.map((events, choice) => events.map((event): ReplyEvent => ({ ...event, choice })));
    const merged: ReplyEvent[] = [];
    for (const pick of order) {
      if (rest.every((events) => events.length === 0)) break;
      const next = rest[pick]?.shift();
      if (next !== undefined) merged.push(next);
    }
    return { all, merged };
  });
const THREE = { ...CONTEXT, count: { prompts: 1, perPrompt: 3 } };

/** The choices of all chunks, which have at most one each. */
const choicesOf = (chunks: readonly Data[]): Data[] => chunks.flatMap((chunk) => chunk['choices'] as Data[]);

describe('the field n', () => {
  it('counts as 1 where Ollama ignores it', () => {
    for (const body of [
      {},
      { n: null },
      { n: 0 },
      { n: -3 },
      { n: 0.5 },
      { n: 'many' },
      { n: [4] },
      { n: true },
    ]) {
      assert.deepEqual(countOf(body), { prompts: 1, perPrompt: 1 }, JSON.stringify(body));
    }
  });

  it('is a number from 1 to 8, also as text', () => {
    for (const n of [1, 8, '2']) assert.equal(countOf({ n }).perPrompt, Number(n));
  });

  it('is refused for a fraction', () => {
    assert.throws(() => countOf({ n: 1.5 }), {
      param: 'n',
      message: 'n must be a whole number from 1 to 8.',
    });
  });

  it('is refused beyond eight answers, those of all prompts counted', () => {
    const end = 'Send several requests instead.';
    const tooMany = (param: string, requested: string): object => ({
      param,
      code: 'unsupported_value',
      message: `A request gets at most 8 answers (${requested}). ${end}`,
    });
    assert.throws(() => countOf({ n: 9 }), tooMany('n', 'n is 9'));
    assert.throws(() => countOf({ n: 3 }, 3), tooMany('n', '3 prompts, n is 3'));
    assert.throws(() => countOf({}, 9), tooMany('prompt', '9 prompts'));
    assert.deepEqual(countOf({ n: 2 }, 4), { prompts: 4, perPrompt: 2 });
  });
});

describe('a reply with several choices', () => {
  it('has the same chat answers streamed and whole, however their events are mixed', () => {
    fc.assert(
      fc.property(mixed, ({ all, merged }) => {
        const encoder = chatEncoder(THREE, { includeUsage: true, callFormat: CALL_FORMAT });
        const chunks = choicesOf(dataOf(encoder, merged));
        const reply = JSON.parse(chatReply(merged, THREE, { callFormat: CALL_FORMAT })) as Data;
        const whole = reply['choices'] as Data[];
        assert.deepEqual(
          whole.map(({ index }) => index),
          [0, 1, 2],
        );
        for (const [index, events] of all.entries()) {
          const deltas = chunks
            .filter((choice) => choice['index'] === index)
            .map((choice) => choice['delta'] as Data);
          const message = whole[index]?.['message'] as Data;
          assert.equal(joinField(deltas, 'content'), joinText(events, 'text'));
          assert.equal(message['content'], joinText(events, 'text'));
          assert.equal(joinField(deltas, 'reasoning'), message['reasoning'] ?? '');
          assert.deepEqual(
            deltas.flatMap((delta) => (delta['tool_calls'] ?? []) as Data[]),
            message['tool_calls'] ?? [],
          );
          assert.deepEqual(
            deltas.map((delta) => 'role' in delta),
            deltas.map((_, place) => place === 0),
          );
        }
      }),
      { numRuns: NUM_RUNS },
    );
  });

  it('has the same completions streamed and whole, however their events are mixed', () => {
    fc.assert(
      fc.property(mixed, ({ all, merged }) => {
        const chunks = choicesOf(dataOf(completionEncoder(THREE, { includeUsage: false }), merged));
        const whole = (JSON.parse(completionReply(merged, THREE)) as Data)['choices'] as Data[];
        for (const [index, events] of all.entries()) {
          const own = chunks.filter((choice) => choice['index'] === index);
          assert.equal(joinField(own, 'text'), joinText(events, 'text'));
          assert.equal(whole[index]?.['text'], joinText(events, 'text'));
          assert.equal(own.at(-1)?.['finish_reason'], 'stop');
        }
      }),
      { numRuns: NUM_RUNS },
    );
  });
});
