/** Functions that read what clients and models send: their time grows with the input, not with its square. */
import assert from 'node:assert/strict';
import type { ChatMessage, ToolSpec } from '../../src/core/chat.js';
import { toConversation, type ConversationEntry } from '../../src/core/conversation.js';
import { parseJson } from '../../src/core/json.js';
import { applyToolChoice } from '../../src/core/toolChoice.js';
import { matchResults } from '../../src/core/resultMatching.js';
import { OutputLimit } from '../../src/claude/turn/outputLimit.js';
import { StructuredAnswer } from '../../src/claude/turn/structuredOutput.js';
import { toTurns } from '../../src/claude/conversation/transcript.js';
import { repairType } from '../../src/claude/tools/typeRepair.js';
import { repairSchema } from '../../src/claude/tools/schemaRepair.js';
import { sensitivityOfName } from '../../src/claude/workspace/sensitiveNames.js';
import { applyToolChanges } from '../../src/protocol/anthropic/toolChanges.js';
import { readBase64 } from '../../src/protocol/images.js';
import { createTextCache } from '../../src/claude/tools/textCache.js';
import { FACTOR, growth } from '../support/growth.js';

/** In the middle between linear growth, which is `FACTOR`, and growth with the square. */
const MAX_GROWTH = FACTOR ** 1.5;

function list<T>(count: number, each: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => each(index));
}

/** Differs from others of its length at the end only. */
const word = (index: number, length: number): string =>
  'a'.repeat(length - 6) + String(index).padStart(6, '0');

const tool = (name: string): ToolSpec => ({ name, description: '', parameters: {} });
const refuses = (run: () => unknown): void => {
  assert.throws(run);
};

function reversed(count: number, key: 'id' | 'name'): ConversationEntry[] {
  const words = list(count, (index) => word(index, 200));
  const calls = words.map((text) => ({ id: '', name: '', [key]: text, arguments: {} }));
  const field = key === 'id' ? 'callId' : 'name';
  return [
    { role: 'assistant', content: [], calls },
    ...words.toReversed().map((text): ConversationEntry => ({
      role: 'result',
      callId: '',
      name: '',
      [field]: text,
      content: [],
    })),
  ];
}

const inARow = (role: 'user' | 'assistant', count: number): ChatMessage[] =>
  list(count, (index) => ({ role, content: [{ type: 'text', text: `x${index}` }] }));

/** Feeds text in pieces of a few characters, as a model sends it. */
const feedAll = (feed: (piece: string) => unknown, text: string): void => {
  for (let at = 0; at < text.length; at += 3) feed(text.slice(at, at + 3));
};

const answer = (): StructuredAnswer =>
  new StructuredAnswer({ type: 'schema', schema: { type: 'array', items: {} } });

const CASES: readonly (readonly [string, number, (size: number) => () => void])[] = [
  [
    'finding the calls of results in reverse order by their ids',
    8_000,
    (size) => {
      const entries = reversed(size, 'id');
      return () => assert.equal(matchResults(entries).size, size);
    },
  ],
  [
    'finding the calls of results in reverse order by their names',
    8_000,
    (size) => {
      const entries = reversed(size, 'name');
      return () => assert.equal(matchResults(entries).size, size);
    },
  ],
  [
    'moving the images of answers to the next message',
    20_000,
    (size) => {
      const image = { type: 'image', mediaType: 'image/png', data: '' } as const;
      const entries = list(size, (): ConversationEntry => ({
        role: 'assistant',
        content: [image],
        calls: [],
      }));
      return () => toConversation(entries);
    },
  ],
  [
    'applying a choice of tools in reverse order',
    20_000,
    (size) => {
      const tools = list(size, (index) => tool(`f${index}`));
      const names = tools.map(({ name }) => name).toReversed();
      return () => applyToolChoice(tools, { mode: 'auto', names });
    },
  ],
  [
    'removing and adding tools in a conversation',
    20_000,
    (size) => {
      const tools = list(500, (index) => tool(`f${index}`));
      const change = (type: string, index: number): object => ({
        type,
        tool: { type: 'tool_reference', name: `f${index % 500}` },
      });
      const blocks = list(size, (index) =>
        change(index % 2 === 0 ? 'tool_removal' : 'tool_addition', index >> 1),
      );
      const contents = [JSON.parse(JSON.stringify(blocks)) as []];
      return () => applyToolChanges(tools, contents);
    },
  ],
  ...(['user', 'assistant'] as const).map(
    (role) =>
      [
        `joining messages of the ${role} in a row`,
        20_000,
        (size: number) => {
          const messages = inARow(role, size);
          return () => toTurns(messages);
        },
      ] as const,
  ),
  [
    'searching an answer for long stop sequences that it nearly contains',
    60_000,
    (size) => {
      const stops = list(64, (index) => `${'a'.repeat(900)}${String.fromCharCode(0x100 + index)}`);
      const text = 'a'.repeat(size);
      return () => {
        const limit = new OutputLimit(stops, undefined);
        feedAll((piece) => limit.feed(piece), text);
        assert.equal(limit.flush().reason, undefined);
      };
    },
  ],
  [
    'unwrapping an answer in JSON with blanks in it',
    300_000,
    (size) => () => {
      const structured = answer();
      let text = '';
      feedAll((piece) => (text += structured.feed(piece)), `{"value":[${' '.repeat(size)}1]}`);
      assert.equal((text + structured.flush()).length, size + 3);
    },
  ],
  [
    'unwrapping an answer in JSON with blanks at its end',
    300_000,
    (size) => () => {
      const structured = answer();
      structured.feed('{"value":[1]');
      feedAll((piece) => structured.feed(piece), ' '.repeat(size));
      structured.flush();
    },
  ],
  [
    'unwrapping an answer in JSON with blanks at its beginning',
    300_000,
    (size) => () => {
      feedAll((piece) => answer().feed(piece), ' '.repeat(size));
    },
  ],
  [
    'parsing digits that are no long integers',
    8_000_000,
    (size) => {
      const text = JSON.stringify('012345678901234 '.repeat(size / 16));
      return () => parseJson(text);
    },
  ],
  [
    'refusing base64 with an error at its end',
    8_000_000,
    (size) => {
      const text = `${'A'.repeat(size)}!`;
      return () => refuses(() => readBase64(text));
    },
  ],
  [
    'reading a type of blanks in a schema',
    16_000_000,
    (size) => {
      const type = `${' '.repeat(size)}x`;
      return () => repairType(type);
    },
  ],
  [
    'reading required names in one text',
    6_000_000,
    (size) => {
      const properties = Object.fromEntries(list(2_000, (index) => [`p${index}`, {}]));
      const required = 'p1999,'.repeat(size / 6);
      return () => repairSchema({ properties, required });
    },
  ],
  [
    'reading a file name of dots',
    16_000_000,
    (size) => {
      const name = `${'.'.repeat(size)}x`;
      return () => sensitivityOfName([name]);
    },
  ],
  [
    'remembering the results for long texts that differ at their ends',
    400,
    (size) => {
      const texts = list(size, (index) => word(index, 20_000));
      const remember = createTextCache(Number.POSITIVE_INFINITY, (text: string) => text.length);
      return () => texts.forEach(remember);
    },
  ],
];

describe('four times the input takes less than eight times as long', function () {
  this.timeout(120_000);

  for (const [what, size, prepare] of CASES) {
    it(`for ${what}`, () => {
      const ratio = growth(size, prepare);
      assert.ok(ratio < MAX_GROWTH, `${ratio.toFixed(2)} times as long`);
    });
  }
});
