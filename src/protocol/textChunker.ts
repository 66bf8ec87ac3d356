/** Divides the text of an answer into chunks that every client can read: whole characters, of bounded length. */

export type TextKind = 'text' | 'thinking';

/** Not empty, of bounded length, and never ending within a character that the next chunk completes. */
export interface TextChunk {
  readonly type: TextKind;
  readonly text: string;
}

/** Has state: create one for each answer and pass it the text in order. */
export interface TextChunker {
  /** Adds text. Returns the chunks that can be sent now; the first half of a surrogate pair waits for its other half. */
  push(type: TextKind, text: string): TextChunk[];
  /** Returns the waiting half, if any. To be called before something other than text is sent. */
  flush(): TextChunk[];
}

/**
 * In UTF-16 code units. JSON needs at most 6 bytes for one, and Ollama's Go client refuses lines of 8,000,000 bytes or
 * more (`maxBufferSize` in api/client.go).
 */
const MAX_CHUNK_LENGTH = 1_000_000;

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

/** Splits text into pieces of at most `maxLength` UTF-16 code units (at least 2), never within a surrogate pair. */
export function splitText(text: string, maxLength: number): string[] {
  if (text.length <= maxLength) return [text];
  const pieces: string[] = [];
  for (let start = 0; start < text.length;) {
    let end = Math.min(start + maxLength, text.length);
    if (end < text.length && isHighSurrogate(text.charCodeAt(end - 1))) end -= 1;
    pieces.push(text.slice(start, end));
    start = end;
  }
  return pieces;
}

export function createTextChunker(): TextChunker {
  let half: TextChunk | undefined;

  const flush = (): TextChunk[] => {
    const waiting = half === undefined ? [] : [half];
    half = undefined;
    return waiting;
  };

  return {
    push(type, text) {
      const before = half?.type === type ? [] : flush();
      let ready = (half?.text ?? '') + text;
      half = undefined;
      if (ready !== '' && isHighSurrogate(ready.charCodeAt(ready.length - 1))) {
        half = { type, text: ready.slice(-1) };
        ready = ready.slice(0, -1);
      }
      if (ready === '') return before;
      return [...before, ...splitText(ready, MAX_CHUNK_LENGTH).map((piece) => ({ type, text: piece }))];
    },
    flush,
  };
}
