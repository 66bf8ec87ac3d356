import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ChatMessage } from '../../../../src/core/chat.js';
import { canonicalTurn } from '../../../../src/claude/conversation/canonicalTurn.js';
import { toTurns, type Turn } from '../../../../src/claude/conversation/transcript.js';

const user = (...texts: string[]): ChatMessage => ({
  role: 'user',
  content: texts.map((text) => ({ type: 'text', text })),
});
const assistant = (text: string): ChatMessage => ({ role: 'assistant', content: [{ type: 'text', text }] });
const called = (...ids: string[]): ChatMessage => ({
  role: 'assistant',
  content: ids.map((id) => ({ type: 'toolCall', call: { id, name: 'f', arguments: {} } })),
});
const result = (callId: string, content = 'r'): ChatMessage => ({
  role: 'user',
  content: [{ type: 'toolResult', callId, content: [{ type: 'text', text: content }], isError: false }],
});

describe('toTurns and canonicalTurn', function () {
  this.timeout(60_000);
  it('makes turns alternate, whatever the client sent', () => {
    const turns = toTurns([user('a'), user('b'), assistant('c'), assistant('d'), user('e')]);
    assert.deepEqual(
      turns.map((turn) => turn.role),
      ['user', 'assistant', 'user'],
    );
    assert.deepEqual(turns[0]?.role === 'user' && turns[0].content, [
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b' },
    ]);
    assert.deepEqual(turns[1]?.role === 'assistant' && turns[1].texts, ['c', 'd']);
  });

  it('begins and ends with a user turn', () => {
    const turns = toTurns([assistant('Hello, I am…')]);
    assert.deepEqual(
      turns.map((turn) => turn.role),
      ['user', 'assistant', 'user'],
    );
  });

  it('fills a message without content with text', () => {
    for (const messages of [[user('')], [user(' \n ')], [user()]]) {
      assert.deepEqual(toTurns(messages), [
        { role: 'user', content: [{ type: 'text', text: '(no content)' }] },
      ]);
    }
  });

  it('keeps text exactly, white space too', () => {
    const [turn] = toTurns([user('  a\n\n')]);
    assert.deepEqual(turn?.role === 'user' && turn.content, [{ type: 'text', text: '  a\n\n' }]);
  });

  /** The content of the last user turn: the call number of each result, and texts. */
  function contentOf(messages: readonly ChatMessage[]): (number | string)[] {
    const last = toTurns(messages).at(-1);
    assert.ok(last?.role === 'user');
    return last.content.map((part) =>
      part.type === 'toolResult' ? part.call : part.type === 'text' ? part.text : part.type,
    );
  }

  it('puts results before other content, in the order of their calls', () => {
    const messages = [
      user('q'),
      called('x'),
      result('x'),
      called('x', 'y'),
      user('and?'),
      result('y'),
      result('x'),
    ];
    assert.deepEqual(contentOf(messages), [1, 2, 'and?']);
  });

  it('gives every call a result, whatever the client sent', () => {
    assert.deepEqual(contentOf([user('q'), called('x', 'y'), result('y')]), [0, 1]);
    assert.deepEqual(contentOf([user('q'), called('x'), user('[result] 42')]), [0, '[result] 42']);
    assert.deepEqual(contentOf([user('q'), called('x')]), [0, 'Continue exactly where you stopped.']);
  });

  it('converts results of unknown calls, and repeated results, to text that is marked as a result', () => {
    const marked = (text: string, name = ' name="f"'): string =>
      `<tool_result${name}>\n${text}\n</tool_result>`;
    assert.deepEqual(contentOf([user('q'), result('nope', 'r')]), ['q', marked('r', '')]);
    assert.deepEqual(contentOf([user('q'), called('x'), result('x'), called('y'), result('x', 'old')]), [
      1,
      marked('old'),
    ]);
    assert.deepEqual(contentOf([user('q'), called('x'), result('x', 'one'), result('x', 'two')]), [
      0,
      marked('two'),
    ]);
  });

  it('puts images of a failed call behind the results, because the CLI drops them there', () => {
    const image = { type: 'image', mediaType: 'image/png', data: 'AA==' } as const;
    const failed = (text: string): ChatMessage => ({
      role: 'user',
      content: [{ type: 'toolResult', callId: 'x', content: [{ type: 'text', text }, image], isError: true }],
    });
    const shown = [
      { type: 'text', text: '<tool_result name="f">' },
      image,
      { type: 'text', text: '</tool_result>' },
    ];
    for (const [text, inResult] of [
      ['the page did not load', 'the page did not load'],
      ['', 'The result is in this message.'],
    ] as const) {
      const turn = toTurns([user('a'), called('x'), failed(text), user('b')]).at(-1);
      assert.deepEqual(turn?.role === 'user' && turn.content, [
        { type: 'toolResult', call: 0, content: [{ type: 'text', text: inResult }], isError: true },
        ...shown,
        { type: 'text', text: 'b' },
      ]);
    }
  });

  it('ignores the call ids of the client', () => {
    const one = toTurns([user('q'), called('toolu_1', 'toolu_2'), result('toolu_2')]).map(canonicalTurn);
    const other = toTurns([user('q'), called('a', 'b'), result('b')]).map(canonicalTurn);
    assert.deepEqual(one, other);
  });

  it('distinguishes results of different calls', () => {
    const one = toTurns([user('q'), called('a', 'b'), result('b')]).map(canonicalTurn);
    const other = toTurns([user('q'), called('a', 'b'), result('a')]).map(canonicalTurn);
    assert.notDeepEqual(one, other);
  });

  it('distinguishes different texts', () => {
    const text = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(text, text, (a, b) => {
        fc.pre(a !== b && a.trim() !== '' && b.trim() !== '');
        assert.notEqual(canonicalTurn(toTurns([user(a)])[0]!), canonicalTurn(toTurns([user(b)])[0]!));
        const answer = (s: string): string => canonicalTurn(toTurns([user('q'), assistant(s)])[1]!);
        assert.notEqual(answer(a), answer(b));
      }),
    );
  });

  it('puts a late result after its call, unless its own turn would be empty without it', () => {
    const messages = [user('q'), called('x'), user('wait'), called('y'), result('y', 'Y'), result('x', 'X')];
    const results = (turns: readonly Turn[]): unknown[] =>
      turns.map((turn) =>
        turn.role === 'assistant'
          ? ''
          : turn.content.map((part) => [
              part.type === 'toolResult' ? part.call : '',
              part.type === 'toolResult' && part.content[0]?.type === 'text' && part.content[0].text,
            ]),
      );
    assert.deepEqual(results(toTurns(messages)).slice(2), [
      [
        [0, 'X'],
        ['', false],
      ],
      '',
      [[1, 'Y']],
    ]);
    const alone = [user('q'), called('x'), user('wait'), assistant('Yes.'), result('x', 'X')];
    assert.deepEqual(results(toTurns(alone)).slice(2), [
      [
        [0, 'The result is in a later message.'],
        ['', false],
      ],
      '',
      [['', false]],
    ]);
    assert.deepEqual(contentOf(alone), ['<tool_result name="f">\nX\n</tool_result>']);
  });

  it('takes texts that follow each other for the same as their join, but sends them apart', () => {
    const image: ChatMessage = {
      role: 'user',
      content: [{ type: 'image', mediaType: 'image/png', data: 'AA==' }],
    };
    const canonical = (...messages: ChatMessage[]): string => canonicalTurn(toTurns(messages)[0]!);
    assert.equal(canonical(user('a', 'b')), canonical(user('ab')));
    assert.equal(canonical(user('a'), user('b'), image), canonical(user('ab'), image));
    assert.notEqual(canonical(user('a'), image, user('b')), canonical(user('ab'), image));
    const [turn] = toTurns([user('a', 'b')]);
    assert.equal(turn?.role === 'user' && turn.content.length, 2);
  });

  it('distinguishes an image from text that looks like one', () => {
    const image: ChatMessage = {
      role: 'user',
      content: [{ type: 'image', mediaType: 'image/png', data: 'AA==' }],
    };
    assert.notEqual(
      canonicalTurn(toTurns([image])[0]!),
      canonicalTurn(toTurns([user('["image/png","AA=="]')])[0]!),
    );
  });
});
