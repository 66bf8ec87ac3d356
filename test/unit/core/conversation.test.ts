import assert from 'node:assert/strict';
import type { ChatMessage, ContentPart, ImagePart, ToolCall, ToolSpec } from '../../../src/core/chat.js';
import { type ConversationEntry, toConversation } from '../../../src/core/conversation.js';
import { toTurns } from '../../../src/claude/conversation/transcript.js';

const text = (value: string): ContentPart => ({ type: 'text', text: value });
const system = (value: string, ...more: ContentPart[]): ConversationEntry => {
  return { role: 'system', content: [text(value), ...more] };
};
const user = (...texts: string[]): ConversationEntry => ({ role: 'user', content: texts.map(text) });
const answer = (value: string, ...more: ContentPart[]): ConversationEntry => {
  return { role: 'assistant', content: [text(value), ...more], calls: [] };
};
/** Calls as `name`, or `name#id`. */
const calls = (...described: string[]): ConversationEntry => ({
  role: 'assistant',
  content: [],
  calls: described.map((call) => {
    const [name = '', id = ''] = call.split('#');
    return { id, name, arguments: { at: call } };
  }),
});
/** A result of `name`, `name#id` or `#id`. */
const result = (of: string, content: string): ConversationEntry => {
  const [name = '', callId = ''] = of.split('#');
  return { role: 'result', name, callId, content: [text(content)] };
};
const tool = (name: string): ToolSpec => ({ name, description: '', parameters: { type: 'object' } });
const IMAGE: ImagePart = { type: 'image', mediaType: 'image/png', data: 'iVBORw0KGgo=' };

function show(part: ChatMessage['content'][number]): string {
  switch (part.type) {
    case 'text':
      return part.text;
    case 'toolCall':
      return `${part.call.name}(${JSON.stringify(part.call.arguments)})#${part.call.id}`;
    case 'toolResult':
      return `#${part.callId}=${part.content.map(show).join('+')}`;
    case 'image':
    case 'document':
    case 'searchResult':
      return part.type;
  }
}

const shown = (entries: readonly ConversationEntry[], tools: readonly ToolSpec[] = []): string[] =>
  toConversation(entries, { tools }).messages.map(
    ({ role, content }) => `${role}: ${content.map(show).join(' | ')}`,
  );

const atOf = ({ arguments: { at } }: ToolCall): string => (typeof at === 'string' ? at : 'added');

/** Each result with the call that it was attached to. */
function matches(entries: readonly ConversationEntry[]): string[] {
  const { messages } = toConversation(entries);
  const made = new Map<string, string>();
  for (const { content } of messages) {
    for (const part of content) if (part.type === 'toolCall') made.set(part.call.id, atOf(part.call));
  }
  return messages.flatMap(({ content }) =>
    content.flatMap((part) =>
      part.type === 'toolResult' ? [`${made.get(part.callId)} = ${part.content.map(show).join()}`] : [],
    ),
  );
}

describe('a system message', () => {
  it('belongs to the system prompt before the first turn, and stays at its place after it', () => {
    const entries = [system('A'), system('B'), user('q'), system('C'), answer('a'), system('D')];
    const { system: prompt } = toConversation(entries, { first: 'First.' });
    assert.equal(prompt, 'First.\n\nA\n\nB');
    assert.deepEqual(shown(entries), [
      'user: q',
      'user: <system_message>\nC\n</system_message>',
      'assistant: a',
      'user: <system_message>\nD\n</system_message>',
    ]);
  });

  it('keeps two answers apart', () => {
    const turns = toTurns(
      toConversation([user('q'), answer('a'), system('S'), answer('b'), user('r')]).messages,
    );
    assert.deepEqual(
      turns.map(({ role }) => role),
      ['user', 'assistant', 'user', 'assistant', 'user'],
    );
  });

  it('is the question if there is no other message', () => {
    const { system: prompt, messages } = toConversation([system('A'), system('B', IMAGE)], {
      first: 'First.',
    });
    assert.equal(prompt, 'First.');
    assert.deepEqual(messages, [{ role: 'user', content: [text('A'), text('B'), IMAGE] }]);
  });
});

describe('“Continue exactly where you stopped.”', () => {
  const last = (entries: readonly ConversationEntry[]): unknown => {
    const turn = toTurns(toConversation(entries).messages).at(-1);
    return (
      turn?.role === 'user' && turn.content.map((part) => (part.type === 'text' ? part.text : part.type))
    );
  };

  it('is sent after a final answer', () => {
    assert.deepEqual(last([user('q'), answer('a')]), ['Continue exactly where you stopped.']);
    assert.deepEqual(last([user('q'), answer('a', IMAGE)]), ['image', 'Continue exactly where you stopped.']);
  });

  it('is not sent after a system message, an empty message of the user, or a result', () => {
    assert.deepEqual(last([user('q'), answer('a'), system('S')]), ['<system_message>\nS\n</system_message>']);
    assert.deepEqual(last([user('q'), answer('a'), user()]), ['(no content)']);
    assert.deepEqual(last([user('q'), answer('a'), result('', 'r')]), ['<tool_result>\nr\n</tool_result>']);
  });
});

describe('an image of a system or assistant message', () => {
  it('moves to the next message of the user', () => {
    assert.deepEqual(shown([system('S', IMAGE), user('q'), answer('a', IMAGE), user('r')]), [
      'user: image | q',
      'assistant: a',
      'user: image | r',
    ]);
  });

  it('passes over results', () => {
    const entries: ConversationEntry[] = [
      user('q'),
      answer('a', IMAGE),
      calls('f#1'),
      result('#1', 'r'),
      user('s'),
    ];
    assert.deepEqual(shown(entries).slice(-2), ['user: #1=r', 'user: image | s']);
  });
});

describe('a tool result', () => {
  it('belongs to the call with its id, whatever stands before it', () => {
    const made = calls('f#1', 'f#2', 'g#3');
    assert.deepEqual(matches([made, result('f', 'x'), result('', 'y'), result('#1', 'one')]), [
      'f#2 = x',
      'g#3 = y',
      'f#1 = one',
    ]);
    assert.deepEqual(matches([made, result('g#2', 'two')]), ['f#2 = two']);
  });

  it('belongs to a call of its name if the id is another', () => {
    assert.deepEqual(matches([calls('f#1', 'g#2'), result('g#other', 'x')]), ['g#2 = x']);
  });

  it('belongs to the first open call if it tells nothing', () => {
    assert.deepEqual(matches([calls('f#1', 'g#2'), result('', 'x'), result('', 'y')]), [
      'f#1 = x',
      'g#2 = y',
    ]);
  });

  it('finds a call of an earlier turn by its id or name', () => {
    const entries = [calls('f#1', 'g#2'), user('Wait.'), answer('Yes.'), result('#2', 'x'), result('f', 'y')];
    assert.deepEqual(matches(entries), ['g#2 = x', 'f#1 = y']);
  });

  it('belongs to the latest call if ids are used again', () => {
    const entries = [calls('f#1'), result('#1', 'x'), calls('g#1'), result('#1', 'y')];
    assert.deepEqual(matches(entries), ['f#1 = x', 'g#1 = y']);
    assert.deepEqual(matches([calls('f#1', 'g#1'), result('#1', 'x'), result('#1', 'y')]), [
      'f#1 = x',
      'g#1 = y',
    ]);
  });

  it('becomes a call with its result if its name tells the call', () => {
    assert.deepEqual(shown([user('q'), result('f', 'x'), result('g#7', 'y')]), [
      'user: q',
      'assistant: f({})#call_00000001',
      'user: #call_00000001=x',
      'assistant: g({})#7',
      'user: #7=y',
    ]);
  });

  it('becomes a call of the only tool on offer', () => {
    assert.deepEqual(shown([user('q'), answer(''), result('#7', 'x')], [tool('f')]), [
      'user: q',
      'assistant: f({})#7',
      'user: #7=x',
    ]);
  });

  it('becomes marked text if nothing tells its call', () => {
    assert.deepEqual(shown([user('q'), result('', 'x')], [tool('f'), tool('g')]), [
      'user: q',
      'user: <tool_result>\nx\n</tool_result>',
    ]);
    const parts: ConversationEntry = {
      role: 'result',
      name: '',
      callId: '',
      content: [text('x'), IMAGE, text('y')],
    };
    assert.deepEqual(shown([parts]), ['user: <tool_result>\nx | image | y\n</tool_result>']);
    const image: ConversationEntry = { role: 'result', name: '', callId: '', content: [IMAGE] };
    assert.deepEqual(shown([image]), ['user: <tool_result> | image | </tool_result>']);
  });

  it('becomes marked text if its call has a result already', () => {
    const entries = [user('q'), calls('f#1'), result('#1', 'x'), result('f#1', 'y')];
    assert.deepEqual(shown(entries, [tool('f')]).slice(2), [
      'user: #1=x',
      'user: <tool_result name="f">\ny\n</tool_result>',
    ]);
  });

  it('is found in time that grows with the history only', () => {
    const count = 5_000;
    const same = Array.from({ length: count }, () => 'f#1');
    const results = Array.from({ length: count }, (_, i) => result(i % 2 === 0 ? '#1' : 'f', `${i}`));
    const started = performance.now();
    assert.equal(matches([calls(...same), ...results]).length, count);
    assert.ok(performance.now() - started < 2_000);
  });
});
