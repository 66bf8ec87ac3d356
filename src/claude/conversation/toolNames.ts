/** The prefix that the CLI puts before the names of the client's tools in some lanes. Pure. */
export class ToolNames {
  readonly #prefix: string;

  /** @param prefix distinguishes the client's tools from the CLI's own; empty where the CLI has none */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** Whether a tool with this API name belongs to the client; without a prefix, every tool does. */
  isClientTool(apiName: string): boolean {
    return apiName.startsWith(this.#prefix);
  }

  /** The name in the API. */
  apiName(name: string): string {
    return this.#prefix + name;
  }

  /** The name without the prefix. */
  clientName(apiName: string): string {
    return this.isClientTool(apiName) ? apiName.slice(this.#prefix.length) : apiName;
  }
}
