/** Two turns count as equal exactly when the CLI is sent the same. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { canonicalTurn } from '../../../../src/claude/conversation/canonicalTurn.js';
import { assistantLine, userLine } from '../../../../src/claude/conversation/outgoing.js';
import { ToolNames } from '../../../../src/claude/conversation/toolNames.js';
import { toTurns, type Turn } from '../../../../src/claude/conversation/transcript.js';
import type { ChatMessage, ContentPart, ToolCallPart } from '../../../../src/core/chat.js';
import type { Json, JsonObject } from '../../../../src/core/json.js';
import { createArgumentsReader } from '../../../../src/protocol/toolArguments.js';

const NUM_RUNS = process.env['SOAK'] === '1' ? 100_000 : 2_000;
const NAMES = new ToolNames('');
const IDS = ['call_0', 'call_1', 'call_2', 'call_3'];

/** JSON as clients write it, with values that are written in several ways, or that a number cannot hold. */
const VALUES = [
  '0',
  '-0',
  '0.0',
  '-0e5',
  '1',
  '1.0',
  '1e0',
  '10e-1',
  '1e400',
  '2e999',
  '-1e400',
  '1e-400',
  '"Infinity"',
  'null',
  '""',
  '12345678901234567890',
  '"12345678901234567890"',
  '12345678901234567891',
  '12345678901234567000',
  '1.2345678901234567890e19',
  String.raw`"\ud83d"`,
  String.raw`"\udE00"`,
  String.raw`"\\ud83d"`,
  '"\ufffd"',
  '"é"',
  String.raw`"\u00e9"`,
  '[]',
  '[-0,[1e400]]',
  '[0,["Infinity"]]',
  '{}',
];
const KEYS = [String.raw`"a"`, String.raw`"\u0061"`, '"b"', '"1"', '"__proto__"', String.raw`"\ud800"`];

const member = fc.tuple(fc.constantFrom(...KEYS), fc.constantFrom(...VALUES));
const object = fc
  .array(member, { maxLength: 4 })
  .map((members) => `{${members.map(([key, value]) => `${key}:${value}`).join(', ')}}`);
const argumentsText = fc.oneof(
  object,
  object.map((nested) => `{"a":${nested}}`),
);
const text = fc.constantFrom('', ' ', '\n', 'a', 'b', 'ab', ' a', 'a ', '\ud83d', '\ufffd', '😀');

const textPart = (content: string): ContentPart & { type: 'text' } => ({ type: 'text', text: content });
const callPart = (json: string): ToolCallPart => ({
  type: 'toolCall',
  call: { id: '', name: 'f', arguments: createArgumentsReader()(json) },
});

const answer = fc
  .tuple(fc.array(text, { maxLength: 3 }), fc.array(argumentsText, { maxLength: 2 }))
  .filter(([texts, calls]) => calls.length > 0 || texts.some((each) => each.trim() !== ''))
  .map(([texts, calls]): ChatMessage => ({
    role: 'assistant',
    content: [...texts.map(textPart), ...calls.map(callPart)],
  }));
const IMAGE: ContentPart = { type: 'image', mediaType: 'image/png', data: 'AA==' };
const question = fc
  .array(fc.oneof(text.map(textPart), fc.constant(IMAGE)), { minLength: 1, maxLength: 4 })
  .map((content): ChatMessage => ({ role: 'user', content }));

const HELLO: ChatMessage = { role: 'user', content: [textPart('Hello')] };
const answerTurn = (message: ChatMessage): Turn => toTurns([HELLO, message, HELLO])[1]!;
const questionTurn = (message: ChatMessage): Turn => toTurns([message])[0]!;

type Block = JsonObject & { readonly type: string; readonly text?: string };

/** What the CLI reads, as JSON in UTF-8; texts that follow each other joined, the keys of objects sorted. */
function sent(turn: Turn): string {
  const line =
    turn.role === 'assistant'
      ? assistantLine(turn, IDS, NAMES)
      : userLine(turn, IDS, { uuid: '', query: true });
  const bytes = Buffer.from(JSON.stringify(line).replaceAll(/(?<=(?<!\\)(?:\\\\)*)\\ud[89a-f]../g, '\ufffd'));
  const { message } = JSON.parse(String(bytes)) as { message: { content: string | Block[] } };
  const blocks =
    typeof message.content === 'string' ? [{ type: 'text', text: message.content }] : message.content;
  const joined: Block[] = [];
  for (const block of blocks) {
    const last = joined.at(-1);
    if (last?.type !== 'text' || block.type !== 'text') joined.push(block);
    else joined.splice(-1, 1, { type: 'text', text: `${last.text}${block.text}` });
  }
  return JSON.stringify(sorted(joined));
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  // Not as an array alone: `{}` and `[]` are different.
  const members = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, nested]) => [key, sorted(nested)]);
  return { members };
}

describe('two turns', function () {
  this.timeout(120_000);

  for (const [what, turn, arbitrary] of [
    ['answers', answerTurn, answer],
    ['questions', questionTurn, question],
  ] as const) {
    it(`are equal exactly if the same is sent to the CLI, for ${what}`, () => {
      fc.assert(
        fc.property(arbitrary, arbitrary, (a, b) => {
          const [one, other] = [turn(a), turn(b)];
          assert.equal(canonicalTurn(one) === canonicalTurn(other), sent(one) === sent(other));
        }),
        { numRuns: NUM_RUNS },
      );
    });
  }

  const withArguments = (json: string): Turn => answerTurn({ role: 'assistant', content: [callPart(json)] });
  for (const [one, other] of [
    ['{"x":-0}', '{"x":0}'],
    ['{"x":1,"x":2}', '{"x":2}'],
    ['{"y":1,"x":2}', '{"x":2,"y":1}'],
    ['{"x":1e400}', '{"x":2e500}'],
    ['{"x":1e400}', '{"x":"Infinity"}'],
    ['{"x":12345678901234567891}', '{"x":"12345678901234567891"}'],
    [String.raw`{"x":"\ud83d"}`, '{"x":"\ufffd"}'],
  ] as const) {
    it(`are equal with the arguments ${one} and ${other}`, () => {
      assert.equal(canonicalTurn(withArguments(one)), canonicalTurn(withArguments(other)));
      assert.equal(sent(withArguments(one)), sent(withArguments(other)));
    });
  }

  for (const [one, other] of [
    ['{"x":1e400}', '{"x":null}'],
    ['{"x":1e400}', '{"x":-1e400}'],
    ['{"x":12345678901234567891}', '{"x":12345678901234567000}'],
    ['{"x":2,"x":1}', '{"x":2}'],
  ] as const) {
    it(`differ with the arguments ${one} and ${other}`, () => {
      assert.notEqual(canonicalTurn(withArguments(one)), canonicalTurn(withArguments(other)));
      assert.notEqual(sent(withArguments(one)), sent(withArguments(other)));
    });
  }

  it('keep a blank text beside the texts of an answer', () => {
    const turn = answerTurn({ role: 'assistant', content: ['\n', 'a', ' ', 'b', '\n\n'].map(textPart) });
    const { message } = assistantLine(turn as Turn & { role: 'assistant' }, [], NAMES) as {
      message: { content: unknown };
    };
    assert.deepEqual(message.content, [textPart('\na '), textPart('b\n\n')]);
  });
});
