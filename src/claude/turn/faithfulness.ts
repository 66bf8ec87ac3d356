/**
 * Whether the conversation of the CLI contains exactly what the client sent and what the client got, so that it may continue
 * (issue 13). Judged by the structure of a turn. Pure.
 */
import type { Usage } from '../../core/chat.js';
import type { CliMessageOf } from '../process/incoming.js';

/** The content blocks whose content the client gets, or is not meant to get. */
const KNOWN_BLOCKS: ReadonlySet<string> = new Set(['text', 'thinking', 'redacted_thinking', 'tool_use']);

export class Faithfulness {
  readonly #isChat: boolean;
  #messages = 0;
  #broken = false;

  /** @param lane in the chat lane a turn is one message of the model, and the CLI adds nothing */
  constructor(lane: 'chat' | 'workspace') {
    this.#isChat = lane === 'chat';
  }

  get faithful(): boolean {
    return !this.#broken && (!this.#isChat || this.#messages === 1);
  }

  /** In the chat lane: whether a message of the model was cut, and requested again. */
  get isRepeated(): boolean {
    return this.#isChat && this.#messages > 1;
  }

  /** Whether the model has begun to answer. */
  get hasBegun(): boolean {
    return this.#messages > 0;
  }

  /** A message of the model begins, perhaps the same one again. */
  onMessage(): void {
    this.#messages++;
  }

  /** A content block begins. */
  onBlock(type: string): void {
    this.#broken ||= !KNOWN_BLOCKS.has(type);
  }

  /** The CLI adds a message: results of its tools, or one that asks the model to go on. */
  onAddedMessage({ isSynthetic }: CliMessageOf<'user'>): void {
    this.#broken ||= this.#isChat || isSynthetic === true;
  }

  /** The client does not get all of the answer: it ends before the CLI ends it, or a call is left out. */
  onOmission(): void {
    this.#broken = true;
  }

  /** The turn is over. Other counts mean that the CLI sent a request that it did not report. */
  onResult(counted: Usage | undefined, reported: Usage): void {
    if (!this.#isChat || counted === undefined) return;
    const { promptTokens, outputTokens } = counted;
    this.#broken ||= promptTokens !== reported.promptTokens || outputTokens !== reported.outputTokens;
  }
}
