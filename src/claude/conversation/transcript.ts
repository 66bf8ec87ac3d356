/**
 * Brings conversations into a canonical form, so that they can be compared: alternating turns, tool calls numbered in order
 * (because clients keep, drop or invent ids), and JSON objects with sorted keys. Pure.
 */
import type { ChatMessage, ContentPart, ToolCall } from '../../core/chat.js';
import { canonicalJson, type Json } from '../../core/json.js';
import { memoize } from '../../core/memoize.js';

/** The result of a tool call. `call` is the number of the call in the conversation, counted from 0. */
export interface NumberedResult {
  readonly type: 'toolResult';
  readonly call: number;
  readonly content: readonly ContentPart[];
  readonly isError: boolean;
}

export interface UserTurn {
  readonly role: 'user';
  /** Tool results come first: the API requires them directly after their calls. */
  readonly content: readonly (NumberedResult | ContentPart)[];
}

export interface AssistantTurn {
  readonly role: 'assistant';
  readonly text: string;
  readonly calls: readonly NumberedCall[];
}

export interface NumberedCall {
  readonly number: number;
  readonly call: ToolCall;
}

export type Turn = UserTurn | AssistantTurn;

/** Replaces a message without content, which the API rejects. The CLI uses the same text. */
const NO_CONTENT = '(no content)';

/** Added after a final assistant message: Claude cannot continue it without a user turn. */
const CONTINUE = 'Continue exactly where you stopped.';

/**
 * Converts messages to alternating turns. The first and the last turn are user turns. Consecutive messages of one role become
 * one turn.
 */
export function toTurns(messages: readonly ChatMessage[]): Turn[] {
  const turns: Turn[] = [];
  const numbers = new Map<string, number>();
  let calls = 0;
  for (const message of messages) {
    const last = turns.at(-1);
    if (message.role === 'user') {
      const content = message.content.map((part) => {
        if (part.type !== 'toolResult') return part;
        const { callId, ...result } = part;
        return { ...result, call: numbers.get(callId) ?? -1 };
      });
      if (last?.role === 'user')
        turns[turns.length - 1] = { role: 'user', content: [...last.content, ...content] };
      else turns.push({ role: 'user', content });
      continue;
    }
    const text = message.content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('');
    const made = message.content.flatMap((part) => (part.type === 'toolCall' ? [part.call] : []));
    const numbered = made.map((call) => {
      const number = calls++;
      numbers.set(call.id, number);
      return { number, call };
    });
    if (last?.role === 'assistant') {
      turns[turns.length - 1] = { ...last, text: last.text + text, calls: [...last.calls, ...numbered] };
    } else turns.push({ role: 'assistant', text, calls: numbered });
  }
  if (turns[0]?.role !== 'user') turns.unshift({ role: 'user', content: [] });
  if (turns.at(-1)?.role !== 'user')
    turns.push({ role: 'user', content: [{ type: 'text', text: CONTINUE }] });
  return turns.map((turn, i) =>
    turn.role === 'user' ? normalizeUserTurn(turn, callsOf(turns[i - 1])) : turn,
  );
}

function callsOf(turn: Turn | undefined): number[] {
  return turn?.role === 'assistant' ? turn.calls.map(({ number }) => number) : [];
}

/**
 * Puts one result for each call of the previous turn first, removes blank text, and fills an empty turn. The API rejects
 * anything else, but some clients send results as plain text or omit them.
 */
function normalizeUserTurn(turn: UserTurn, calls: readonly number[]): UserTurn {
  const results = new Map<number, NumberedResult>();
  const rest: ContentPart[] = [];
  for (const part of turn.content) {
    if (part.type !== 'toolResult') {
      if (!isBlank(part)) rest.push(part);
    } else if (calls.includes(part.call) && !results.has(part.call)) {
      results.set(part.call, { ...part, content: part.content.filter((inner) => !isBlank(inner)) });
    } else rest.push(...part.content.filter((inner) => !isBlank(inner)));
  }
  const answered = calls.map((call) => results.get(call) ?? missingResult(call, rest.length > 0));
  const content = [...answered, ...rest];
  return { role: 'user', content: content.length > 0 ? content : [{ type: 'text', text: NO_CONTENT }] };
}

function isBlank(part: ContentPart): boolean {
  return part.type === 'text' && part.text.trim() === '';
}

function missingResult(call: number, hasOtherContent: boolean): NumberedResult {
  const text = hasOtherContent ? 'There is no separate result; see the message.' : 'There is no result.';
  return { type: 'toolResult', call, content: [{ type: 'text', text }], isError: false };
}

/** A string for comparing turns: equal for equal turns only. */
export const canonicalTurn = memoize((turn: Turn): string => {
  if (turn.role === 'assistant') {
    return canonicalJson([
      turn.text,
      turn.calls.map(({ number, call }): Json => [number, call.name, call.arguments]),
    ]);
  }
  return canonicalJson(
    turn.content.map((part): Json => {
      if (part.type !== 'toolResult') return comparable(part);
      return [part.call, part.isError, part.content.map(comparable)];
    }),
  );
});

function comparable(part: ContentPart): Json {
  switch (part.type) {
    case 'text':
      return part.text;
    case 'image':
      return [part.mediaType, part.data];
    case 'document': {
      const { source, title = null, context = null } = part;
      return [source.type, source.type === 'pdf' ? source.data : source.text, title, context];
    }
  }
}
