/**
 * The messages of one turn, read in order, become the events of one answer. Pure.
 *
 * The text is what the model was heard to say, piece by piece. A whole message counts only where no piece of it came, and
 * the text of a result never does: what is sent cannot be taken back, and who takes the answer whole is to get the same.
 */
import type { ChatEvent } from '../../core/chat.js';
import { ChatError } from '../../core/errors.js';
import type { JsonObject } from '../../core/json.js';
import { hookError, resultError, retryError } from '../process/failure.js';
import { ToolCallBuffer } from './toolCallBuffer.js';
import { ReplayFilter } from './replayFilter.js';
import { STRUCTURED_OUTPUT, type AnswerText } from './structuredOutput.js';
import type { CliMessage, CliMessageOf, ResultMessage, WireUsage } from '../process/incoming.js';
import type { Cut, TurnEnd, TurnStep } from './turnOutput.js';
import { toUsage, UsageSoFar } from './usage.js';

type ContentDelta = Extract<CliMessageOf<'stream_event'>['event'], { type: 'content_block_delta' }>['delta'];

const NOTHING: TurnStep = { events: [] };

export class TurnReader {
  readonly #uuid: string;
  readonly #earlier: string | undefined;
  readonly #structured: AnswerText | undefined;
  readonly #now: () => number;
  readonly #isClients: (tool: string) => boolean;
  /** The API message being received. It counts only once it is complete: a cut one starts over. */
  #message: { id: string; streamed: boolean; complete: boolean } | undefined;
  readonly #sent = new ReplayFilter();
  /** The CLI has told the model to go on with a broken answer, in words that no client sent. */
  #prompted = false;
  readonly #calls = new ToolCallBuffer();
  /** Whether the block being received is the structured answer, and whether the client has one already. */
  #inAnswer = false;
  #answered = false;
  /** Words beside a structured answer; they are the answer only if none comes. */
  #aside = '';
  #resetsAt: number | undefined;
  /** All waits between the CLI's attempts so far, milliseconds. */
  #waitedMs = 0;
  readonly #usage = new UsageSoFar();

  /**
   * @param uuid of the user message that asks; results of other messages are of seeded history
   * @param structured where the answer is to be JSON, which the CLI has the model give to a tool
   * @param now milliseconds since 1970
   * @param isClients whether a tool of that name is the client's; calls of others are the CLI's own business
   * @param earlier uuid of the question before; its result may come a second time
   */
  constructor(
    uuid: string,
    structured: AnswerText | undefined,
    now: () => number,
    isClients: (tool: string) => boolean = () => true,
    earlier?: string,
  ) {
    this.#uuid = uuid;
    this.#earlier = earlier;
    this.#structured = structured;
    this.#now = now;
    this.#isClients = isClients;
  }

  /** @throws ChatError when the turn failed */
  read(message: CliMessage): TurnStep {
    switch (message.type) {
      case 'stream_event':
        return message.parent_tool_use_id ? NOTHING : this.#event(message.event);
      case 'assistant':
        return message.parent_tool_use_id ? NOTHING : this.#assistant(message);
      case 'user':
        if (message.parent_tool_use_id) return NOTHING;
        if (message.isSynthetic === true) this.#resume();
        this.#calls.forget(answeredIn(message));
        return NOTHING;
      case 'system': {
        if (message.subtype !== 'api_retry') return NOTHING;
        const error = retryError(message, this.#waitedMs);
        if (error) throw error;
        this.#waitedMs += message.retry_delay_ms ?? 0;
        return NOTHING;
      }
      case 'rate_limit_event':
        this.#resetsAt = message.rate_limit_info.resetsAt ?? this.#resetsAt;
        return NOTHING;
      case 'result':
        return this.#result(message);
      case 'control_request':
      case 'control_cancel_request':
      case 'control_response':
      case 'command_lifecycle':
      case 'other':
        return NOTHING;
    }
  }

  /** Whether the CLI's conversation is what was said. If it is not, nothing may continue it. */
  get faithful(): boolean {
    return !this.#calls.rewritten && !this.#prompted;
  }

  /** The end of a turn that is cut short here. The CLI has not counted the answer, so the caller estimates it. */
  cutShort({ reason, stopSequence }: Cut, outputTokens: number): TurnEnd {
    return {
      reason,
      ...(stopSequence === undefined ? {} : { stopSequence }),
      usage: this.#usage.cutAt(outputTokens),
    };
  }

  #event(event: CliMessageOf<'stream_event'>['event']): TurnStep {
    switch (event.type) {
      case 'message_start':
        this.#begin(event.message.id, true);
        return this.#counted(event.message.usage);
      case 'content_block_start':
        this.#inAnswer = this.#structured !== undefined && event.content_block.name === STRUCTURED_OUTPUT;
        this.#calls.open(event.content_block.id ?? undefined);
        return NOTHING;
      case 'content_block_delta':
        return { events: this.#delta(event.delta) };
      case 'message_delta':
        return event.delta.stop_reason ? this.#stopped(event.delta.stop_reason, event.usage ?? {}) : NOTHING;
    }
  }

  #counted(told: WireUsage | undefined): TurnStep {
    const usage = this.#usage.begin(told ?? {});
    return told === undefined ? NOTHING : { events: [{ type: 'usage', usage }] };
  }

  #delta(delta: ContentDelta): ChatEvent[] {
    switch (delta.type) {
      case 'text_delta':
        return this.#words(delta.text);
      case 'thinking_delta':
        return this.#thinking(delta.thinking);
      case 'input_json_delta':
        this.#calls.feed(delta.partial_json);
        return this.#inAnswer ? this.#structuredText(delta.partial_json) : [];
    }
  }

  /** Text of the model: the answer, or only words beside a structured one. */
  #words(text: string): ChatEvent[] {
    if (this.#structured === undefined) return this.#text(text);
    this.#aside += text;
    return [];
  }

  /** The client has the JSON as it grows; a second one, because the first did not obey the schema, cannot replace it. */
  #structuredText(json: string): ChatEvent[] {
    if (this.#answered && json !== '') {
      throw new ChatError(
        'cliFailed',
        "The model's JSON did not obey the schema and was repeated. Try again.",
      );
    }
    return this.#text(this.#structured?.feed(json) ?? json);
  }

  /**
   * The API is done with a message. After two reasons the CLI would by itself ask the model again: to go on behind the
   * token limit, and to think better of a refusal. The client asked for neither, and has the text already.
   */
  #stopped(reason: string, usage: WireUsage): TurnStep {
    const events = this.#structured === undefined ? [] : this.#text(this.#structured.flush());
    this.#sent.end();
    if (this.#message) this.#message.complete = true;
    this.#answered = this.#structured !== undefined && !this.#sent.isEmpty;
    const cut =
      reason === 'max_tokens' ? 'length' : reason === 'refusal' && !this.#sent.isEmpty ? reason : undefined;
    const sum = this.#usage.complete(usage);
    return cut === undefined ? { events } : { events, end: { reason: cut, usage: sum } };
  }

  #assistant(message: CliMessageOf<'assistant'>): TurnStep {
    const { id, model, content } = message.message;
    if (message.is_api_error_message === true || model === '<synthetic>') return NOTHING;
    if (this.#message?.id !== id) this.#begin(id, false);
    const events: ChatEvent[] = [];
    for (const block of content) {
      if (block.type === 'tool_use' && block.name !== STRUCTURED_OUTPUT && this.#isClients(block.name)) {
        this.#calls.add(block.id, block.name, block.input as JsonObject);
      }
      if (this.#message?.streamed === true) continue;
      if (block.type === 'text') events.push(...this.#words(block.text));
      if (block.type === 'thinking') events.push(...this.#thinking(block.thinking));
    }
    this.#sent.keep();
    return { events };
  }

  #begin(id: string, streamed: boolean): void {
    this.#structured?.restart();
    if (this.#message?.complete === false) this.#sent.startOver();
    else this.#sent.clear();
    this.#calls.clear();
    this.#message = { id, streamed, complete: false };
  }

  /** The answer broke off behind complete blocks; the CLI keeps those and has the model go on. */
  #resume(): void {
    if (this.#message?.complete !== false) return;
    this.#prompted = true;
    this.#sent.resume();
  }

  #text(text: string): ChatEvent[] {
    const fresh = this.#sent.feed(text);
    return fresh === '' ? [] : [{ type: 'text', text: fresh }];
  }

  #thinking(text: string): ChatEvent[] {
    const fresh = this.#sent.feedThought(text);
    return fresh === '' ? [] : [{ type: 'thinking', text: fresh }];
  }

  #result(result: ResultMessage): TurnStep {
    if (this.#isOfAnother(result)) return NOTHING;
    const usage = toUsage(result.usage ?? {});
    if (result.is_error || result.subtype !== 'success')
      throw resultError(result, this.#resetsAt, this.#now());
    if (result.num_turns === 0 || result.terminal_reason === 'hook_stopped') throw hookError(result);
    if (this.#message?.complete === false) this.#sent.end();
    const events = this.#answered ? [] : this.#lateAnswer(result);
    if (result.stop_reason === 'tool_deferred') {
      const calls = this.#calls.all.map((call): ChatEvent => ({ type: 'toolCall', call }));
      return { events: [...events, ...calls], end: { reason: 'toolCalls', usage, result } };
    }
    return { events, end: { reason: 'stop', usage, result } };
  }

  /** Of seeded history, of words that only prepare the process, or once more of the question before. */
  #isOfAnother({ num_turns, user_message_uuid: uuid }: ResultMessage): boolean {
    return uuid !== this.#uuid && (num_turns === 0 || (uuid !== undefined && uuid === this.#earlier));
  }

  /** A structured answer that did not stream; or what the model said instead of one. */
  #lateAnswer({ structured_output: output }: ResultMessage): ChatEvent[] {
    if (this.#structured === undefined) return [];
    return this.#text(output === undefined ? this.#aside : this.#structured.whole(output));
  }
}

/** Ids of the calls that a message has results of. */
function answeredIn(message: CliMessageOf<'user'>): string[] {
  return message.message.content.flatMap((b) => (b.type === 'tool_result' ? [b.tool_use_id] : []));
}
