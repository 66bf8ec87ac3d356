/** Maps the names of the client's tools to names that the API allows, and back. Pure. */
import type { ToolSpec } from '../../core/chat.js';
import { STRUCTURED_OUTPUT_TOOL } from '../turn/structuredOutput.js';

/** The longest tool name that the API allows. */
const MAX_LENGTH = 64;

/** The names of one set of tools. The same set always gives the same names. */
export class ToolNames {
  readonly #prefix: string;
  readonly #maxLength: number;
  readonly #bareNames = new Map<string, string>();
  readonly #clientNames = new Map<string, string>();

  /** @param prefix what the CLI puts before the names, to distinguish the client's tools from its own */
  constructor(tools: readonly ToolSpec[], prefix = '') {
    this.#prefix = prefix;
    this.#maxLength = MAX_LENGTH - prefix.length;
    const taken = new Set<string>([STRUCTURED_OUTPUT_TOOL]);
    for (const { name } of tools) {
      if (this.#bareNames.has(name)) continue;
      let bare = this.#allowed(name);
      for (let n = 2; taken.has(bare); n++)
        bare = `${this.#allowed(name).slice(0, this.#maxLength - 4)}_${n}`;
      taken.add(bare);
      this.#bareNames.set(name, bare);
      this.#clientNames.set(bare, name);
    }
  }

  /** Whether a tool with this API name belongs to the client; without a prefix, every tool does. */
  isClientTool(apiName: string): boolean {
    return apiName.startsWith(this.#prefix);
  }

  /** The name for the CLI, which adds the prefix. */
  bareName(name: string): string {
    return this.#bareNames.get(name) ?? this.#allowed(name);
  }

  /** The name in the API. Also works for tools that are no longer offered: the history may contain them. */
  apiName(name: string): string {
    return this.#prefix + this.bareName(name);
  }

  /** The client's name of the tool. */
  clientName(apiName: string): string {
    const bare = this.isClientTool(apiName) ? apiName.slice(this.#prefix.length) : apiName;
    return this.#clientNames.get(bare) ?? bare;
  }

  #allowed(name: string): string {
    return name.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, this.#maxLength) || 'tool';
  }
}
