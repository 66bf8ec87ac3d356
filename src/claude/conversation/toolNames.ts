/** Names of the client's tools as the API allows them, and back. Pure. */
import type { ToolSpec } from '../../core/chat.js';
import { STRUCTURED_OUTPUT_TOOL } from '../turn/structuredOutput.js';

/** Of a name in the API. */
const LONGEST = 64;

/** Two-way names for one set of tools. The same set always gives the same names. */
export class ToolNames {
  readonly #prefix: string;
  readonly #longest: number;
  readonly #safe = new Map<string, string>();
  readonly #own = new Map<string, string>();

  /** @param prefix what the CLI puts before the names, so that no tool of its own can have the same */
  constructor(tools: readonly ToolSpec[], prefix = '') {
    this.#prefix = prefix;
    this.#longest = LONGEST - prefix.length;
    const taken = new Set<string>([STRUCTURED_OUTPUT_TOOL]);
    for (const { name } of tools) {
      if (this.#safe.has(name)) continue;
      let safe = this.#allowed(name);
      for (let n = 2; taken.has(safe); n++) safe = `${this.#allowed(name).slice(0, this.#longest - 4)}_${n}`;
      taken.add(safe);
      this.#safe.set(name, safe);
      this.#own.set(safe, name);
    }
  }

  /** Whether a tool of that name in the API is the client's; without a prefix every one is. */
  isClients(safe: string): boolean {
    return safe.startsWith(this.#prefix);
  }

  /** For the CLI, which puts the prefix before it. */
  bare(name: string): string {
    return this.#safe.get(name) ?? this.#allowed(name);
  }

  /** For the API. History may name tools that are not offered any more. */
  safe(name: string): string {
    return this.#prefix + this.bare(name);
  }

  /** For the client. */
  own(safe: string): string {
    const bare = this.isClients(safe) ? safe.slice(this.#prefix.length) : safe;
    return this.#own.get(bare) ?? bare;
  }

  #allowed(name: string): string {
    return name.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, this.#longest) || 'tool';
  }
}
