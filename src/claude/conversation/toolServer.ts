/**
 * The MCP server that offers the client's tools to a CLI process. The CLI reads the tools of a server only once, so another
 * set of tools needs another server name.
 */
import * as v from 'valibot';
import { ChatError } from '../../core/errors.js';
import { canonicalJson } from '../../core/json.js';
import type { Channel } from './channel.js';
import { CLIENT_TOOLS_SERVER } from '../cli/launch.js';
import { toolManifest } from './outgoing.js';
import { canonicalOffer, INITIAL_SETUP, type ToolOffer } from './processSetup.js';
import { ToolNames } from './toolNames.js';

const mcpStatus = v.object({
  mcpServers: v.array(
    v.object({
      name: v.string(),
      status: v.string(),
    }),
  ),
});
const rpc = v.object({
  id: v.optional(v.union([v.number(), v.string()]), 0),
  method: v.optional(v.string(), ''),
});

/** How often the status of the server is requested, and the pause between two requests in milliseconds. */
const STATUS_CHECKS = 400;
const STATUS_PAUSE_MS = 5;
/** The CLI requests the list of tools a second time if it could not use it. */
const MAX_LISTS = 2;

export class ToolServer {
  readonly #channel: Channel;
  readonly #prefix: string;
  #offer = INITIAL_SETUP.offer;
  #names: ToolNames;
  #servers = 0;
  /** How often the CLI has requested the tools of the current server. */
  #lists = 0;
  /** The name of the present server. */
  #server = CLIENT_TOOLS_SERVER;
  /** Whether the CLI has accepted the present offer. */
  #accepted = true;
  #onListed: (() => void) | undefined;
  /** The descriptions by tool name and schema. The CLI keeps the first description that it got for them. */
  readonly #descriptions = new Map<string, string>();

  /** @param prefix the prefix that the CLI adds to the names of the client's tools */
  constructor(channel: Channel, prefix: string) {
    this.#channel = channel;
    this.#prefix = prefix;
    this.#names = new ToolNames([], prefix);
  }

  get names(): ToolNames {
    return this.#names;
  }

  /** Records an offer that the process gets with its `initialize` request. */
  recordOffer(offer: ToolOffer): void {
    this.#recordTools(offer);
    this.#accepted = true;
  }

  #recordTools(offer: ToolOffer): void {
    this.#names = new ToolNames(offer.tools, this.#prefix);
    this.#offer = offer;
    for (const [key, description] of descriptionsOf(offer, this.#names))
      this.#descriptions.set(key, description);
  }

  /** Whether the CLI would use the description of an earlier tool for a tool of this offer. */
  conflictsWith(offer: ToolOffer): boolean {
    return descriptionsOf(offer, new ToolNames(offer.tools, this.#prefix)).some(([key, description]) => {
      const known = this.#descriptions.get(key);
      return known !== undefined && known !== description;
    });
  }

  /**
   * Replaces the tools that the model may call.
   * @param timeoutMs how long the CLI may take for one step
   * @throws ChatError `badRequest` with the names of the tools if the CLI rejects them
   */
  async offer(offer: ToolOffer, timeoutMs: number, signal: AbortSignal): Promise<void> {
    if (this.#accepted && canonicalOffer(this.#offer) === canonicalOffer(offer)) return;
    const replaces = !this.#accepted || !isEmpty(this.#offer);
    // Until the CLI has accepted the tools, an equal offer must be made again.
    this.#accepted = false;
    if (replaces) await this.#setServers({}, timeoutMs, signal);
    this.#recordTools(offer);
    if (!isEmpty(offer)) await this.#connect(timeoutMs, signal);
    this.#accepted = true;
  }

  async #connect(timeoutMs: number, signal: AbortSignal): Promise<void> {
    const listed = new Promise<void>((resolve) => (this.#onListed = resolve));
    this.#lists = 0;
    const name = `${CLIENT_TOOLS_SERVER}${++this.#servers}`;
    this.#server = name;
    await this.#setServers({ [name]: { type: 'sdk', name, disableAutoBackground: true } }, timeoutMs, signal);
    await this.#channel.waitFor(listed, timeoutMs, signal);
    await this.#waitUntilConnected(name, timeoutMs, signal);
  }

  /** Answers a JSON-RPC message that the CLI sends to the MCP server of that name. */
  answer(server: unknown, message: unknown): object {
    const call = v.safeParse(rpc, message);
    const { id, method } = call.success ? call.output : { id: 0, method: '' };
    const { initializeResult, toolsListResult } = toolManifest(this.#offer, this.#names);
    const results: Readonly<Record<string, object>> = {
      initialize: initializeResult,
      'tools/list': toolsListResult,
    };
    // The CLI may still ask a server that was replaced.
    if (method === 'tools/list' && server === this.#server) {
      this.#lists++;
      this.#onListed?.();
    }
    return { jsonrpc: '2.0', id, result: results[method] ?? {} };
  }

  async #setServers(servers: object, timeoutMs: number, signal: AbortSignal): Promise<void> {
    await this.#channel.request({ subtype: 'mcp_set_servers', servers }, timeoutMs, signal);
  }

  /** Waits until the CLI has accepted the tools. It rejects all of them if it cannot read one of the schemas. */
  async #waitUntilConnected(name: string, timeoutMs: number, signal: AbortSignal): Promise<void> {
    for (let check = 0; check < STATUS_CHECKS && this.#lists < MAX_LISTS; check++) {
      const answer = await this.#channel.request({ subtype: 'mcp_status' }, timeoutMs, signal);
      const parsed = v.safeParse(mcpStatus, answer);
      const server = parsed.success && parsed.output.mcpServers.find((listed) => listed.name === name);
      if (server && server.status === 'connected') return;
      await new Promise((resolve) => setTimeout(resolve, STATUS_PAUSE_MS));
    }
    throw new ChatError(
      'badRequest',
      'The Claude CLI cannot read the JSON Schema of one of these tools: ' +
        `${this.#offer.tools.map((tool) => tool.name).join(', ')}.`,
    );
  }
}

function isEmpty({ tools, answerSchema }: ToolOffer): boolean {
  return tools.length === 0 && answerSchema === undefined;
}

/** For each tool: its name and schema as a string, and its description. */
function descriptionsOf({ tools }: ToolOffer, names: ToolNames): (readonly [string, string])[] {
  return tools.map((tool) => [canonicalJson([names.bareName(tool.name), tool.parameters]), tool.description]);
}
