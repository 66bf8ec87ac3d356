import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseMessage } from '../../../../src/claude/process/incoming.js';
import type { ResponseFormat } from '../../../../src/core/chat.js';
import { StructuredAnswer } from '../../../../src/claude/turn/structuredOutput.js';
import { TurnReader } from '../../../../src/claude/turn/turnReader.js';
import type { TurnReaderOptions } from '../../../../src/claude/turn/turnReaderOptions.js';
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
const messageEnd = (reason: string): object => ({
  type: 'stream_event',
  event: { type: 'message_delta', delta: { stop_reason: reason }, usage: { output_tokens: 4 } },
});
const wholeMessage = (id: string, content: readonly object[]): object => ({
  type: 'assistant',
  message: { id, model: 'm', content },
});
const syntheticMessage = {
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

function createReader(options: Partial<TurnReaderOptions> = {}): TurnReader {
  return new TurnReader({
    uuid: 'uuid',
    isClientTool: () => true,
    environment: {},
    stderr: () => '',
    now: () => 0,
    ...options,
  });
}

function read(
  messages: readonly object[],
  format?: ResponseFormat,
): {
  text: string;
  thinking: string;
  calls: string[];
  end: TurnEnd | undefined;
} {
  const reader = createReader({ structured: format && new StructuredAnswer(format) });
  const answer = { text: '', thinking: '', calls: [] as string[], end: undefined as TurnEnd | undefined };
  for (const message of messages) {
    const step = reader.read(parseMessage(JSON.stringify(message)));
    for (const event of step.events) {
      if (event.type === 'text') answer.text += event.text;
      if (event.type === 'thinking') answer.thinking += event.text;
      if (event.type === 'toolCall') answer.calls.push(event.call.id);
    }
    if (step.end) return { ...answer, end: step.end };
  }
  return answer;
}

/** Any way to split a text into deltas. */
const splits = (text: string): fc.Arbitrary<string[]> =>
  fc.array(fc.nat(text.length), { maxLength: 8 }).map((at) => {
    const edges = [0, ...at.sort((a, b) => a - b), text.length];
    return edges.slice(1).map((edge, i) => text.slice(edges[i], edge));
  });

describe('TurnReader', function () {
  this.timeout(60_000);
  it('emits the text of the deltas once, although the whole message repeats it', () => {
    const answer = read([
      start('a'),
      delta('Hel'),
      delta('lo'),
      wholeMessage('a', [{ type: 'text', text: 'Hello' }]),
      messageEnd('end_turn'),
      result(),
    ]);
    assert.equal(answer.text, 'Hello');
    assert.equal(answer.end?.reason, 'stop');
  });

  it('emits the same text when an answer is retried from the start, however it is split into deltas', () => {
    fc.assert(
      fc.property(
        fc
          .tuple(fc.string({ unit: 'binary', minLength: 1 }), fc.nat(), fc.nat())
          .chain(([text, first, second]) =>
            fc.tuple(
              fc.constant(text),
              splits(text.slice(0, first % (text.length + 1))),
              splits(text.slice(0, second % (text.length + 1))),
              splits(text),
            ),
          ),
        ([text, one, two, three]) => {
          const answer = read([
            ...[start('a'), ...one.map(delta), retry],
            ...[start('b'), ...two.map(delta), retry],
            ...[start('c'), ...three.map(delta), messageEnd('end_turn'), result()],
          ]);
          assert.equal(answer.text, text);
        },
      ),
      { numRuns: process.env['SOAK'] === '1' ? 10_000 : 300 },
    );
  });

  it('emits the same text when an interrupted answer continues after its complete blocks', () => {
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
          const answer = read([
            start('a'),
            ...blocks
              .slice(0, kept)
              .flatMap((text) => [delta(text), wholeMessage('a', [{ type: 'text', text }])]),
            delta(broken),
            syntheticMessage,
            ...[start('b'), delta(broken.slice(0, 1)), retry],
            ...[
              start('c'),
              delta(tail),
              wholeMessage('c', [{ type: 'text', text: tail }]),
              messageEnd('end_turn'),
              result(),
            ],
          ]);
          assert.equal(answer.text, blocks.join(''));
        },
      ),
    );
  });

  it('is not continuable after the CLI has asked for a visible answer behind a complete message', () => {
    const reader = createReader();
    for (const message of [start('a'), thinking('hm'), messageEnd('end_turn'), syntheticMessage]) {
      reader.read(parseMessage(JSON.stringify(message)));
    }
    assert.equal(reader.continuable, false);
  });

  it('is not continuable after the CLI has asked the model to continue', () => {
    const reader = createReader();
    const continuableAfter = (message: object): boolean => {
      reader.read(parseMessage(JSON.stringify(message)));
      return reader.continuable;
    };
    assert.equal(continuableAfter(start('a')), true);
    assert.equal(continuableAfter(delta('x')), true);
    assert.equal(continuableAfter(syntheticMessage), false);
    assert.equal(continuableAfter(start('b')), false);
  });

  it('fails rather than mix two different answers', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string(), (first, second) => {
        fc.pre(!second.startsWith(first));
        assert.throws(
          () =>
            read([
              start('a'),
              delta(first),
              retry,
              start('b'),
              delta(second),
              messageEnd('end_turn'),
              result(),
            ]),
          {
            kind: 'cliFailed',
          },
        );
      }),
    );
  });

  it('completes an interrupted answer from a whole message', () => {
    const answer = read([
      start('a'),
      delta('Hel'),
      wholeMessage('b', [{ type: 'text', text: 'Hello' }]),
      result(),
    ]);
    assert.equal(answer.text, 'Hello');
  });

  it('joins the texts of several complete messages', () => {
    const answer = read([
      start('a'),
      delta('one '),
      messageEnd('tool_use'),
      start('b'),
      delta('two'),
      messageEnd('end_turn'),
      result(),
    ]);
    assert.equal(answer.text, 'one two');
  });

  it('emits the thinking of one attempt only', () => {
    const answer = read([
      start('a'),
      thinking('hm'),
      retry,
      start('b'),
      thinking('other'),
      delta('x'),
      messageEnd('end_turn'),
      result(),
    ]);
    assert.equal(answer.thinking, 'hm');
  });

  it('emits the deferred calls of the last message, without those of interrupted attempts or with a result from the CLI', () => {
    const call = (id: string): object => ({ type: 'tool_use', id, name: 'f', input: {} });
    const answer = read([
      ...[start('a'), wholeMessage('a', [call('lost')]), retry],
      ...[
        start('b'),
        wholeMessage('b', [call('unknown')]),
        wholeMessage('b', [call('kept')]),
        messageEnd('tool_use'),
      ],
      { type: 'user', message: { content: [{ type: 'tool_result', tool_use_id: 'unknown' }] } },
      result({ stop_reason: 'tool_deferred' }),
    ]);
    assert.deepEqual(answer.calls, ['kept']);
    assert.equal(answer.end?.reason, 'toolCalls');
  });

  it('ignores messages of subagents and synthetic messages of the CLI', () => {
    const answer = read([
      { ...delta('sub'), parent_tool_use_id: 'toolu' },
      { ...wholeMessage('x', [{ type: 'text', text: 'API Error' }]), is_api_error_message: true },
      {
        type: 'assistant',
        message: {
          id: 'y',
          model: '<synthetic>',
          content: [{ type: 'text', text: 'No response requested.' }],
        },
      },
      ...[start('a'), delta('real'), messageEnd('end_turn'), result()],
    ]);
    assert.equal(answer.text, 'real');
  });

  it('ignores the results of replayed history', () => {
    const answer = read([
      result({ num_turns: 0, user_message_uuid: 'other' }),
      start('a'),
      delta('x'),
      messageEnd('end_turn'),
      result(),
    ]);
    assert.equal(answer.text, 'x');
  });

  it('ends at the model’s token limit', () => {
    const answer = read([start('a'), delta('cut'), messageEnd('max_tokens')]);
    assert.deepEqual([answer.end?.reason, answer.end?.usage.outputTokens], ['length', 4]);
  });

  it('waits for the CLI to retry a refusal without text, and fails if it is refused again', () => {
    assert.equal(
      read([start('a'), messageEnd('refusal'), start('b'), delta('fine'), messageEnd('end_turn'), result()])
        .text,
      'fine',
    );
    const refused = result({ is_error: true, stop_reason: 'refusal', result: 'flagged' });
    assert.throws(
      () => read([start('a'), messageEnd('refusal'), start('b'), messageEnd('refusal'), refused]),
      {
        kind: 'badRequest',
        message: 'flagged',
      },
    );
  });

  it('fails immediately when the delay of a retry is long', () => {
    const message = { type: 'system', subtype: 'api_retry', error_status: 429, retry_delay_ms: 33_000 };
    assert.throws(() => read([message]), { kind: 'rateLimited', retryAfterSeconds: 33 });
    // A conflict is no error of the request: the CLI would send it again.
    const conflict = { ...message, error_status: 409 };
    assert.throws(() => read([conflict]), { kind: 'overloaded', retryAfterSeconds: 33 });
  });

  it('waits for expired credentials to be renewed, and fails if they are rejected again', () => {
    const refused = (attempt: number): object => ({ ...retry, attempt, error_status: 401 });
    assert.equal(read([refused(1), start('a'), delta('x'), messageEnd('end_turn'), result()]).text, 'x');
    assert.throws(() => read([refused(1), refused(2)]), {
      kind: 'notSignedIn',
      message: /claude auth login/,
    });
  });

  it('fails when the API has not answered for ten minutes, however often the CLI would retry', () => {
    const tries = (count: number): object[] =>
      Array.from({ length: count }, (_, i) => ({
        ...retry,
        attempt: i + 1,
        retry_delay_ms: 30_000,
        error_status: null,
        error: 'unknown',
      }));
    assert.equal(read(tries(20)).end, undefined);
    assert.throws(() => read(tries(30)), {
      kind: 'unreachable',
      message: /did not answer after 22 attempts \(unknown\)/,
    });
  });

  it('ignores messages of unknown types and shapes', () => {
    const strange = [
      { type: 'later' },
      { type: 'result' },
      { type: 'stream_event', event: { type: 'new' } },
      { type: 'assistant', message: 7 },
    ];
    assert.equal(read([...strange, start('a'), delta('x'), messageEnd('end_turn'), result()]).text, 'x');
  });

  it('rejects lines that are not objects with a type', () => {
    for (const line of ['{}', '[]', '7', 'null', '"result"', '{"type":7}', '{"type":', 'words']) {
      assert.throws(() => parseMessage(line), SyntaxError, line);
    }
  });

  describe('when the parts of a turn differ', () => {
    const ways: readonly (readonly [string, readonly object[], string])[] = [
      [
        'prefers the deltas to the result',
        [start('a'), delta('str'), delta('eamed'), messageEnd('end_turn'), result({ result: 'summed up' })],
        'streamed',
      ],
      [
        'prefers the deltas to the whole message',
        [
          start('a'),
          delta('streamed'),
          wholeMessage('a', [{ type: 'text', text: 'whole' }]),
          messageEnd('end_turn'),
          result(),
        ],
        'streamed',
      ],
      [
        'prefers whole messages to the result if nothing streamed',
        [
          wholeMessage('a', [
            { type: 'text', text: 'wh' },
            { type: 'text', text: 'ole' },
          ]),
          result({ result: 'summed up' }),
        ],
        'whole',
      ],
      ['emits nothing if only the result has text', [result({ result: 'summed up' })], ''],
    ];
    for (const [what, messages, text] of ways) {
      it(what, () => {
        const answer = read(messages);
        assert.equal(answer.text, text);
        assert.equal(answer.end?.reason, 'stop');
      });
    }
  });

  describe('with results of other turns', () => {
    const endAfter = (uuid: string | undefined, more: object = {}): TurnEnd | undefined => {
      const reader = createReader({ uuid: 'own', previousUuid: 'previous' });
      return reader.read(parseMessage(JSON.stringify(result({ user_message_uuid: uuid, ...more })))).end;
    };
    it('does not end at the result of the previous turn, success or failure', () => {
      assert.equal(endAfter('previous'), undefined);
      assert.equal(endAfter('previous', { is_error: true, subtype: 'error_during_execution' }), undefined);
    });
    it('ends at its own result, and at one with no uuid or an unknown one', () => {
      for (const uuid of ['own', undefined, 'unknown']) assert.equal(endAfter(uuid)?.reason, 'stop', uuid);
    });
  });

  describe('with a structured answer', () => {
    const jsonBlock = {
      type: 'stream_event',
      event: {
        type: 'content_block_start',
        content_block: { type: 'tool_use', id: 'toolu_1', name: 'StructuredOutput' },
      },
    };
    const textBlock = {
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

    it('emits the JSON as it streams, without the text beside it', () => {
      const messages = [
        start('a'),
        textBlock,
        delta('Here it is:'),
        jsonBlock,
        json(''),
        json('{"a":'),
        json(' 1}'),
        messageEnd('tool_use'),
      ];
      assert.equal(read(messages, JSON_FORMAT).text, '{"a": 1}');
      assert.equal(
        read([...messages, result({ structured_output: { a: 1 } })], JSON_FORMAT).text,
        '{"a": 1}',
      );
    });

    it('emits JSON that did not stream at the end', () => {
      assert.equal(
        read([start('a'), messageEnd('end_turn'), result({ structured_output: { a: 1 } })], JSON_FORMAT).text,
        '{"a":1}',
      );
    });

    it('emits the plain text of a model that produced no JSON', () => {
      assert.equal(read([start('a'), delta('no'), messageEnd('end_turn'), result()], JSON_FORMAT).text, 'no');
    });

    it('fails if a second structured answer follows the first', () => {
      const twice = [
        start('a'),
        jsonBlock,
        json('{}'),
        messageEnd('tool_use'),
        start('b'),
        jsonBlock,
        json('{"a":1}'),
      ];
      assert.throws(() => read(twice, JSON_FORMAT), { kind: 'cliFailed', message: /schema/ });
    });

    it('continues where it was interrupted', () => {
      const cut = [
        start('a'),
        jsonBlock,
        json('{"a"'),
        retry,
        start('b'),
        jsonBlock,
        json('{'),
        json('"a":1}'),
        messageEnd('tool_use'),
      ];
      assert.equal(read(cut, JSON_FORMAT).text, '{"a":1}');
    });
  });
});
