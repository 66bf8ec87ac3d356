/**
 * How a message of the model ends a turn. After some messages the CLI asks the model again without being told to: to go on
 * after a limit, for a visible answer, to reconsider a refusal, to repeat a call that it cannot run. Pure.
 */
import type { DoneReason } from '../../core/chat.js';
import { ChatError } from '../../core/errors.js';
import type { CliMessageOf } from '../process/incoming.js';
import { STRUCTURED_OUTPUT_TOOL } from './structuredOutput.js';
import { inputOf, ToolCallBuffer, type StreamedCall } from './toolCallBuffer.js';

/** A message that the API has completed. */
export interface CompleteMessage {
  /** The `stop_reason` of the API. */
  readonly stopReason: string;
  /** Whether it has text other than white space. */
  readonly hasText: boolean;
  readonly calls: Iterable<StreamedCall>;
}

/** The stop reasons that end an answer early, in either lane. */
const EARLY_ENDS: Readonly<Record<string, DoneReason>> = {
  max_tokens: 'length',
  model_context_window_exceeded: 'contextFull',
  refusal: 'refusal',
};

/**
 * The reason of an answer that ends with this message although the CLI would go on. `undefined`: the CLI ends the turn, or
 * it runs a tool of its own.
 */
export function earlyEnd(stopReason: string): DoneReason | undefined {
  return EARLY_ENDS[stopReason];
}

/**
 * The same for the chat lane, where a turn is one message of the model.
 * @param isOffered whether the model may call a tool of that name
 * @throws ChatError `cliFailed` for calls that no client can answer
 */
export function earlyChatEnd(
  message: CompleteMessage,
  isOffered: (tool: string) => boolean,
): DoneReason | undefined {
  const { stopReason, hasText } = message;
  const early = earlyEnd(stopReason);
  if (early !== undefined) return early;
  const calls = [...message.calls];
  if (stopReason === 'tool_use') {
    checkCalls(calls, isOffered);
    return undefined;
  }
  const isEmpty = !hasText && calls.length === 0;
  return isEmpty && (stopReason === 'end_turn' || stopReason === 'stop_sequence') ? 'stop' : undefined;
}

function checkCalls(calls: readonly StreamedCall[], isOffered: (tool: string) => boolean): void {
  const unknown = calls.find(({ name }) => !isOffered(name));
  if (unknown !== undefined) {
    throw new ChatError(
      'cliFailed',
      `The model called the tool ${JSON.stringify(unknown.name)}, which the request does not offer. Try again, or offer the tool.`,
    );
  }
  const broken = calls.find(({ json }) => json !== '' && inputOf(json) === undefined);
  // The client knows of no such tool: its input is the answer.
  if (broken?.name === STRUCTURED_OUTPUT_TOOL) {
    throw new ChatError('cliFailed', "The model's answer is not valid JSON. Try again.");
  }
  if (calls.length === 0 || broken !== undefined) {
    const tool = broken === undefined ? 'a tool' : `the tool ${JSON.stringify(broken.name)}`;
    throw new ChatError('cliFailed', `The model's call of ${tool} is not valid JSON. Try again.`);
  }
}

/** Follows the stream of a message, to know at its end whether the CLI would ask the model again. For the chat lane. */
export class MessageEndWatch {
  readonly #isOffered: (tool: string) => boolean;
  readonly #calls = new ToolCallBuffer();
  #hasText = false;
  #isComplete = false;

  constructor(isOffered: (tool: string) => boolean) {
    this.#isOffered = isOffered;
  }

  /** Whether the last message has ended. One that was cut has not. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** Reads the next event. @returns true at the end of a message after which the CLI would ask the model again */
  asksAgainAfter(event: CliMessageOf<'stream_event'>['event']): boolean {
    switch (event.type) {
      case 'message_start':
        this.#calls.clear();
        this.#hasText = false;
        this.#isComplete = false;
        return false;
      case 'content_block_start': {
        const { type, id, name } = event.content_block;
        this.#calls.startBlock(type === 'tool_use' && id && name ? { id, name } : undefined);
        return false;
      }
      case 'content_block_delta':
        if (event.delta.type === 'text_delta') this.#hasText ||= event.delta.text.trim() !== '';
        if (event.delta.type === 'input_json_delta') this.#calls.feed(event.delta.partial_json);
        return false;
      case 'message_delta':
        this.#isComplete = Boolean(event.delta.stop_reason);
        return this.#isComplete && this.#asksAgain(event.delta.stop_reason ?? '');
    }
  }

  #asksAgain(stopReason: string): boolean {
    const message = { stopReason, hasText: this.#hasText, calls: this.#calls.streamed.values() };
    try {
      return earlyChatEnd(message, this.#isOffered) !== undefined;
    } catch {
      // The CLI answers a call that no client can answer, and asks the model again.
      return true;
    }
  }
}
