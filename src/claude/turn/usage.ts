/** Tokens as the API counts them, and as clients are told. Pure. */
import type { Usage } from '../../core/chat.js';
import type { WireUsage } from '../process/incoming.js';

const NO_USAGE: Usage = { promptTokens: 0, cachedTokens: 0, outputTokens: 0 };

/** Cached and fresh prompt tokens are one number to a client. */
export function toUsage(usage: WireUsage): Usage {
  const cachedTokens = usage.cache_read_input_tokens ?? 0;
  return {
    promptTokens: (usage.input_tokens ?? 0) + cachedTokens + (usage.cache_creation_input_tokens ?? 0),
    cachedTokens,
    outputTokens: usage.output_tokens ?? 0,
  };
}

function sumOf(a: Usage, b: Usage): Usage {
  return {
    promptTokens: a.promptTokens + b.promptTokens,
    cachedTokens: a.cachedTokens + b.cachedTokens,
    outputTokens: a.outputTokens + b.outputTokens,
  };
}

/** The tokens of a turn while its messages come: the CLI tells their sum only at the end. */
export class UsageSoFar {
  /** Of the messages that are complete. */
  #complete = NO_USAGE;
  /** What the API told at the beginning of the message that comes now. */
  #begun: WireUsage = {};

  /** @returns all until now, the prompt of this message with it */
  begin(usage: WireUsage): Usage {
    this.#begun = usage;
    return sumOf(this.#complete, toUsage(usage));
  }

  /** @param usage what the API told at the end of the message */
  complete(usage: WireUsage): Usage {
    this.#complete = sumOf(this.#complete, toUsage({ ...this.#begun, ...usage }));
    return this.#complete;
  }

  /** All, when the message that comes now is cut short. @param outputTokens of it, as far as it came */
  cutAt(outputTokens: number): Usage {
    return sumOf(this.#complete, { ...toUsage(this.#begun), outputTokens });
  }
}
