/** Ends an answer where the client said, which the CLI cannot be told per request. Pure. */
import type { ChatEvent } from '../../core/chat.js';
import { isAscii, estimateFromCounts } from '../../core/tokenEstimate.js';
import type { Cut, TurnStep } from './turnStep.js';

/** What became of a piece of text: what may be shown, and why nothing more will be. */
export interface Limited {
  readonly text: string;
  readonly cut?: 'stop' | 'length';
  /** With `stop`: which sequence it was. */
  readonly stopSequence?: string;
}

export class OutputLimit {
  readonly #stops: readonly string[];
  readonly #maxTokens: number;
  /** Might be the beginning of a stop sequence, so it is not shown yet. */
  #held = '';
  #ascii = 0;
  #beyond = 0;

  /**
   * @param stops the answer ends before the first of them; empty ones do not count
   * @param maxTokens tokens after which it ends; estimated, because the CLI tells counts only at the end
   */
  constructor(stops: readonly string[], maxTokens: number | undefined) {
    this.#stops = stops.filter((stop) => stop !== '');
    this.#maxTokens = maxTokens ?? Number.POSITIVE_INFINITY;
  }

  /** Estimated tokens of what was shown. */
  get tokens(): number {
    return estimateFromCounts(this.#ascii, this.#beyond);
  }

  /** The events of a step within the limit; `cut` comes last, where the answer ends here. */
  *pass(step: TurnStep): Generator<ChatEvent | Cut, void, void> {
    for (const event of step.events) {
      if (event.type === 'thinking' || event.type === 'usage') yield event;
      else yield* event.type === 'text' ? this.#say(this.feed(event.text)) : this.#before(event);
    }
    if (step.end !== undefined) yield* this.#say(this.flush());
  }

  *#before(event: ChatEvent): Generator<ChatEvent | Cut, void, void> {
    yield* this.#say(this.flush());
    yield event;
  }

  *#say({ text, cut, stopSequence }: Limited): Generator<ChatEvent | Cut, void, void> {
    if (text !== '') yield { type: 'text', text };
    if (cut === undefined) return;
    yield { type: 'cut', reason: cut, ...(stopSequence === undefined ? {} : { stopSequence }) };
  }

  feed(piece: string): Limited {
    const text = this.#held + piece;
    const first = this.#firstStop(text);
    if (first !== undefined) {
      this.#held = '';
      return this.#show(text.slice(0, first.at), first.stop);
    }
    const open = this.#openAt(text);
    this.#held = text.slice(open);
    return this.#show(text.slice(0, open));
  }

  /** What was held back, when no more text can follow it. */
  flush(): Limited {
    const text = this.#held;
    this.#held = '';
    return this.#show(text);
  }

  /** The stop sequence that begins first; of several that begin there, the first in the request. */
  #firstStop(text: string): { readonly at: number; readonly stop: string } | undefined {
    return this.#stops
      .map((stop) => ({ at: text.indexOf(stop), stop }))
      .filter(({ at }) => at >= 0)
      .reduce<{ at: number; stop: string } | undefined>(
        (first, found) => (first === undefined || found.at < first.at ? found : first),
        undefined,
      );
  }

  /** Where the longest end of the text begins that a stop sequence could begin with. */
  #openAt(text: string): number {
    const longest = Math.max(0, ...this.#stops.map((stop) => stop.length - 1));
    for (let at = Math.max(0, text.length - longest); at < text.length; at++) {
      if (this.#stops.some((stop) => stop.startsWith(text.slice(at)))) return at;
    }
    return text.length;
  }

  #show(text: string, stopSequence?: string): Limited {
    let end = 0;
    for (const character of text) {
      const ascii = this.#ascii + (isAscii(character) ? 1 : 0);
      const beyond = this.#beyond + (isAscii(character) ? 0 : 1);
      if (estimateFromCounts(ascii, beyond) > this.#maxTokens)
        return { text: text.slice(0, end), cut: 'length' };
      this.#ascii = ascii;
      this.#beyond = beyond;
      end += character.length;
    }
    return stopSequence === undefined ? { text } : { text, cut: 'stop', stopSequence };
  }
}
