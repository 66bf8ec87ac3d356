/** Measures how the time of a turn divides into loading, prompt and output, by our own clock. */
import type { Timings } from '../../core/chat.js';
import type { CliMessage, CliMessageOf } from '../process/incoming.js';

/** The subtype of the `system` message that the CLI writes just before it sends a request to the API. */
export const REQUESTING = 'status';

/**
 * The clock of one turn. The CLI's own times are not used: its `ttft_ms` is the end of the first text, not its beginning.
 * Loading lasts until the request is sent, the prompt until the first content of the model, whatever its type. Output is the
 * time in which the model sent content; a turn with several messages has pauses between them, in which tools run.
 */
export class TurnClock {
  readonly #clock: () => number;
  readonly #started: number;
  #sent: number | undefined;
  #firstContent: number | undefined;
  /** When the content of the current message began. */
  #messageContent: number | undefined;
  /** Sum of the complete messages. */
  #outputMs = 0;

  /**
   * @param clock monotonic, milliseconds
   * @param started when the request arrived, by `clock`
   */
  constructor(clock: () => number, started: number) {
    this.#clock = clock;
    this.#started = started;
  }

  /** Call it with every message of the turn as soon as it arrives. */
  read(message: CliMessage): void {
    if (message.type === 'system' && message.subtype === REQUESTING) this.#sent ??= this.#clock();
    if (message.type === 'stream_event' && !message.parent_tool_use_id) this.#readEvent(message.event);
    // A message that was not streamed.
    if (
      message.type === 'assistant' &&
      !message.parent_tool_use_id &&
      message.message.model !== '<synthetic>'
    ) {
      this.#beginContent();
    }
  }

  #readEvent(event: CliMessageOf<'stream_event'>['event']): void {
    switch (event.type) {
      case 'message_start':
        // The message before was interrupted: the API repeats it, and its tokens do not count.
        this.#messageContent = undefined;
        break;
      case 'content_block_start':
      case 'content_block_delta':
        this.#beginContent();
        break;
      case 'message_delta':
        this.#endContent();
        break;
    }
  }

  #beginContent(): void {
    const now = this.#clock();
    this.#firstContent ??= now;
    this.#messageContent ??= now;
  }

  #endContent(): void {
    if (this.#messageContent === undefined) return;
    this.#outputMs += this.#clock() - this.#messageContent;
    this.#messageContent = undefined;
  }

  /** The parts of the turn, which ends now. Their sum is at most the time since the start. */
  end(): Timings {
    this.#endContent();
    const now = this.#clock();
    const firstContent = this.#firstContent ?? now;
    const sent = Math.min(this.#sent ?? this.#started, firstContent);
    return { loadMs: sent - this.#started, promptMs: firstContent - sent, outputMs: this.#outputMs };
  }
}
