import assert from 'node:assert/strict';
import { parseMessage } from '../../../../src/claude/process/incoming.js';
import { TurnClock } from '../../../../src/claude/turn/timings.js';
import type { Timings } from '../../../../src/core/chat.js';

const requesting = { type: 'system', subtype: 'status', status: 'requesting' };
const event = (event: object, more: object = {}): object => ({ type: 'stream_event', event, ...more });
const start = event({ type: 'message_start', message: { id: 'm' } });
const block = (type: string): object => event({ type: 'content_block_start', content_block: { type } });
const text = event({ type: 'content_block_delta', delta: { type: 'text_delta', text: 'a' } });
const json = event({ type: 'content_block_delta', delta: { type: 'input_json_delta', partial_json: '{' } });
const end = event({ type: 'message_delta', delta: { stop_reason: 'end_turn' } });

/** The timings of messages that arrive at these times; the request arrived at 1000, and the turn ends at `until`. */
function timingsOf(messages: readonly (readonly [at: number, message: object])[], until: number): Timings {
  let now = 1000;
  const clock = new TurnClock(() => now, now);
  for (const [at, message] of messages) {
    now = at;
    clock.read(parseMessage(JSON.stringify(message)));
  }
  now = until;
  return clock.end();
}

describe('TurnClock', () => {
  it('divides a streamed answer at its request, its first content and its end', () => {
    const messages = [
      [1100, requesting],
      [1300, start],
      [1500, block('text')],
      [1500, text],
      [3500, text],
    ] as const;
    const expected = { loadMs: 100, promptMs: 400, outputMs: 2050 };
    assert.deepEqual(timingsOf([...messages, [3550, end]], 3600), expected);
  });

  it('counts thinking as content, also if it is not shown', () => {
    const messages = [
      [1100, requesting],
      [1200, start],
      [1300, block('thinking')],
      [2800, text],
      [3300, end],
    ] as const;
    assert.deepEqual(timingsOf(messages, 3310), { loadMs: 100, promptMs: 200, outputMs: 2000 });
  });

  it('counts the input of tool calls as content', () => {
    const messages = [
      [1100, requesting],
      [1200, start],
      [1300, block('tool_use')],
      [1800, json],
      [1900, end],
    ] as const;
    assert.deepEqual(timingsOf(messages, 2500), { loadMs: 100, promptMs: 200, outputMs: 600 });
  });

  it('leaves out the time between two messages, in which tools run', () => {
    const first = [
      [1100, requesting],
      [1200, start],
      [1300, text],
      [1800, end],
    ] as const;
    const second = [
      [9000, requesting],
      [9100, start],
      [9200, text],
      [9700, end],
    ] as const;
    assert.deepEqual(timingsOf([...first, ...second], 9710), { loadMs: 100, promptMs: 200, outputMs: 1000 });
  });

  it('leaves out an interrupted message, which is sent again', () => {
    const messages = [
      [1100, requesting],
      [1200, start],
      [1300, text],
      [5000, start],
      [5100, text],
      [5600, end],
    ] as const;
    assert.deepEqual(timingsOf(messages, 5600), { loadMs: 100, promptMs: 200, outputMs: 500 });
  });

  it('ends the output of an answer that is cut at a limit when it is cut', () => {
    assert.deepEqual(
      timingsOf(
        [
          [1100, requesting],
          [1300, text],
        ],
        1700,
      ),
      { loadMs: 100, promptMs: 200, outputMs: 400 },
    );
  });

  it('ignores subagents, and answers that the CLI makes up', () => {
    const message = { id: 'x', content: [] };
    const messages = [
      [1100, requesting],
      [
        1200,
        event(
          { type: 'content_block_delta', delta: { type: 'text_delta', text: 'a' } },
          { parent_tool_use_id: 't' },
        ),
      ],
      [1300, { type: 'assistant', message: { ...message, model: '<synthetic>' } }],
      [1500, { type: 'assistant', message: { ...message, model: 'claude' } }],
    ] as const;
    assert.deepEqual(timingsOf(messages, 1501), { loadMs: 100, promptMs: 400, outputMs: 1 });
  });

  it('has no parts that exceed the whole without any message', () => {
    assert.deepEqual(timingsOf([], 1400), { loadMs: 0, promptMs: 400, outputMs: 0 });
  });
});
