import assert from 'node:assert/strict';
import { earlyChatEnd, MessageEndWatch } from '../../../../src/claude/turn/messageEnd.js';
import { parseMessage, type CliMessageOf } from '../../../../src/claude/process/incoming.js';

type Event = CliMessageOf<'stream_event'>['event'];

const isOffered = (tool: string): boolean => tool === 'look';
const event = (value: object): Event =>
  (parseMessage(JSON.stringify({ type: 'stream_event', event: value })) as CliMessageOf<'stream_event'>)
    .event;
const start = event({ type: 'message_start', message: { id: 'm' } });
const text = (value: string): Event =>
  event({ type: 'content_block_delta', delta: { type: 'text_delta', text: value } });
const call = (name: string): Event =>
  event({ type: 'content_block_start', content_block: { type: 'tool_use', id: 't', name } });
const json = (value: string): Event =>
  event({ type: 'content_block_delta', delta: { type: 'input_json_delta', partial_json: value } });
const end = (reason: string): Event => event({ type: 'message_delta', delta: { stop_reason: reason } });

describe('the end of a message in the chat lane', () => {
  for (const [what, events, expected] of [
    ['text', [text('a'), end('end_turn')], undefined],
    ['text before a stop sequence', [text('a'), end('stop_sequence')], undefined],
    ['a call', [call('look'), json('{"q":'), json('1}'), end('tool_use')], undefined],
    ['a call without input', [call('look'), end('tool_use')], undefined],
    ['a pause', [text('a'), end('pause_turn')], undefined],
    ['an unknown reason', [text('a'), end('new_reason')], undefined],
    ['nothing', [end('end_turn')], 'stop'],
    ['white space', [text(' '), text('\n'), end('end_turn')], 'stop'],
    ['nothing before a stop sequence', [end('stop_sequence')], 'stop'],
    ['the token limit', [text('a'), end('max_tokens')], 'length'],
    ['the token limit in a call', [call('look'), json('{"q'), end('max_tokens')], 'length'],
    ['a full context window', [text('a'), end('model_context_window_exceeded')], 'contextFull'],
    ['a refusal', [end('refusal')], 'refusal'],
    ['a call of another tool', [call('nope'), end('tool_use')], Error],
    ['a call with broken JSON', [call('look'), json('{"q'), end('tool_use')], Error],
    ['a call with a list as input', [call('look'), json('[]'), end('tool_use')], Error],
    ['a call that is missing', [text('a'), end('tool_use')], Error],
  ] as const) {
    const continues = expected !== undefined;
    it(`${continues ? 'makes' : 'does not make'} the CLI ask again after ${what}`, () => {
      const watch = new MessageEndWatch(isOffered);
      const results = [start, ...events].map((one) => watch.asksAgainAfter(one));
      assert.deepEqual(results, [...events.map(() => false), continues]);
    });
  }

  it('forgets the text and the calls of a message that is requested again', () => {
    const watch = new MessageEndWatch(isOffered);
    for (const one of [start, text('a'), call('nope'), start, end('end_turn')].slice(0, -1))
      watch.asksAgainAfter(one);
    assert.equal(watch.asksAgainAfter(end('end_turn')), true);
  });

  it('names the tool that the model must not call', () => {
    const calls = [{ name: 'nope', json: '' }];
    assert.throws(() => earlyChatEnd({ stopReason: 'tool_use', hasText: false, calls }, isOffered), {
      kind: 'cliFailed',
      message: /"nope"/,
    });
  });
});
