import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseMessage } from '../../../../src/claude/process/incoming.js';
import type { ResponseFormat } from '../../../../src/core/chat.js';
import { AnswerText } from '../../../../src/claude/turn/structuredOutput.js';
import { TurnReader } from '../../../../src/claude/turn/turnReader.js';
import type { TurnEnd } from '../../../../src/claude/turn/turnOutput.js';

const start = (id: string): object => ({
  type: 'stream_event',
  event: { type: 'message_start', message: { id } },
});
const delta = (text: string): object => ({
  type: 'stream_event',
  event: { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } },
});
const thinking = (text: string): object => ({
  type: 'stream_event',
  event: { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: text } },
});
const stopped = (reason: string): object => ({
  type: 'stream_event',
  event: { type: 'message_delta', delta: { stop_reason: reason }, usage: { output_tokens: 4 } },
});
const whole = (id: string, content: readonly object[]): object => ({
  type: 'assistant',
  message: { id, model: 'm', content },
});
const resume = {
  type: 'user',
  isSynthetic: true,
  message: { role: 'user', content: [{ type: 'text', text: 'Go on.' }] },
};
const retry = { type: 'system', subtype: 'api_retry', attempt: 1, retry_delay_ms: 500 };
const result = (more: object = {}): object => ({
  type: 'result',
  subtype: 'success',
  is_error: false,
  num_turns: 1,
  ...more,
});

const JSON_FORMAT: ResponseFormat = { type: 'json' };

function read(
  messages: readonly object[],
  format?: ResponseFormat,
): {
  text: string;
  thinking: string;
  calls: string[];
  end: TurnEnd | undefined;
} {
  const reader = new TurnReader('uuid', format && new AnswerText(format), () => 0);
  const seen = { text: '', thinking: '', calls: [] as string[], end: undefined as TurnEnd | undefined };
  for (const message of messages) {
    const step = reader.read(parseMessage(JSON.stringify(message)));
    for (const event of step.events) {
      if (event.type === 'text') seen.text += event.text;
      if (event.type === 'thinking') seen.thinking += event.text;
      if (event.type === 'toolCall') seen.calls.push(event.call.id);
    }
    if (step.end) return { ...seen, end: step.end };
  }
  return seen;
}

/** Any way to cut a text into deltas. */
const cuts = (text: string): fc.Arbitrary<string[]> =>
  fc.array(fc.nat(text.length), { maxLength: 8 }).map((at) => {
    const edges = [0, ...at.sort((a, b) => a - b), text.length];
    return edges.slice(1).map((edge, i) => text.slice(edges[i], edge));
  });

describe('reading a turn', function () {
  this.timeout(60_000);
  it('gives the text of the deltas, once, although whole messages repeat it', () => {
    const seen = read([
      start('a'),
      delta('Hel'),
      delta('lo'),
      whole('a', [{ type: 'text', text: 'Hello' }]),
      stopped('end_turn'),
      result(),
    ]);
    assert.equal(seen.text, 'Hello');
    assert.equal(seen.end?.reason, 'stop');
  });

  it('gives the same text however an answer that starts over is cut', () => {
    fc.assert(
      fc.property(
        fc
          .tuple(fc.string({ unit: 'binary', minLength: 1 }), fc.nat(), fc.nat())
          .chain(([text, first, second]) =>
            fc.tuple(
              fc.constant(text),
              cuts(text.slice(0, first % (text.length + 1))),
              cuts(text.slice(0, second % (text.length + 1))),
              cuts(text),
            ),
          ),
        ([text, one, two, three]) => {
          const seen = read([
            ...[start('a'), ...one.map(delta), retry],
            ...[start('b'), ...two.map(delta), retry],
            ...[start('c'), ...three.map(delta), stopped('end_turn'), result()],
          ]);
          assert.equal(seen.text, text);
        },
      ),
      { numRuns: process.env['SOAK'] === '1' ? 10_000 : 300 },
    );
  });

  it('gives the same text wherever an answer breaks off that goes on behind its complete blocks', () => {
    const block = fc.string({ unit: 'binary', minLength: 1 });
    fc.assert(
      fc.property(
        fc.array(block, { minLength: 1, maxLength: 4 }),
        fc.nat(),
        fc.nat(),
        (blocks, first, second) => {
          const kept = first % (blocks.length + 1);
          const tail = blocks.slice(kept).join('');
          const broken = tail.slice(0, second % (tail.length + 1));
          const seen = read([
            start('a'),
            ...blocks.slice(0, kept).flatMap((text) => [delta(text), whole('a', [{ type: 'text', text }])]),
            delta(broken),
            resume,
            ...[start('b'), delta(broken.slice(0, 1)), retry],
            ...[
              start('c'),
              delta(tail),
              whole('c', [{ type: 'text', text: tail }]),
              stopped('end_turn'),
              result(),
            ],
          ]);
          assert.equal(seen.text, blocks.join(''));
        },
      ),
    );
  });

  it('knows a conversation in which the CLI has told the model to go on', () => {
    const reader = new TurnReader('uuid', undefined, () => 0);
    const faithful = (message: object): boolean => {
      reader.read(parseMessage(JSON.stringify(message)));
      return reader.faithful;
    };
    assert.equal(faithful(start('a')), true);
    assert.equal(faithful(delta('x')), true);
    assert.equal(faithful(resume), false);
    assert.equal(faithful(start('b')), false);
  });

  it('never gives a mixture of two answers', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string(), (first, second) => {
        fc.pre(!second.startsWith(first));
        assert.throws(
          () =>
            read([start('a'), delta(first), retry, start('b'), delta(second), stopped('end_turn'), result()]),
          {
            kind: 'cliFailed',
          },
        );
      }),
    );
  });

  it('completes a broken answer from a whole message', () => {
    const seen = read([start('a'), delta('Hel'), whole('b', [{ type: 'text', text: 'Hello' }]), result()]);
    assert.equal(seen.text, 'Hello');
  });

  it('joins the texts of several finished messages of one turn', () => {
    const seen = read([
      start('a'),
      delta('one '),
      stopped('tool_use'),
      start('b'),
      delta('two'),
      stopped('end_turn'),
      result(),
    ]);
    assert.equal(seen.text, 'one two');
  });

  it('does not think aloud twice', () => {
    const seen = read([
      start('a'),
      thinking('hm'),
      retry,
      start('b'),
      thinking('other'),
      delta('x'),
      stopped('end_turn'),
      result(),
    ]);
    assert.equal(seen.thinking, 'hm');
  });

  it('gives the deferred calls of the last message, not those of an attempt that broke off or that the CLI answered', () => {
    const call = (id: string): object => ({ type: 'tool_use', id, name: 'f', input: {} });
    const seen = read([
      ...[start('a'), whole('a', [call('lost')]), retry],
      ...[start('b'), whole('b', [call('unknown')]), whole('b', [call('kept')]), stopped('tool_use')],
      { type: 'user', message: { content: [{ type: 'tool_result', tool_use_id: 'unknown' }] } },
      result({ stop_reason: 'tool_deferred' }),
    ]);
    assert.deepEqual(seen.calls, ['kept']);
    assert.equal(seen.end?.reason, 'toolCalls');
  });

  it('leaves out what subagents say and what the CLI made up', () => {
    const seen = read([
      { ...delta('sub'), parent_tool_use_id: 'toolu' },
      { ...whole('x', [{ type: 'text', text: 'API Error' }]), is_api_error_message: true },
      {
        type: 'assistant',
        message: {
          id: 'y',
          model: '<synthetic>',
          content: [{ type: 'text', text: 'No response requested.' }],
        },
      },
      ...[start('a'), delta('real'), stopped('end_turn'), result()],
    ]);
    assert.equal(seen.text, 'real');
  });

  it('passes over the results of history', () => {
    const seen = read([
      result({ num_turns: 0, user_message_uuid: 'other' }),
      start('a'),
      delta('x'),
      stopped('end_turn'),
      result(),
    ]);
    assert.equal(seen.text, 'x');
  });

  it('ends at the token limit', () => {
    const seen = read([start('a'), delta('cut'), stopped('max_tokens')]);
    assert.deepEqual([seen.end?.reason, seen.end?.usage.outputTokens], ['length', 4]);
  });

  it('lets a refusal without words be thought over, and reports one that stays', () => {
    assert.equal(
      read([start('a'), stopped('refusal'), start('b'), delta('fine'), stopped('end_turn'), result()]).text,
      'fine',
    );
    const refused = result({ is_error: true, stop_reason: 'refusal', result: 'flagged' });
    assert.throws(() => read([start('a'), stopped('refusal'), start('b'), stopped('refusal'), refused]), {
      kind: 'badRequest',
      message: 'flagged',
    });
  });

  it('reports a long wait for a rate limit at once', () => {
    const message = { type: 'system', subtype: 'api_retry', error_status: 429, retry_delay_ms: 33_000 };
    assert.throws(() => read([message]), { kind: 'rateLimited', retryAfterSeconds: 33 });
  });

  it('lets an expired sign-in be renewed, and reports one that is refused again', () => {
    const refused = (attempt: number): object => ({ ...retry, attempt, error_status: 401 });
    assert.equal(read([refused(1), start('a'), delta('x'), stopped('end_turn'), result()]).text, 'x');
    assert.throws(() => read([refused(1), refused(2)]), {
      kind: 'notSignedIn',
      message: /claude auth login/,
    });
  });

  it('reports an API that never answers, however often the CLI would ask it', () => {
    const tries = (count: number): object[] =>
      Array.from({ length: count }, (_, i) => ({
        ...retry,
        attempt: i + 1,
        retry_delay_ms: 30_000,
        error_status: 529,
        error: 'overloaded_error',
      }));
    assert.equal(read(tries(20)).end, undefined);
    assert.throws(() => read(tries(30)), {
      kind: 'overloaded',
      message: /did not answer after 22 attempts \(overloaded_error\)/,
    });
  });

  it('survives messages of unknown types and shapes', () => {
    const strange = [
      { type: 'later' },
      { type: 'result' },
      { type: 'stream_event', event: { type: 'new' } },
      { type: 'assistant', message: 7 },
    ];
    assert.equal(read([...strange, start('a'), delta('x'), stopped('end_turn'), result()]).text, 'x');
  });

  it('knows no message in what is not an object with a type', () => {
    for (const line of ['{}', '[]', '7', 'null', '"result"', '{"type":7}', '{"type":', 'words']) {
      assert.throws(() => parseMessage(line), SyntaxError, line);
    }
  });

  describe('whose parts say different things', () => {
    const ways: readonly (readonly [string, readonly object[], string])[] = [
      [
        'is the deltas, not the result',
        [start('a'), delta('str'), delta('eamed'), stopped('end_turn'), result({ result: 'summed up' })],
        'streamed',
      ],
      [
        'is the deltas, not the whole message',
        [
          start('a'),
          delta('streamed'),
          whole('a', [{ type: 'text', text: 'whole' }]),
          stopped('end_turn'),
          result(),
        ],
        'streamed',
      ],
      [
        'is the whole messages where nothing streamed, not the result',
        [
          whole('a', [
            { type: 'text', text: 'wh' },
            { type: 'text', text: 'ole' },
          ]),
          result({ result: 'summed up' }),
        ],
        'whole',
      ],
      ['is nothing where only the result has words', [result({ result: 'summed up' })], ''],
    ];
    for (const [what, messages, text] of ways) {
      it(what, () => {
        const seen = read(messages);
        assert.equal(seen.text, text);
        assert.equal(seen.end?.reason, 'stop');
      });
    }
  });

  describe('with results that are not of its question', () => {
    const reading = (of: string | undefined, more: object = {}): TurnEnd | undefined => {
      const reader = new TurnReader('mine', undefined, () => 0, undefined, 'before');
      return reader.read(parseMessage(JSON.stringify(result({ user_message_uuid: of, ...more })))).end;
    };
    it('is not ended by that of the question before, success or failure', () => {
      assert.equal(reading('before'), undefined);
      assert.equal(reading('before', { is_error: true, subtype: 'error_during_execution' }), undefined);
    });
    it('is ended by its own, and by one that names none or one unknown', () => {
      for (const of of ['mine', undefined, 'unknown']) assert.equal(reading(of)?.reason, 'stop', of);
    });
  });

  describe('with a structured answer', () => {
    const open = {
      type: 'stream_event',
      event: { type: 'content_block_start', content_block: { type: 'tool_use', name: 'StructuredOutput' } },
    };
    const text = {
      type: 'stream_event',
      event: { type: 'content_block_start', content_block: { type: 'text' } },
    };
    const json = (part: string): object => ({
      type: 'stream_event',
      event: {
        type: 'content_block_delta',
        index: 0,
        delta: { type: 'input_json_delta', partial_json: part },
      },
    });

    it('gives the JSON as it grows and nothing beside it', () => {
      const messages = [
        start('a'),
        text,
        delta('Here it is:'),
        open,
        json(''),
        json('{"a":'),
        json(' 1}'),
        stopped('tool_use'),
      ];
      assert.equal(read(messages, JSON_FORMAT).text, '{"a": 1}');
      assert.equal(
        read([...messages, result({ structured_output: { a: 1 } })], JSON_FORMAT).text,
        '{"a": 1}',
      );
    });

    it('gives JSON that did not stream at the end', () => {
      assert.equal(
        read([start('a'), stopped('end_turn'), result({ structured_output: { a: 1 } })], JSON_FORMAT).text,
        '{"a":1}',
      );
    });

    it('gives the words of a model that gave no JSON', () => {
      assert.equal(read([start('a'), delta('no'), stopped('end_turn'), result()], JSON_FORMAT).text, 'no');
    });

    it('is an error when a second one would follow the first', () => {
      const twice = [start('a'), open, json('{}'), stopped('tool_use'), start('b'), open, json('{"a":1}')];
      assert.throws(() => read(twice, JSON_FORMAT), { kind: 'cliFailed', message: /schema/ });
    });

    it('goes on where it was cut', () => {
      const cut = [
        start('a'),
        open,
        json('{"a"'),
        retry,
        start('b'),
        open,
        json('{'),
        json('"a":1}'),
        stopped('tool_use'),
      ];
      assert.equal(read(cut, JSON_FORMAT).text, '{"a":1}');
    });
  });
});
