/** Removes the repeated text when the CLI requests an answer again after a lost connection. Pure. */
import { ChatError } from '../../core/errors.js';

/**
 * The text of one answer, across several attempts. If a connection breaks, the CLI requests the answer again: either the
 * whole answer, or only what follows the last complete content block. The client already has the text that the CLI
 * dropped, so the next attempt must begin with the same text.
 */
export class ReplayFilter {
  /** Text that the client has received. */
  #sent = '';
  /** Position in `#sent` up to which the current attempt has repeated it. */
  #position = 0;
  /** Position at which the last complete block ends. */
  #blockEnd = 0;
  /** Position at which the current attempt begins. */
  #attemptStart = 0;
  #hasThinking = false;
  /** Whether an earlier attempt had thinking. */
  #hadThinking = false;

  get isEmpty(): boolean {
    return this.#sent === '';
  }

  /** Another answer begins. */
  reset(): void {
    this.#sent = '';
    this.#position = 0;
    this.#blockEnd = 0;
    this.#attemptStart = 0;
    this.#hasThinking = false;
    this.#hadThinking = false;
  }

  /**
   * Another attempt begins, and replaces the text of the last one, which the client has not received.
   * @returns the number of characters that are void
   */
  replaceAttempt(): number {
    const voided = this.#sent.length - this.#attemptStart;
    this.#sent = this.#sent.slice(0, this.#attemptStart);
    this.startAttempt();
    return voided;
  }

  /** Another attempt begins, which repeats the text of the last one. */
  startAttempt(): void {
    this.#position = this.#attemptStart;
    this.#blockEnd = this.#attemptStart;
    this.#hadThinking = this.#hasThinking;
  }

  /** The whole answer is requested again. */
  restart(): void {
    this.#attemptStart = 0;
    this.startAttempt();
  }

  /** The next attempt continues after the last complete block instead of repeating it. */
  continueAfterLastBlock(): void {
    this.#attemptStart = this.#blockEnd;
  }

  completeBlock(): void {
    this.#blockEnd = this.#position;
  }

  /**
   * @param text the next piece of the current attempt
   * @returns the part of it that the client does not have yet
   * @throws ChatError `cliFailed` if it differs from what the client has, because sent text cannot be taken back
   */
  feed(text: string): string {
    const repeated = Math.min(text.length, this.#sent.length - this.#position);
    if (!this.#sent.startsWith(text.slice(0, repeated), this.#position)) throw differs();
    this.#position += text.length;
    const fresh = text.slice(repeated);
    this.#sent += fresh;
    return fresh;
  }

  /**
   * Thinking may differ between attempts, so only the first attempt that thinks is passed on.
   * @param text the next piece of the current attempt
   * @returns the text, or an empty one if an earlier attempt had thinking
   */
  feedThinking(text: string): string {
    if (text === '' || this.#hadThinking) return '';
    this.#hasThinking = true;
    return text;
  }

  /** The current attempt is complete. @throws ChatError `cliFailed` if it is shorter than what the client has */
  finish(): void {
    if (this.#position < this.#sent.length) throw differs();
  }
}

/** The error for an answer that broke off, and can be requested again. */
export function lostConnection(): ChatError {
  return new ChatError('unreachable', 'The connection to the API broke during the answer. Try again.');
}

function differs(): ChatError {
  return new ChatError(
    'cliFailed',
    'The connection to the API broke and the repeated answer differs from what was already sent. Try again.',
  );
}
