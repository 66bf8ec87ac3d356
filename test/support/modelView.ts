/** What the model gets of a conversation, by where it stands: for tests that nothing is lost or changes its place. */
import type { ChatRequest, ContentPart } from '../../src/core/chat.js';
import { toTurns } from '../../src/claude/conversation/transcript.js';
import type { Piece, Place } from './histories.js';

export type ModelView = Readonly<Record<Place, string>>;

/** A block of the Messages API, as far as it is read here. */
export interface Block {
  readonly type: string;
  readonly text?: string;
  readonly input?: unknown;
  readonly source?: { readonly data?: string };
  readonly content?: string | readonly Block[];
}

export interface ViewedMessage {
  readonly role: string;
  readonly content: string | readonly Block[];
}

function blocksOf(content: string | readonly Block[]): readonly Block[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content;
}

const MARKS: readonly (readonly [string, string, Place])[] = [
  ['<system_message>', '</system_message>', 'system'],
  ['<tool_result', '</tool_result>', 'result'],
];

/** @param system the system prompt */
export function modelView(messages: readonly ViewedMessage[], system: string): ModelView {
  const view: Record<Place, string[]> = {
    system: [system],
    user: [],
    assistant: [],
    argument: [],
    result: [],
    attachment: [],
  };
  const read = (block: Block, place: Place): void => {
    if (block.type === 'text') view[place].push(block.text ?? '');
    else if (block.type === 'tool_use') view.argument.push(JSON.stringify(block.input));
    else if (block.type === 'tool_result')
      for (const inner of blocksOf(block.content ?? '')) read(inner, 'result');
    else view.attachment.push(block.source?.data ?? '');
  };
  for (const { role, content } of messages) {
    let place: Place = role === 'assistant' ? 'assistant' : 'user';
    let closing: string | undefined;
    for (const block of blocksOf(content)) {
      const text = block.text ?? '';
      const mark = closing === undefined ? MARKS.find(([opening]) => text.startsWith(opening)) : undefined;
      if (mark !== undefined) [, closing, place] = mark;
      read(block, place);
      if (closing === undefined || !text.endsWith(closing)) continue;
      closing = undefined;
      place = 'user';
    }
  }
  return Object.fromEntries(
    Object.entries(view).map(([place, texts]) => [place, texts.join('\n')]),
  ) as Record<Place, string>;
}

function blockOf(part: ContentPart): Block {
  if (part.type === 'text') return part;
  return { type: part.type, source: { data: dataOf(part) } };
}

function dataOf(part: ContentPart): string {
  switch (part.type) {
    case 'text':
      return part.text;
    case 'image':
      return part.data;
    case 'searchResult':
      return [part.source, part.title, ...part.content.map(dataOf)].join('\n');
    case 'document':
      switch (part.source.type) {
        case 'pdf':
          return part.source.data;
        case 'text':
          return part.source.text;
        case 'parts':
          return part.source.parts.map(dataOf).join('\n');
      }
  }
}

/** The view of a request after the last translation before the CLI. */
export function viewOfRequest({ messages, system }: ChatRequest): ModelView {
  const sent = toTurns(messages).map((turn): ViewedMessage => {
    if (turn.role === 'assistant') {
      const texts = turn.texts.map((text) => ({ type: 'text', text }));
      return {
        role: turn.role,
        content: [...texts, ...turn.calls.map(({ call }) => ({ type: 'tool_use', input: call.arguments }))],
      };
    }
    return {
      role: turn.role,
      content: turn.content.map((part) =>
        part.type === 'toolResult'
          ? { type: 'tool_result', content: part.content.map(blockOf) }
          : blockOf(part),
      ),
    };
  });
  return modelView(sent, system);
}

/** The pieces that are missing, or that stand at another place. */
export function lostPieces(pieces: readonly Piece[], view: ModelView): string[] {
  return pieces.flatMap(({ place, text }) => {
    const found = Object.entries(view)
      .filter(([, shown]) => shown.includes(text))
      .map(([at]) => at);
    return found.length === 1 && found[0] === place
      ? []
      : [`${place} ${text}: ${found.join(', ') || 'lost'}`];
  });
}
