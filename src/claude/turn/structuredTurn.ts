/** The answer of a turn that is to be JSON: which text of the model is the answer, and whether it matches its schema. Pure. */
import { ChatError } from '../../core/errors.js';
import type { StructuredAnswer } from './structuredOutput.js';
import type { RejectedAnswer } from './turnOutput.js';
import type { ChatTurn } from './turnReaderOptions.js';

export class StructuredTurn {
  readonly #answer: StructuredAnswer;
  /** Absent in the workspace lane, where the CLI checks the answer. */
  readonly #chat: ChatTurn | undefined;
  /** The JSON of the answer so far. */
  #json = '';
  #callId = '';
  /** Whether an answer is complete. */
  #complete = false;
  /** Plain text of the message. It becomes the answer only if there is no JSON. */
  #plainText = '';
  #rejected: RejectedAnswer | undefined;

  constructor(answer: StructuredAnswer, chat: ChatTurn | undefined) {
    this.#answer = answer;
    this.#chat = chat;
  }

  /** Set if the answer does not match its schema and was kept back. */
  get rejected(): RejectedAnswer | undefined {
    return this.#rejected;
  }

  /** Another message begins. */
  startMessage(): void {
    this.#answer.startMessage();
    this.#json = '';
    this.#plainText = '';
  }

  /** Another content block begins. @param call `undefined` if the block is not a call */
  startBlock(call: { readonly id: string; readonly name: string } | undefined): void {
    this.#answer.startBlock(call?.name);
    if (call !== undefined && this.#answer.inAnswer) this.#callId = call.id;
  }

  addPlainText(text: string): void {
    this.#plainText += text;
  }

  /**
   * Adds a piece of the input of the current block.
   * @returns the text for the client
   * @throws ChatError `cliFailed` if the CLI makes the model answer again: the client already has the first JSON, which the
   *   second one cannot replace
   */
  feed(json: string): string {
    if (!this.#answer.inAnswer) return '';
    if (this.#complete && json !== '') {
      throw new ChatError(
        'cliFailed',
        "The model's JSON did not match the schema and was repeated. Try again.",
      );
    }
    return this.#add(this.#answer.feed(json));
  }

  /**
   * The message is complete.
   * @param wasCut whether a limit ended it, so that its JSON need not be complete
   * @returns the text for the client
   * @throws ChatError `cliFailed` for JSON that does not match the schema, if the client already has a part of it
   */
  endMessage({ wasCut }: { wasCut: boolean }): string {
    let rest = this.#add(this.#answer.flush());
    // In the workspace lane the CLI makes the model answer again.
    if (this.#json === '' && this.#chat !== undefined && this.#callId !== '' && !wasCut) {
      // A call without any input is one with an empty object.
      rest = this.#add(this.#answer.withoutWrapper() || '{}');
    }
    if (this.#json === '') return this.#chat === undefined ? '' : this.#takePlainText();
    this.#complete = true;
    if (!wasCut && !this.#matches()) return '';
    return this.#chat?.keepsBack === true ? this.#json : rest;
  }

  /** Adds a whole answer that did not stream. For the result and errors see `endMessage`. */
  addWhole(callId: string, input: unknown): string {
    if (this.#json !== '') return '';
    this.#callId = callId;
    this.#json = this.#answer.fromInput(input);
    this.#complete = true;
    return this.#matches() ? this.#json : '';
  }

  /** The turn is over. @param output what the CLI reports as the answer @returns what the client does not have yet */
  finish(output: unknown): string {
    if (this.#complete) return '';
    return output === undefined ? this.#takePlainText() : this.#answer.fromInput(output);
  }

  #add(text: string): string {
    this.#json += text;
    return this.#chat?.keepsBack === true ? '' : text;
  }

  #takePlainText(): string {
    const text = this.#plainText;
    this.#plainText = '';
    return text;
  }

  #matches(): boolean {
    const problem = this.#chat?.checkAnswer?.(this.#json);
    if (problem === undefined) return true;
    if (this.#chat?.keepsBack !== true) throw doesNotMatch(problem);
    this.#rejected = { callId: this.#callId, problem };
    return false;
  }
}

/** The error for JSON that does not match its schema. */
export function doesNotMatch(problem: string): ChatError {
  return new ChatError('cliFailed', `The model's JSON does not match the schema: ${problem}. Try again.`);
}
