/** Compares turns. Pure. */
import type { ContentPart, DocumentPart, TextPart } from '../../core/chat.js';
import { canonicalJson, type Json, withDigits } from '../../core/json.js';
import { memoize } from '../../core/memoize.js';
import { isBlank, type Turn } from './transcript.js';

/**
 * A string for comparing turns: equal if, and only if, the CLI is sent the same (`outgoing.ts`). Ids of calls and the order of
 * keys do not count. Texts that follow each other are compared as one, because clients join the parts of a message, or cut it
 * into others, when they send it back.
 */
export const canonicalTurn = memoize((turn: Turn): string => {
  if (turn.role === 'assistant') {
    return canonicalJson([
      turn.texts.every(isBlank) ? '' : turn.texts.join(''),
      turn.calls.map(({ number, call }): Json => [number, call.name, withDigits(call.arguments)]),
    ]);
  }
  return canonicalJson(
    joined(turn.content).map((part): Json => {
      if (part.type !== 'toolResult') return comparable(part);
      return [part.call, part.isError, joined(part.content).map(comparable)];
    }),
  );
});

/** The parts, with texts that follow each other as one. */
function joined<T extends { readonly type: string }>(parts: readonly (T | TextPart)[]): (T | TextPart)[] {
  const all: (T | TextPart)[] = [];
  let texts: string[] = [];
  const endText = (): void => {
    if (texts.length > 0) all.push({ type: 'text', text: texts.join('') });
    texts = [];
  };
  for (const part of parts) {
    if (isTextPart(part)) texts.push(part.text);
    else {
      endText();
      all.push(part);
    }
  }
  endText();
  return all;
}

function isTextPart(part: { readonly type: string }): part is TextPart {
  return part.type === 'text';
}

function comparable(part: ContentPart): Json {
  switch (part.type) {
    case 'text':
      return part.text;
    case 'image':
      return [part.mediaType, part.data];
    case 'document': {
      const { source, title = null, context = null } = part;
      return [source.type, comparableSource(source), title, context];
    }
    case 'searchResult':
      return [part.type, part.source, part.title, part.content.map(comparable)];
  }
}

function comparableSource(source: DocumentPart['source']): Json {
  switch (source.type) {
    case 'pdf':
      return source.data;
    case 'text':
      return source.text;
    case 'parts':
      return source.parts.map(comparable);
  }
}
