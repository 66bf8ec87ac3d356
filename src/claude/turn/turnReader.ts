/**
 * Turns the CLI's messages of one turn, read in order, into the events of one answer. Pure.
 *
 * The text is what the model streamed. A whole message counts only if no part of it was streamed, and the text of the result
 * message never counts: sent text cannot be taken back, and all clients must get the same text, whether they stream or not.
 */
import type { ChatEvent, Usage } from '../../core/chat.js';
import type { JsonObject } from '../../core/json.js';
import { AnswerText } from './answerText.js';
import { Faithfulness } from './faithfulness.js';
import { earlyChatEnd, earlyEnd } from './messageEnd.js';
import { ApiFailures } from '../process/apiFailure.js';
import { lostConnection } from './replayFilter.js';
import { ToolCallBuffer } from './toolCallBuffer.js';
import { STRUCTURED_OUTPUT_TOOL } from './structuredOutput.js';
import {
  answeredCallIds,
  type CliMessage,
  type CliMessageOf,
  type ContentDelta,
  type ResultMessage,
  type WireUsage,
} from '../process/incoming.js';
import type { RejectedAnswer, TurnEnd, TurnOutput } from './turnOutput.js';
import type { TurnReaderOptions } from './turnReaderOptions.js';
import { toUsage, UsageCounter } from './usage.js';

type StreamEvent = CliMessageOf<'stream_event'>['event'];
type MessageDelta = Extract<StreamEvent, { type: 'message_delta' }>;

/** The `terminal_reason` of a turn in which `TurnGate` kept the CLI from asking the model again. */
const KEPT_FROM_ASKING = 'blocking_limit';
const NOTHING: TurnOutput = { events: [] };

export class TurnReader {
  readonly #options: TurnReaderOptions;
  readonly #text: AnswerText;
  /** The API message being received. If it is interrupted, the CLI requests it again. */
  #message: { id: string; streamed: boolean; complete: boolean } | undefined;
  readonly #faithfulness: Faithfulness;
  readonly #calls = new ToolCallBuffer();
  #early: TurnEnd | undefined;
  #goesOn = false;
  #cut = false;
  #refused = false;
  #unusable = false;
  readonly #failures: ApiFailures;
  readonly #usage = new UsageCounter();
  /** The stop sequence of the API at which the answer ended. */
  #stopped: { readonly stopSequence?: string } = {};

  constructor(options: TurnReaderOptions) {
    this.#options = options;
    this.#failures = new ApiFailures(options);
    this.#faithfulness = new Faithfulness(options.chat ? 'chat' : 'workspace');
    this.#text = new AnswerText(options);
  }

  /** @throws ChatError if the turn failed */
  read(message: CliMessage): TurnOutput {
    this.#failures.read(message);
    const isOfSubagent = 'parent_tool_use_id' in message && Boolean(message.parent_tool_use_id);
    if (isOfSubagent) return NOTHING;
    if (message.type === 'stream_event') return this.#onStreamEvent(message.event);
    if (message.type === 'assistant') return this.#onAssistant(message);
    if (message.type === 'result') return this.#onResult(message);
    if (message.type === 'user') this.#onUserMessage(message);
    return NOTHING;
  }

  /** Whether the CLI's conversation contains exactly what the client sent and the model said, so that it may continue. */
  get continuable(): boolean {
    const complete = this.#options.chat === undefined || this.#message?.complete === true;
    return complete && this.#faithfulness.faithful && !this.#calls.rewritten;
  }

  /** Whether the CLI asks the model again after the message that is complete, unless it is kept from it. */
  get goesOn(): boolean {
    return this.#goesOn;
  }

  /** Whether the model has begun to answer. */
  get hasBegun(): boolean {
    return this.#faithfulness.hasBegun;
  }

  /** Whether the turn failed because the connection to the API broke, so that it can be asked again. */
  get cut(): boolean {
    return this.#cut && this.#message?.complete === false;
  }

  /** Whether the model made a call that no client can answer, so that the turn failed. */
  get unusable(): boolean {
    return this.#unusable;
  }

  /** Whether the model refused to answer. */
  get refused(): boolean {
    return this.#refused;
  }

  get rejected(): RejectedAnswer | undefined {
    return this.#text.rejected;
  }

  /** The tokens so far if the answer ends here. @param outputTokens estimate for the message that is not complete */
  usageAtLimit(outputTokens: number): Usage {
    return this.#usage.stopMessage(outputTokens);
  }

  #onStreamEvent(event: StreamEvent): TurnOutput {
    switch (event.type) {
      case 'message_start':
        if (this.#early !== undefined) return { events: [], end: this.#early };
        return { ...this.#startMessage(event.message, 'parts'), ...this.#onPromptUsage(event.message.usage) };
      case 'content_block_start': {
        const { type, id, name } = event.content_block;
        const call = type === 'tool_use' && id && name ? { id, name } : undefined;
        this.#faithfulness.onBlock(type);
        this.#text.startBlock(call);
        this.#calls.startBlock(call);
        return NOTHING;
      }
      case 'content_block_delta':
        return { events: this.#onDelta(event.delta) };
      case 'message_delta':
        return event.delta.stop_reason ? this.#onMessageEnd(event.delta, event.usage) : NOTHING;
    }
  }

  #onPromptUsage(reported: WireUsage | undefined): TurnOutput {
    const usage = this.#usage.startMessage(reported ?? {});
    return reported === undefined ? NOTHING : { events: [{ type: 'usage', usage }] };
  }

  #onDelta(delta: ContentDelta): ChatEvent[] {
    switch (delta.type) {
      case 'text_delta':
        return this.#text.onText(delta.text);
      case 'thinking_delta':
        return this.#text.onThinking(delta.thinking);
      case 'input_json_delta':
        this.#calls.feed(delta.partial_json);
        return this.#text.onJson(delta.partial_json);
    }
  }

  #onMessageEnd({ stop_reason, stop_sequence }: MessageDelta['delta'], reported: WireUsage = {}): TurnOutput {
    const stopReason = stop_reason ?? '';
    const { chat } = this.#options;
    if (this.#message) this.#message.complete = true;
    this.#refused ||= stopReason === 'refusal';
    const usage = this.#usage.completeMessage(reported);
    // Until the result is known to be a normal one.
    this.#goesOn = chat !== undefined;
    const message = { stopReason, hasText: this.#text.hasText, calls: this.#calls.streamed.values() };
    // Until the calls are known to be ones that a client can answer.
    this.#unusable = chat !== undefined;
    const reason = chat ? earlyChatEnd(message, (tool) => chat.isOffered(tool)) : earlyEnd(stopReason);
    this.#unusable = false;
    const events = this.#text.endMessage({ wasCut: reason !== undefined });
    this.#goesOn = reason !== undefined;
    this.#stopped = stopReason === 'stop_sequence' && stop_sequence ? { stopSequence: stop_sequence } : {};
    if (reason === undefined) return { events };
    const end: TurnEnd = { reason, ...this.#stopped, usage };
    if (chat === undefined) return this.#text.isEmpty && reason === 'refusal' ? { events } : { events, end };
    this.#faithfulness.onOmission();
    this.#early = end;
    return { events, early: end };
  }

  #onAssistant(message: CliMessageOf<'assistant'>): TurnOutput {
    const { id, model, content, usage } = message.message;
    if (message.is_api_error_message === true || model === '<synthetic>') return NOTHING;
    const start = this.#message?.id === id ? NOTHING : this.#startMessage({ id }, 'whole');
    if (this.#message?.streamed === false) this.#usage.startMessage(usage ?? {});
    const events: ChatEvent[] = [];
    for (const block of content) {
      if (block.type === 'tool_use' && this.#isClientCall(block.name)) {
        this.#calls.add(block.id, block.name, block.input as JsonObject);
      }
      if (this.#message?.streamed === true) continue;
      if (block.type === 'tool_use' && block.name === STRUCTURED_OUTPUT_TOOL) {
        events.push(...this.#text.onWholeAnswer(block.id, block.input));
      }
      if (block.type === 'text') events.push(...this.#text.onText(block.text));
      if (block.type === 'thinking') events.push(...this.#text.onThinking(block.thinking));
    }
    this.#text.completeBlock();
    return { ...start, events };
  }

  #isClientCall(tool: string): boolean {
    return tool !== STRUCTURED_OUTPUT_TOOL && this.#options.isClientTool(tool);
  }

  /** @throws ChatError if the message continues one that was cut, and the client can get a whole one instead */
  #startMessage({ id }: { readonly id: string }, arrives: 'parts' | 'whole'): TurnOutput {
    const after = this.#message === undefined ? 'none' : this.#message.complete ? 'complete' : 'cut';
    const restarts = after === 'cut' && this.#options.buffered === true && this.#options.chat !== undefined;
    if (restarts && this.#cut) throw lostConnection();
    const takesBack = this.#text.startMessage(after);
    this.#calls.clear();
    this.#faithfulness.onMessage();
    this.#message = { id, streamed: arrives === 'parts', complete: false };
    return restarts ? { events: [], restarts } : { events: [], takesBack };
  }

  /**
   * A message of the CLI: the results of its tools, or, in the chat lane, of a call that it rejects; or a message that asks
   * the model to go on: after no visible text, at a limit, or after the complete blocks of a cut answer.
   */
  #onUserMessage(message: CliMessageOf<'user'>): void {
    this.#faithfulness.onAddedMessage(message);
    if (message.isSynthetic === true && this.#message?.complete === false) {
      this.#cut = true;
      this.#text.continueAfterLastBlock();
    }
    if (this.#options.chat === undefined) this.#calls.remove(answeredCallIds(message));
  }

  #onResult(result: ResultMessage): TurnOutput {
    if (this.#belongsToOtherTurn(result)) return NOTHING;
    this.#goesOn = false;
    if (this.#early !== undefined) return { events: [], end: { ...this.#early, result } };
    const complete = this.#message?.complete === true;
    const reported = toUsage(result.usage ?? {});
    // The CLI was kept from asking the model again: the client answers the call that the CLI rejected.
    const kept = complete && this.#options.chat !== undefined && result.terminal_reason === KEPT_FROM_ASKING;
    const failure = kept ? undefined : this.#failures.ofResult(result);
    if (failure) throw this.cut ? lostConnection() : failure;
    this.#faithfulness.onResult(this.#usage.completed, reported);
    const isCut = this.#message?.complete === false;
    const events = this.#text.endTurn(result.structured_output, { isCut });
    // A structured answer of the chat lane is a deferred call, too, but none that the client sees.
    const made = kept || result.stop_reason === 'tool_deferred' ? this.#calls.calls : [];
    const calls = this.#options.singleCall === true ? made.slice(0, 1) : made;
    if (calls.length < made.length) this.#faithfulness.onOmission();
    // The CLI counts a message that was cut, too.
    const usage = kept || this.#faithfulness.isRepeated ? (this.#usage.ofMessages ?? reported) : reported;
    const end: TurnEnd = { reason: calls.length > 0 ? 'toolCalls' : 'stop', ...this.#stopped, usage, result };
    return { events: [...events, ...calls.map((call): ChatEvent => ({ type: 'toolCall', call }))], end };
  }

  /** The result of a replayed or warm-up message, or the previous turn's result reported again. */
  #belongsToOtherTurn({ num_turns, user_message_uuid: uuid }: ResultMessage): boolean {
    const { uuid: own, previousUuid } = this.#options;
    return uuid !== own && (num_turns === 0 || (uuid !== undefined && uuid === previousUuid));
  }
}
