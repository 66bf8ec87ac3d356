/** The events for the text of one answer, across the attempts to get it: text or JSON, and thinking. Pure. */
import type { ChatEvent } from '../../core/chat.js';
import { ReplayFilter } from './replayFilter.js';
import { StructuredTurn } from './structuredTurn.js';
import type { RejectedAnswer } from './turnOutput.js';
import type { TurnReaderOptions } from './turnReaderOptions.js';

export class AnswerText {
  readonly #sent: ReplayFilter;
  readonly #structured: StructuredTurn | undefined;
  readonly #buffered: boolean;
  #hasText = false;

  constructor({ chat, structured, buffered }: TurnReaderOptions) {
    this.#sent = chat?.sent ?? new ReplayFilter();
    this.#structured = structured && new StructuredTurn(structured, chat);
    this.#buffered = buffered === true;
  }

  /** Whether the client has no text of the answer yet. */
  get isEmpty(): boolean {
    return this.#sent.isEmpty;
  }

  /** Whether the current message has text other than white space. */
  get hasText(): boolean {
    return this.#hasText;
  }

  /** Set if a structured answer does not match its schema and was kept back. */
  get rejected(): RejectedAnswer | undefined {
    return this.#structured?.rejected;
  }

  /**
   * A message begins.
   * @param after the message before: `cut` if it is requested again
   * @returns how many characters at the end of the text are void
   */
  startMessage(after: 'none' | 'cut' | 'complete'): number {
    this.#structured?.startMessage();
    this.#hasText = false;
    if (after === 'complete') this.#sent.reset();
    else if (after === 'cut' && this.#buffered) return this.#sent.replaceAttempt();
    else if (after === 'cut') this.#sent.startAttempt();
    return 0;
  }

  /** A content block begins. @param call `undefined` if the block is not a call */
  startBlock(call: { readonly id: string; readonly name: string } | undefined): void {
    this.#structured?.startBlock(call);
  }

  completeBlock(): void {
    this.#sent.completeBlock();
  }

  /** The next message continues after the last complete block of a message that was cut. */
  continueAfterLastBlock(): void {
    this.#sent.continueAfterLastBlock();
  }

  onText(text: string): ChatEvent[] {
    this.#hasText ||= text.trim() !== '';
    if (this.#structured === undefined) return this.#text(text);
    this.#structured.addPlainText(text);
    return [];
  }

  onThinking(text: string): ChatEvent[] {
    const fresh = this.#sent.feedThinking(text);
    return fresh === '' ? [] : [{ type: 'thinking', text: fresh }];
  }

  /** A piece of the input of a tool call. */
  onJson(json: string): ChatEvent[] {
    return this.#text(this.#structured?.feed(json) ?? '');
  }

  /** A whole structured answer that did not stream. */
  onWholeAnswer(callId: string, input: unknown): ChatEvent[] {
    return this.#text(this.#structured?.addWhole(callId, input) ?? '');
  }

  /** The message is complete. @throws ChatError if it does not contain all text that the client already has */
  endMessage({ wasCut }: { wasCut: boolean }): ChatEvent[] {
    const events = this.#text(this.#structured?.endMessage({ wasCut }) ?? '');
    this.#sent.finish();
    return events;
  }

  /** The turn is over. @param structuredOutput what the CLI reports as the structured answer */
  endTurn(structuredOutput: unknown, { isCut }: { isCut: boolean }): ChatEvent[] {
    if (isCut) this.#sent.finish();
    return this.#text(this.#structured?.finish(structuredOutput) ?? '');
  }

  #text(text: string): ChatEvent[] {
    const fresh = this.#sent.feed(text);
    return fresh === '' ? [] : [{ type: 'text', text: fresh }];
  }
}
