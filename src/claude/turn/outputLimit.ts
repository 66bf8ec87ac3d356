/** Applies the request's stop sequences and token limit, which the CLI cannot be given per request. Pure. */
import type { ChatEvent } from '../../core/chat.js';
import { isAscii, estimateFromCounts } from '../../core/tokenEstimate.js';
import type { LimitReached, TurnOutput } from './turnOutput.js';

/** The part of a text within the limits. `reason` is set if a limit was reached, so that no text follows. */
export interface LimitedText {
  readonly text: string;
  readonly reason?: LimitReached['reason'];
  readonly stopSequence?: string;
}

export class OutputLimit {
  readonly #stops: readonly string[];
  readonly #maxTokens: number;
  /** Text that may be the beginning of a stop sequence. */
  #pending = '';
  #asciiCount = 0;
  #nonAsciiCount = 0;

  /**
   * @param stops the answer ends before the first of these; empty ones are ignored
   * @param maxTokens most tokens of the answer. Estimated, because the CLI reports counts only at the end
   */
  constructor(stops: readonly string[], maxTokens: number | undefined) {
    this.#stops = stops.filter((stop) => stop !== '');
    this.#maxTokens = maxTokens ?? Number.POSITIVE_INFINITY;
  }

  /** Estimated tokens of the text so far. */
  get tokens(): number {
    return estimateFromCounts(this.#asciiCount, this.#nonAsciiCount);
  }

  /** The events within the limits; the last one is `limitReached` if the answer ends here. */
  *apply(output: TurnOutput): Generator<ChatEvent | LimitReached, void, void> {
    for (const event of output.events) {
      if (event.type === 'text') yield* toEvents(this.feed(event.text));
      else {
        // A tool call ends the text before it.
        if (event.type !== 'thinking' && event.type !== 'usage') yield* toEvents(this.flush());
        yield event;
      }
    }
    if (output.end !== undefined) yield* toEvents(this.flush());
  }

  /** Adds text of the answer. The end of it is kept back while it may be the beginning of a stop sequence. */
  feed(piece: string): LimitedText {
    const text = this.#pending + piece;
    const found = this.#firstStop(text);
    const at = this.#partialStopAt(text);
    // A stop sequence that may begin before the one that was found would end the text earlier.
    if (found !== undefined && found.at <= at) {
      this.#pending = '';
      return this.#limitTokens(text.slice(0, found.at), found.stop);
    }
    this.#pending = text.slice(at);
    return this.#limitTokens(text.slice(0, at));
  }

  /** The text that was kept back, when no more text follows. */
  flush(): LimitedText {
    const text = this.#pending;
    this.#pending = '';
    const found = this.#firstStop(text);
    return this.#limitTokens(text.slice(0, found?.at), found?.stop);
  }

  /** The stop sequence with the lowest position; at equal positions, the first one of the request. */
  #firstStop(text: string): { readonly at: number; readonly stop: string } | undefined {
    return this.#stops
      .map((stop) => ({ at: text.indexOf(stop), stop }))
      .filter(({ at }) => at >= 0)
      .reduce<{ at: number; stop: string } | undefined>(
        (first, found) => (first === undefined || found.at < first.at ? found : first),
        undefined,
      );
  }

  /** The position of the longest suffix that is a proper prefix of a stop sequence. */
  #partialStopAt(text: string): number {
    const longest = Math.max(0, ...this.#stops.map((stop) => stop.length - 1));
    for (let at = Math.max(0, text.length - longest); at < text.length; at++) {
      if (this.#stops.some((stop) => stop.startsWith(text.slice(at)))) return at;
    }
    return text.length;
  }

  #limitTokens(text: string, stopSequence?: string): LimitedText {
    let end = 0;
    for (const character of text) {
      const asciiCount = this.#asciiCount + (isAscii(character) ? 1 : 0);
      const nonAsciiCount = this.#nonAsciiCount + (isAscii(character) ? 0 : 1);
      if (estimateFromCounts(asciiCount, nonAsciiCount) > this.#maxTokens) {
        return { text: text.slice(0, end), reason: 'length' };
      }
      this.#asciiCount = asciiCount;
      this.#nonAsciiCount = nonAsciiCount;
      end += character.length;
    }
    return stopSequence === undefined ? { text } : { text, reason: 'stop', stopSequence };
  }
}

function* toEvents({ text, reason, stopSequence }: LimitedText): Generator<ChatEvent | LimitReached> {
  if (text !== '') yield { type: 'text', text };
  if (reason === undefined) return;
  yield { type: 'limitReached', reason, ...(stopSequence === undefined ? {} : { stopSequence }) };
}
