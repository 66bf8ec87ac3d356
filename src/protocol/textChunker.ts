/** The words of an answer on their way to a client, in pieces that every client can read. Pure. */
import { isHighSurrogate, pieces, TEXT_PER_LINE } from './ndjson.js';

/** What the model says, or what it thinks. */
export type TextChunkerOutput = 'text' | 'thinking';

/** A piece of one voice: not empty, bounded, and never one half of a character beside the other half. */
export interface TextChunk {
  readonly type: TextChunkerOutput;
  readonly text: string;
}

/** Has state: one an answer, its words in their order. */
export interface TextChunker {
  /** The pieces that may be sent now. Half of a surrogate pair waits for its other half. */
  say(type: TextChunkerOutput, more: string): TextChunk[];
  /** What still waits when something other than words follows. It is a lone half then, and the client gets it. */
  flush(): TextChunk[];
}

export function createTextChunker(): TextChunker {
  let half: TextChunk | undefined;

  const flush = (): TextChunk[] => {
    const waiting = half === undefined ? [] : [half];
    half = undefined;
    return waiting;
  };

  return {
    say(type, more) {
      const before = half?.type === type ? [] : flush();
      let text = (half?.text ?? '') + more;
      half = undefined;
      if (text !== '' && isHighSurrogate(text.charCodeAt(text.length - 1))) {
        half = { type, text: text.slice(-1) };
        text = text.slice(0, -1);
      }
      if (text === '') return before;
      return [...before, ...pieces(text, TEXT_PER_LINE).map((piece) => ({ type, text: piece }))];
    },
    flush,
  };
}
