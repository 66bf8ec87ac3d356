/**
 * Turns the CLI's messages of one turn, read in order, into the events of one answer. Pure.
 *
 * The text is what the model streamed. A whole message counts only if no part of it was streamed, and the text of the result
 * message never counts: sent text cannot be taken back, and all clients must get the same text, whether they stream or not.
 */
import type { ChatEvent } from '../../core/chat.js';
import { ChatError } from '../../core/errors.js';
import type { JsonObject } from '../../core/json.js';
import { ApiFailures } from '../process/apiFailure.js';
import { ToolCallBuffer } from './toolCallBuffer.js';
import { ReplayFilter } from './replayFilter.js';
import { STRUCTURED_OUTPUT_TOOL, type StructuredAnswer } from './structuredOutput.js';
import {
  answeredCallIds,
  type CliMessage,
  type CliMessageOf,
  type ContentDelta,
  type ResultMessage,
  type WireUsage,
} from '../process/incoming.js';
import type { LimitReached, TurnEnd, TurnOutput } from './turnOutput.js';
import type { TurnReaderOptions } from './turnReaderOptions.js';
import { toUsage, UsageCounter } from './usage.js';

const NOTHING: TurnOutput = { events: [] };

export class TurnReader {
  readonly #options: TurnReaderOptions;
  readonly #structured: StructuredAnswer | undefined;
  /** The API message being received. If it is interrupted, the CLI requests it again. */
  #message: { id: string; streamed: boolean; complete: boolean } | undefined;
  readonly #sent = new ReplayFilter();
  /** The CLI asked the model to continue an interrupted answer, with a message that no client sent. */
  #addedMessage = false;
  readonly #calls = new ToolCallBuffer();
  #inStructuredAnswer = false;
  #structuredAnswerComplete = false;
  #refused = false;
  /** Plain text of the model in a structured turn. It becomes the answer only if no structured answer follows. */
  #plainText = '';
  readonly #failures: ApiFailures;
  readonly #usage = new UsageCounter();

  constructor(options: TurnReaderOptions) {
    this.#options = options;
    this.#structured = options.structured;
    this.#failures = new ApiFailures(options);
  }

  /** @throws ChatError if the turn failed */
  read(message: CliMessage): TurnOutput {
    this.#failures.read(message);
    switch (message.type) {
      case 'stream_event':
        return message.parent_tool_use_id ? NOTHING : this.#onStreamEvent(message.event);
      case 'assistant':
        return message.parent_tool_use_id ? NOTHING : this.#onAssistant(message);
      case 'user':
        if (message.parent_tool_use_id) return NOTHING;
        if (message.isSynthetic === true) this.#onSyntheticMessage();
        this.#calls.remove(answeredCallIds(message));
        return NOTHING;
      case 'result':
        return this.#onResult(message);
      case 'system':
      case 'rate_limit_event':
      case 'control_request':
      case 'control_cancel_request':
      case 'control_response':
      case 'command_lifecycle':
      case 'other':
        return NOTHING;
    }
  }

  /** Whether the CLI's conversation contains exactly what the client sent and the model said, so that it may continue. */
  get continuable(): boolean {
    return !this.#calls.rewritten && !this.#addedMessage;
  }

  /** Whether the model refused to answer. */
  get refused(): boolean {
    return this.#refused;
  }

  /**
   * The end of a turn at a limit of the request.
   * @param outputTokens estimate for the current message, because the CLI has not counted it
   */
  endAtLimit({ reason, stopSequence }: LimitReached, outputTokens: number): TurnEnd {
    return {
      reason,
      ...(stopSequence === undefined ? {} : { stopSequence }),
      usage: this.#usage.stopMessage(outputTokens),
    };
  }

  #onStreamEvent(event: CliMessageOf<'stream_event'>['event']): TurnOutput {
    switch (event.type) {
      case 'message_start':
        this.#startMessage({ id: event.message.id, streamed: true });
        return this.#onPromptUsage(event.message.usage);
      case 'content_block_start':
        this.#inStructuredAnswer =
          this.#structured !== undefined && event.content_block.name === STRUCTURED_OUTPUT_TOOL;
        this.#calls.startBlock(event.content_block.id ?? undefined);
        return NOTHING;
      case 'content_block_delta':
        return { events: this.#onDelta(event.delta) };
      case 'message_delta':
        return event.delta.stop_reason ? this.#onMessageEnd(event.delta.stop_reason, event.usage) : NOTHING;
    }
  }

  #onPromptUsage(reported: WireUsage | undefined): TurnOutput {
    const usage = this.#usage.startMessage(reported ?? {});
    return reported === undefined ? NOTHING : { events: [{ type: 'usage', usage }] };
  }

  #onDelta(delta: ContentDelta): ChatEvent[] {
    switch (delta.type) {
      case 'text_delta':
        return this.#onText(delta.text);
      case 'thinking_delta':
        return this.#thinking(delta.thinking);
      case 'input_json_delta':
        this.#calls.feed(delta.partial_json);
        return this.#inStructuredAnswer ? this.#onStructuredJson(delta.partial_json) : [];
    }
  }

  #onText(text: string): ChatEvent[] {
    if (this.#structured === undefined) return this.#text(text);
    this.#plainText += text;
    return [];
  }

  /**
   * If the model's JSON does not match the schema, the CLI makes it answer again. The client already has the first JSON,
   * which the second one cannot replace.
   */
  #onStructuredJson(json: string): ChatEvent[] {
    if (this.#structuredAnswerComplete && json !== '') {
      const message = "The model's JSON did not match the schema and was repeated. Try again.";
      throw new ChatError('cliFailed', message);
    }
    return this.#text(this.#structured?.feed(json) ?? json);
  }

  /**
   * For two stop reasons the turn ends here, because the CLI would ask the model again without being told to: to continue
   * after the token limit, and to reconsider a refusal whose text the client already has.
   */
  #onMessageEnd(stopReason: string, usage: WireUsage = {}): TurnOutput {
    const events = this.#structured === undefined ? [] : this.#text(this.#structured.flush());
    this.#sent.finish();
    if (this.#message) this.#message.complete = true;
    this.#refused ||= stopReason === 'refusal';
    this.#structuredAnswerComplete = this.#structured !== undefined && !this.#sent.isEmpty;
    const total = this.#usage.completeMessage(usage);
    if (stopReason === 'max_tokens') return { events, end: { reason: 'length', usage: total } };
    const refused = stopReason === 'refusal' && !this.#sent.isEmpty;
    return refused ? { events, end: { reason: 'refusal', usage: total } } : { events };
  }

  #onAssistant(message: CliMessageOf<'assistant'>): TurnOutput {
    const { id, model, content } = message.message;
    if (message.is_api_error_message === true || model === '<synthetic>') return NOTHING;
    if (this.#message?.id !== id) this.#startMessage({ id, streamed: false });
    const events: ChatEvent[] = [];
    for (const block of content) {
      if (block.type === 'tool_use' && this.#isClientCall(block.name)) {
        this.#calls.add(block.id, block.name, block.input as JsonObject);
      }
      if (this.#message?.streamed === true) continue;
      if (block.type === 'tool_use' && block.name === STRUCTURED_OUTPUT_TOOL && this.#structured) {
        events.push(...this.#text(this.#structured.fromInput(block.input)));
        this.#structuredAnswerComplete = true;
      }
      if (block.type === 'text') events.push(...this.#onText(block.text));
      if (block.type === 'thinking') events.push(...this.#thinking(block.thinking));
    }
    this.#sent.completeBlock();
    return { events };
  }

  #isClientCall(tool: string): boolean {
    return tool !== STRUCTURED_OUTPUT_TOOL && this.#options.isClientTool(tool);
  }

  #startMessage({ id, streamed }: { id: string; streamed: boolean }): void {
    this.#structured?.restart();
    if (this.#message?.complete === false) this.#sent.startAttempt();
    else this.#sent.reset();
    this.#calls.clear();
    this.#message = { id, streamed, complete: false };
  }

  /** The CLI asks the model to go on: after no visible text, at a limit, or after the complete blocks of a cut answer. */
  #onSyntheticMessage(): void {
    this.#addedMessage = true;
    if (this.#message?.complete === false) this.#sent.continueAfterLastBlock();
  }

  #text(text: string): ChatEvent[] {
    const fresh = this.#sent.feed(text);
    return fresh === '' ? [] : [{ type: 'text', text: fresh }];
  }

  #thinking(text: string): ChatEvent[] {
    const fresh = this.#sent.feedThinking(text);
    return fresh === '' ? [] : [{ type: 'thinking', text: fresh }];
  }

  #onResult(result: ResultMessage): TurnOutput {
    if (this.#belongsToOtherTurn(result)) return NOTHING;
    const usage = toUsage(result.usage ?? {});
    const failure = this.#failures.ofResult(result);
    if (failure) throw failure;
    if (this.#message?.complete === false) this.#sent.finish();
    const events = this.#structuredAnswerComplete ? [] : this.#lateAnswer(result);
    // A structured answer of the chat lane is a deferred call, too, but none that the client sees.
    const deferred = result.stop_reason === 'tool_deferred' ? this.#calls.calls : [];
    const calls = deferred.map((call): ChatEvent => ({ type: 'toolCall', call }));
    const reason = calls.length > 0 ? 'toolCalls' : 'stop';
    return { events: [...events, ...calls], end: { reason, usage, result } };
  }

  /** The result of a replayed or warm-up message, or the previous turn's result reported again. */
  #belongsToOtherTurn({ num_turns, user_message_uuid: uuid }: ResultMessage): boolean {
    const { uuid: own, previousUuid } = this.#options;
    return uuid !== own && (num_turns === 0 || (uuid !== undefined && uuid === previousUuid));
  }

  /** In a structured turn: the JSON that did not stream, or else the model's plain text. */
  #lateAnswer({ structured_output: output }: ResultMessage): ChatEvent[] {
    if (this.#structured === undefined) return [];
    return this.#text(output === undefined ? this.#plainText : this.#structured.fromInput(output));
  }
}
