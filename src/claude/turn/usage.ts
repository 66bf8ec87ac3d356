/** Converts and adds up the token counts of the API. Pure. */
import type { Usage } from '../../core/chat.js';
import type { ResultMessage, WireUsage } from '../process/incoming.js';

const NO_USAGE: Usage = { promptTokens: 0, cachedTokens: 0, outputTokens: 0 };

/** The API counts cached and uncached prompt tokens apart; clients get their sum as `promptTokens`. */
export function toUsage(usage: WireUsage): Usage {
  const cachedTokens = usage.cache_read_input_tokens ?? 0;
  const writtenTokens = usage.cache_creation_input_tokens ?? 0;
  return {
    promptTokens: (usage.input_tokens ?? 0) + cachedTokens + writtenTokens,
    cachedTokens,
    ...cacheWrites(writtenTokens),
    outputTokens: usage.output_tokens ?? 0,
  };
}

function cacheWrites(tokens: number): Pick<Usage, 'cacheWriteTokens'> {
  return tokens === 0 ? {} : { cacheWriteTokens: tokens };
}

function add(a: Usage, b: Usage): Usage {
  return {
    promptTokens: a.promptTokens + b.promptTokens,
    cachedTokens: a.cachedTokens + b.cachedTokens,
    ...cacheWrites((a.cacheWriteTokens ?? 0) + (b.cacheWriteTokens ?? 0)),
    outputTokens: a.outputTokens + b.outputTokens,
  };
}

/** The counts that are given: at the end of a message, gateways leave out those of the prompt, or send null or 0. */
function counted(usage: WireUsage): WireUsage {
  return Object.fromEntries(Object.entries(usage).filter(([, tokens]) => Boolean(tokens)));
}

/** Counts the tokens of a turn while its messages arrive; the CLI itself reports the sum only at the end. */
export class UsageCounter {
  /** Sum of the complete messages. */
  #completed = NO_USAGE;
  #messages = 0;
  /** What the API reported at the beginning of the current message, or for all of one that does not stream. */
  #current: WireUsage = {};

  /** The tokens of the complete messages; `undefined` if there are none. */
  get completed(): Usage | undefined {
    return this.#messages === 0 ? undefined : this.#completed;
  }

  /** The same, or else those of a message that does not stream. */
  get ofMessages(): Usage | undefined {
    const isReported = Object.keys(this.#current).length > 0;
    return this.completed ?? (isReported ? toUsage(this.#current) : undefined);
  }

  /** @returns the tokens so far, including the prompt of the message that begins */
  startMessage(usage: WireUsage): Usage {
    this.#current = usage;
    return add(this.#completed, toUsage(usage));
  }

  /**
   * @param usage what the API reported at the end of the message
   * @returns the tokens so far
   */
  completeMessage(usage: WireUsage): Usage {
    this.#messages++;
    this.#completed = add(this.#completed, toUsage({ ...this.#current, ...counted(usage) }));
    return this.#completed;
  }

  /**
   * The tokens so far if the current message is stopped early.
   * @param outputTokens of the current message
   */
  stopMessage(outputTokens: number): Usage {
    return add(this.#completed, { ...toUsage(this.#current), outputTokens });
  }
}

/** The cost of each turn, from the total that the CLI reports for the life of its process. */
export class CostCounter {
  #totalUsd = 0;

  /** @returns US dollars; nothing if the CLI did not report a total */
  add(result: ResultMessage | undefined): { costUsd?: number } {
    const total = result?.total_cost_usd ?? undefined;
    if (total === undefined) return {};
    const costUsd = total - this.#totalUsd;
    this.#totalUsd = total;
    return { costUsd };
  }
}
