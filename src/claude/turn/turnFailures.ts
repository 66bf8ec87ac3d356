/** Finds out whether a turn has failed. Pure. */
import type { ChatError } from '../../core/errors.js';
import { resultFailure, retryError } from '../process/failure.js';
import type { CliMessageOf, RateLimitInfo, ResultMessage } from '../process/incoming.js';
import type { TurnReaderOptions } from './turnReaderOptions.js';

export class TurnFailures {
  readonly #options: TurnReaderOptions;
  /** When the plan's limit resets, seconds since 1970. */
  #resetsAt: number | undefined;
  #retryDelaysMs = 0;

  constructor(options: TurnReaderOptions) {
    this.#options = options;
  }

  /** @throws ChatError if the client must not wait for the retry that the CLI announces */
  onSystemMessage(message: CliMessageOf<'system'>): void {
    if (message.subtype !== 'api_retry') return;
    const error = retryError(message, this.#retryDelaysMs);
    if (error) throw error;
    this.#retryDelaysMs += message.retry_delay_ms ?? 0;
  }

  onRateLimit({ resetsAt }: RateLimitInfo): void {
    this.#resetsAt = resetsAt ?? this.#resetsAt;
  }

  /** The failure that a result reports. */
  ofResult(result: ResultMessage): ChatError | undefined {
    return resultFailure(result, this.#resetsAt, this.#options.now());
  }

  /** Whether it is the result of a replayed or warm-up message, or the previous turn's result reported again. */
  isOfOtherTurn({ num_turns, user_message_uuid: uuid }: ResultMessage): boolean {
    const { uuid: own, previousUuid } = this.#options;
    return uuid !== own && (num_turns === 0 || (uuid !== undefined && uuid === previousUuid));
  }
}
