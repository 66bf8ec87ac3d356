import assert from 'node:assert/strict';
import { ProcessHistory } from '../../../../src/claude/conversation/processHistory.js';
import { ToolNames } from '../../../../src/claude/conversation/toolNames.js';
import { toTurns, type Turn, type UserTurn } from '../../../../src/claude/conversation/transcript.js';
import type { ChatMessage, ToolCall, ToolSpec } from '../../../../src/core/chat.js';

const NAMES = new ToolNames('');
const user = (text: string): ChatMessage => ({ role: 'user', content: [{ type: 'text', text }] });
const said = (text: string): ChatMessage => ({ role: 'assistant', content: [{ type: 'text', text }] });
const question = (text: string): UserTurn => ({ role: 'user', content: [{ type: 'text', text }] });
const call = (id: string, args: ToolCall['arguments'] = { city: 'Bern' }, name = 'look'): ToolCall => ({
  id,
  name,
  arguments: args,
});
const called = (text: string, ...calls: readonly ToolCall[]): ChatMessage => ({
  role: 'assistant',
  content: [
    ...(text === '' ? [] : [{ type: 'text' as const, text }]),
    ...calls.map((made) => ({ type: 'toolCall' as const, call: made })),
  ],
});

/** A history of two questions with their answers. */
function twoRounds(): ProcessHistory {
  const history = new ProcessHistory();
  history.addQuestion(question('q1'), 'u1');
  history.addAnswer('a1', [], NAMES);
  history.addQuestion(question('q2'), 'u2');
  history.addAnswer('a2', [], NAMES);
  return history;
}

/** Without tools on offer. */
const sharedWith = (history: ProcessHistory, turns: readonly Turn[]): number => history.sharedWith(turns, []);

/** The turns before the next question. */
const before = (...messages: ChatMessage[]): Turn[] => toTurns([...messages, user('next')]).slice(0, -1);

describe('ProcessHistory.sharedWith', () => {
  it('counts all turns of an equal conversation', () => {
    assert.equal(sharedWith(twoRounds(), before(user('q1'), said('a1'), user('q2'), said('a2'))), 4);
  });

  it('ends before an edited question', () => {
    assert.equal(sharedWith(twoRounds(), before(user('q1'), said('a1'), user('Q2'), said('a2'))), 2);
  });

  it('ends before a question whose answer was edited', () => {
    assert.equal(sharedWith(twoRounds(), before(user('q1'), said('a1'), user('q2'), said('a2 '))), 2);
  });

  it('counts nothing of another conversation', () => {
    assert.equal(sharedWith(twoRounds(), before(user('other'), said('a1'))), 0);
  });

  it('ends before a tool call whose results differ, because a rewind must not split them', () => {
    const history = new ProcessHistory();
    history.addQuestion(question('q1'), 'u1');
    history.addAnswer('a1', [], NAMES);
    history.addQuestion(question('q2'), 'u2');
    history.addAnswer('', [call('toolu_1')], NAMES);
    const results = (content: string): ChatMessage => ({
      role: 'user',
      content: [
        { type: 'toolResult', callId: 'toolu_1', content: [{ type: 'text', text: content }], isError: false },
      ],
    });
    const start = [user('q1'), said('a1'), user('q2'), called('', call('toolu_1'))];
    const [answered] = toTurns([...start, results('old')]).slice(-1);
    history.addQuestion(answered as UserTurn, 'u3');
    history.addAnswer('a3', [], NAMES);
    assert.equal(sharedWith(history, before(...start, results('old'), said('a3'))), 6);
    assert.equal(sharedWith(history, before(...start, results('new'), said('a3'))), 2);
    assert.equal(sharedWith(history, toTurns([...start, results('old')]).slice(0, -1)), 2);
  });

  describe('for an answer with tool calls that the client sends back changed', () => {
    const LOOK: ToolSpec = {
      name: 'look',
      description: '',
      parameters: {
        type: 'object',
        properties: {
          city: { type: 'string' },
          all: { type: 'boolean', default: false },
          units: { type: 'string', default: 'km' },
          days: { type: 'array', items: { properties: { night: { type: 'boolean', default: true } } } },
        },
      },
    };

    function shared(copy: ChatMessage, original: readonly ToolCall[] = [call('toolu_1')]): number {
      const history = new ProcessHistory();
      history.addQuestion(question('q'), 'u1');
      history.addAnswer('I will look.', original, NAMES);
      return history.sharedWith(before(user('q'), copy), [LOOK]);
    }

    for (const [what, copy] of [
      ['without the text before the call', called('', call('toolu_1'))],
      ['with a line feed behind the text', called('I will look.\n', call('toolu_1'))],
      ['without the id, as the only call of its name', called('I will look.', call('call_1'))],
      ['without the text and the id, as the only call of its name', called('', call('call_00000001'))],
    ] as const) {
      it(`recognizes it ${what}`, () => assert.equal(shared(copy), 2));
    }

    it('recognizes it without arguments that are empty', () => {
      const original = [call('toolu_1', { name: 'Kitchen', area: '', floor: null })];
      assert.equal(shared(called('', call('x', { name: 'Kitchen' })), original), 2);
    });

    for (const [what, copy] of [
      ['other text', called('I looked.', call('toolu_1'))],
      ['other arguments', called('I will look.', call('toolu_1', { city: 'Basel' }))],
      ['another tool', called('I will look.', call('toolu_1', {}, 'see'))],
      ['one more call', called('I will look.', call('toolu_1'), call('toolu_2'))],
      ['no call', said('I will look.')],
    ] as const) {
      it(`treats ${what} as an edit by the client`, () => assert.equal(shared(copy), 0));
    }

    it('recognizes it with default values of the schema for arguments that the model left out', () => {
      const original = [call('toolu_1', { city: 'Bern', days: [{ day: 1 }, { day: 2, night: false }] })];
      const days = [
        { day: 1, night: true },
        { day: 2, night: false },
      ];
      const copy = call('toolu_1', { all: false, units: 'km', city: 'Bern', days });
      assert.equal(shared(called('I will look.', copy), original), 2);
    });

    for (const [what, args, original] of [
      ['an added argument that is not the default', { city: 'Bern', all: true }, { city: 'Bern' }],
      ['an added argument without a default', { city: 'Bern', country: 'CH' }, { city: 'Bern' }],
      ['a default in place of another value', { units: 'km' }, { units: 'm' }],
      ['a missing argument', { city: 'Bern' }, { city: 'Bern', units: 'km' }],
    ] as const) {
      it(`treats ${what} as an edit by the client`, () => {
        const copy = called('I will look.', call('toolu_1', args));
        assert.equal(shared(copy, [call('toolu_1', original)]), 0);
      });
    }

    it('does not guess which of two calls of one name a foreign id means', () => {
      const original = [call('toolu_1', { n: 1 }), call('toolu_2', { n: 1 })];
      assert.equal(shared(called('', call('a', { n: 1 }), call('b', { n: 1 })), original), 0);
    });
  });
});

describe('ProcessHistory.cutAt', () => {
  it('returns the first question to remove and the last one', () => {
    const history = twoRounds();
    assert.deepEqual(history.cutAt(2), { target: 'u2', last: 'u2' });
    assert.deepEqual(history.cutAt(0), { target: 'u1', last: 'u1' });
    assert.equal(history.length, 0);
  });

  it('returns nothing for an empty conversation', () => {
    assert.equal(new ProcessHistory().cutAt(0), undefined);
  });
});
