/**
 * Converts conversations to what the API takes: alternating turns, with the results of tool calls directly after the calls.
 * Calls are numbered in order, because clients keep, drop or invent ids. Pure.
 */
import type { ChatMessage, ChatRequest, ContentPart, ToolCall } from '../../core/chat.js';
import { CONTINUE } from '../../core/conversation.js';
import { markedResult } from '../../core/markedContent.js';
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
  readonly texts: readonly string[];
  readonly calls: readonly NumberedCall[];
}

export interface NumberedCall {
  readonly number: number;
  readonly call: ToolCall;
}

export type Turn = UserTurn | AssistantTurn;

/** Replaces a message without content, which the API rejects. The CLI uses the same text. */
const NO_CONTENT = '(no content)';

/** A user turn in which the results are where the client sent them. Later messages are added to it. */
interface SentTurn {
  readonly role: 'user';
  readonly content: (NumberedResult | ContentPart)[];
}

/** An assistant turn that later messages are added to. */
interface GrowingAssistantTurn {
  readonly role: 'assistant';
  readonly texts: string[];
  readonly calls: NumberedCall[];
}

/**
 * Converts messages to alternating turns. The first and the last turn are user turns. Consecutive messages of one role become
 * one turn.
 */
export function toTurns(messages: readonly ChatMessage[]): readonly Turn[] {
  const turns: (SentTurn | GrowingAssistantTurn)[] = [];
  const numbers = new Map<string, number>();
  let calls = 0;
  const userTurn = (): SentTurn => {
    const last = turns.at(-1);
    if (last?.role === 'user') return last;
    const turn: SentTurn = { role: 'user', content: [] };
    turns.push(turn);
    return turn;
  };
  const assistantTurn = (): GrowingAssistantTurn => {
    const last = turns.at(-1);
    if (last?.role === 'assistant') return last;
    const turn: GrowingAssistantTurn = { role: 'assistant', texts: [], calls: [] };
    turns.push(turn);
    return turn;
  };
  for (const message of messages) {
    if (message.role === 'user') {
      const { content } = userTurn();
      for (const part of message.content) {
        if (part.type !== 'toolResult') content.push(part);
        else {
          const { callId, ...result } = part;
          content.push({ ...result, call: numbers.get(callId) ?? -1 });
        }
      }
      continue;
    }
    const turn = assistantTurn();
    for (const part of message.content) {
      if (part.type === 'text') turn.texts.push(part.text);
      else {
        numbers.set(part.call.id, calls);
        turn.calls.push({ number: calls++, call: part.call });
      }
    }
  }
  if (turns[0]?.role !== 'user') turns.unshift({ role: 'user', content: [] });
  if (turns.at(-1)?.role !== 'user')
    turns.push({ role: 'user', content: [{ type: 'text', text: CONTINUE }] });
  const results = assignResults(turns);
  return turns.map((turn, i) =>
    turn.role === 'user' ? normalizeUserTurn(turn, callsOf(turns[i - 1]), results) : turn,
  );
}

/** The turns of a request, converted once. */
export const turnsOf = memoize(({ messages }: ChatRequest): readonly Turn[] => toTurns(messages));

function callsOf(turn: SentTurn | AssistantTurn | undefined): readonly NumberedCall[] {
  return turn?.role === 'assistant' ? turn.calls : [];
}

/** The results of a conversation, by the numbers of their calls. */
interface Results {
  /** The results that are put directly after their calls. */
  readonly direct: ReadonlyMap<number, NumberedResult>;
  /** The calls whose result stays in a later turn, which would be empty without it. */
  readonly late: ReadonlySet<number>;
  readonly names: ReadonlyMap<number, string>;
}

function assignResults(turns: readonly (SentTurn | AssistantTurn)[]): Results {
  const direct = new Map<number, NumberedResult>();
  const late = new Set<number>();
  const names = new Map(turns.flatMap(callsOf).map(({ number, call }) => [number, call.name]));
  turns.forEach((turn, i) => {
    if (turn.role !== 'user') return;
    const own = new Set(callsOf(turns[i - 1]).map(({ number }) => number));
    const hasOther =
      own.size > 0 ||
      turn.content.some((part) => (part.type === 'toolResult' ? part.call < 0 : !isBlankText(part)));
    for (const part of turn.content) {
      if (part.type !== 'toolResult' || part.call < 0 || direct.has(part.call) || late.has(part.call))
        continue;
      if (own.has(part.call) || hasOther) direct.set(part.call, part);
      else late.add(part.call);
    }
  });
  return { direct, late, names };
}

/**
 * Puts one result for each call of the previous turn first, removes blank text, and fills an empty turn. The API rejects
 * anything else, but some clients send results late, as plain text, twice, or not at all. Images, documents and search
 * results of a failed call follow the results.
 */
function normalizeUserTurn(
  turn: SentTurn,
  calls: readonly NumberedCall[],
  { direct, late, names }: Results,
): UserTurn {
  const rest = turn.content.flatMap((part): readonly ContentPart[] => {
    if (part.type !== 'toolResult') return isBlankText(part) ? [] : [part];
    if (direct.get(part.call) === part) return [];
    return markedResult(names.get(part.call) ?? '', withoutBlank(part.content));
  });
  const answered = calls.map(({ number }) => {
    const result = direct.get(number);
    if (result !== undefined) return { ...result, content: withoutBlank(resultContent(result)) };
    if (late.has(number)) return textResult(number, 'The result is in a later message.');
    return textResult(
      number,
      rest.length > 0 ? 'There is no separate result; see the message.' : 'There is no result.',
    );
  });
  const shown = calls.flatMap(({ number }) => {
    const moved = shownByFailure(direct.get(number));
    return moved.length > 0 ? markedResult(names.get(number) ?? '', moved) : [];
  });
  const content = [...answered, ...shown, ...rest];
  return { role: 'user', content: content.length > 0 ? content : [{ type: 'text', text: NO_CONTENT }] };
}

/** What a failed result contains besides text. The API takes only its text there, and the CLI drops the rest. */
function shownByFailure(result: NumberedResult | undefined): ContentPart[] {
  return result?.isError === true ? result.content.filter((part) => part.type !== 'text') : [];
}

function resultContent(result: NumberedResult): readonly ContentPart[] {
  if (shownByFailure(result).length === 0) return result.content;
  const texts = withoutBlank(result.content).filter((part) => part.type === 'text');
  return texts.length > 0 ? texts : [{ type: 'text', text: 'The result is in this message.' }];
}

function withoutBlank(content: readonly ContentPart[]): ContentPart[] {
  return content.filter((part) => !isBlankText(part));
}

function isBlankText(part: ContentPart): boolean {
  return part.type === 'text' && isBlank(part.text);
}

/** Whether the API refuses a text as a block of its own. */
export function isBlank(text: string): boolean {
  return text.trim() === '';
}

function textResult(call: number, text: string): NumberedResult {
  return { type: 'toolResult', call, content: [{ type: 'text', text }], isError: false };
}

/** The texts, with a blank one at the end of the text before it, or at the beginning of the first one that is not blank. */
export function joinBlank(texts: readonly string[]): readonly string[] {
  const joined: string[] = [];
  let start = '';
  for (const text of texts) {
    if (!isBlank(text)) {
      joined.push(start + text);
      start = '';
    } else if (joined.length === 0) start += text;
    else joined.push(joined.pop() + text);
  }
  return joined;
}
