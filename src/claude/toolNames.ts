/** Names of the client's tools as the API allows them, and back. Pure. */
import type { ToolSpec } from '../core/chat.js';
import { STRUCTURED_OUTPUT } from './structured.js';

const LONGEST = 64;

function allowed(name: string): string {
  return name.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, LONGEST) || 'tool';
}

/** Two-way names for one set of tools. The same set always gives the same names. */
export class ToolNames {
  readonly #safe = new Map<string, string>();
  readonly #own = new Map<string, string>();

  constructor(tools: readonly ToolSpec[]) {
    const taken = new Set<string>([STRUCTURED_OUTPUT]);
    for (const { name } of tools) {
      if (this.#safe.has(name)) continue;
      let safe = allowed(name);
      for (let n = 2; taken.has(safe); n++) safe = `${allowed(name).slice(0, LONGEST - 4)}_${n}`;
      taken.add(safe);
      this.#safe.set(name, safe);
      this.#own.set(safe, name);
    }
  }

  /** For the API. History may name tools that are not offered any more. */
  safe(name: string): string {
    return this.#safe.get(name) ?? allowed(name);
  }

  /** For the client. */
  own(safe: string): string {
    return this.#own.get(safe) ?? safe;
  }
}
