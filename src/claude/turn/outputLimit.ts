/** Applies the request's stop sequences and token limit, which the CLI cannot be given per request. Pure. */
import type { ChatEvent } from '../../core/chat.js';
import { isAscii, estimateFromCounts } from '../../core/tokenEstimate.js';
import { createStopMatcher, type FoundStop, type StopMatcher } from './stopMatcher.js';
import type { LimitReached, TurnOutput } from './turnOutput.js';

/** The part of a text within the limits. `reason` is set if a limit was reached, so that no text follows. */
export interface LimitedText {
  readonly text: string;
  readonly reason?: LimitReached['reason'];
  readonly stopSequence?: string;
}

export class OutputLimit {
  readonly #stops: StopMatcher;
  readonly #maxTokens: number;
  /** Text that may belong to a stop sequence. */
  #pending = '';
  /** The position of `#pending` in the text of the matcher. */
  #passed = 0;
  #asciiCount = 0;
  #nonAsciiCount = 0;

  /**
   * @param stops the answer ends before the first of these; empty ones are ignored
   * @param maxTokens most tokens of the answer. Estimated, because the CLI reports counts only at the end
   */
  constructor(stops: readonly string[], maxTokens: number | undefined) {
    this.#stops = createStopMatcher(stops.filter((stop) => stop !== ''));
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
    const found = this.#stops.feed(piece);
    if (found !== undefined) return this.#endText(text, found);
    const decided = this.#stops.undecidedFrom - this.#passed;
    this.#pending = text.slice(decided);
    this.#passed += decided;
    return this.#limitTokens(text.slice(0, decided));
  }

  /** The text that was kept back, when no more text follows. */
  flush(): LimitedText {
    return this.#endText(this.#pending, this.#stops.end());
  }

  /** @param text from `#passed` on */
  #endText(text: string, found: FoundStop | undefined): LimitedText {
    const end = found === undefined ? text.length : found.at - this.#passed;
    this.#pending = '';
    this.#passed = 0;
    return this.#limitTokens(text.slice(0, end), found?.stop);
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
