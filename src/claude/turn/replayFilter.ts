/** What the client has of one answer, while the API may lose its thread and say things again. Pure. */
import { ChatError } from '../../core/errors.js';

/**
 * An answer whose connection breaks is asked for again. The CLI then drops it whole, or keeps the blocks that were
 * complete and drops the rest. Either way the client has what was dropped, so the repetition must begin with it.
 */
export class ReplayFilter {
  #sent = '';
  /** How much of it the present attempt has said. */
  #position = 0;
  /** How much of it the CLI will keep: it ends a complete block. */
  #kept = 0;
  /** Where an attempt begins. */
  #base = 0;
  /** Whether thoughts were shown, and whether that was in an attempt before this one. */
  #thought = false;
  #thoughtBefore = false;

  get isEmpty(): boolean {
    return this.#sent === '';
  }

  /** Another answer begins. */
  clear(): void {
    this.#sent = '';
    this.#position = 0;
    this.#kept = 0;
    this.#base = 0;
    this.#thought = false;
    this.#thoughtBefore = false;
  }

  /** The next attempt says again what the last one said. */
  startOver(): void {
    this.#position = this.#base;
    this.#kept = this.#base;
    this.#thoughtBefore = this.#thought;
  }

  /** The next attempt goes on behind the last complete block. */
  resume(): void {
    this.#base = this.#kept;
  }

  /** A block is complete. */
  keep(): void {
    this.#kept = this.#position;
  }

  /**
   * What is new to the client in a piece of the present attempt.
   * @throws ChatError when the attempt says something else than the client has: there is no honest way on
   */
  feed(text: string): string {
    const repeated = Math.min(text.length, this.#sent.length - this.#position);
    if (!this.#sent.startsWith(text.slice(0, repeated), this.#position)) throw differs();
    this.#position += text.length;
    const fresh = text.slice(repeated);
    this.#sent += fresh;
    return fresh;
  }

  /** The same for thoughts, which need not be the same in each attempt: those of the first that had any are shown. */
  feedThought(text: string): string {
    if (text === '' || this.#thoughtBefore) return '';
    this.#thought = true;
    return text;
  }

  /** The present attempt is the whole answer. @throws ChatError when it says less than the client has */
  end(): void {
    if (this.#position < this.#sent.length) throw differs();
  }
}

function differs(): ChatError {
  return new ChatError(
    'cliFailed',
    'The connection to the API broke and the repeated answer differs from what was already sent. Try again.',
  );
}
