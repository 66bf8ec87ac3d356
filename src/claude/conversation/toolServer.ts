/**
 * The MCP server that offers the client's tools to a CLI process. The CLI reads the tools of a server only once, so another
 * set of tools needs another server name.
 */
import * as v from 'valibot';
import type { ToolSpec } from '../../core/chat.js';
import { badRequest, ChatError } from '../../core/errors.js';
import { canonicalJson, type JsonObject } from '../../core/json.js';
import type { Channel } from './channel.js';
import { CLIENT_TOOLS_SERVER } from '../cli/launch.js';
import { textKey } from '../tools/textKey.js';
import { toolManifest } from './outgoing.js';
import { canonicalOffer, INITIAL_SETUP, type ToolOffer } from './processSetup.js';
import { clientNameOf } from '../tools/offeredTool.js';
import { callNotDeferred } from '../turn/deferralCheck.js';
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
  params: v.optional(v.object({ name: v.optional(v.string(), '') }), {}),
});
/** The error code of JSON-RPC for a method that the server does not have. */
const METHOD_NOT_FOUND = -32601;
/** The part of the CLI's settings that can take tools away. */
const settings = v.object({
  effective: v.object({ permissions: v.object({ deny: v.array(v.string()) }) }),
});
const contextUsage = v.object({ mcpTools: v.array(v.object({ name: v.string() })) });

/** How often the status of the server is requested, and the pause between two requests in milliseconds. */
const STATUS_CHECKS = 400;
const STATUS_PAUSE_MS = 5;
/** The CLI requests the list of tools a second time if it could not use it. */
const MAX_LISTS = 2;

export class ToolServer {
  readonly #channel: Channel;
  #offer = INITIAL_SETUP.offer;
  /** The names of the client's tools in the API. */
  readonly names: ToolNames;
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
    this.names = new ToolNames(prefix);
  }

  /** Records an offer that the process gets with its `initialize` request. */
  recordOffer(offer: ToolOffer): void {
    this.#recordTools(offer);
    this.#accepted = true;
  }

  #recordTools(offer: ToolOffer): void {
    this.#offer = offer;
    for (const [key, description] of descriptionsOf(offer)) this.#descriptions.set(key, description);
  }

  /** Whether the CLI would use the description of an earlier tool for a tool of this offer. */
  conflictsWith(offer: ToolOffer): boolean {
    return descriptionsOf(offer).some(([key, description]) => {
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
    const request = (subtype: string, more = {}): Promise<unknown> =>
      this.#channel.request({ subtype, ...more }, timeoutMs, signal);
    const [read] = await Promise.all([
      request('get_settings'),
      this.#waitUntilConnected(name, timeoutMs, signal),
    ]);
    if (!deniesTools(read)) return;
    const usage = v.safeParse(contextUsage, await request('get_context_usage', { detail: 'summary' }));
    if (usage.success) this.#checkOffered(usage.output.mcpTools.map((tool) => tool.name));
  }

  /** @throws ChatError `badRequest` if the CLI has left out one of the client's tools */
  #checkOffered(listed: readonly string[]): void {
    const missing = this.#offer.tools.filter((tool) => !listed.includes(this.names.apiName(tool.name)));
    if (missing.length > 0) throw toolsMissing(missing);
  }

  /**
   * Answers a JSON-RPC message that the CLI sends to the MCP server of that name.
   * @param signal aborted when the turn is over
   */
  async answer(server: unknown, message: unknown, signal: AbortSignal): Promise<object> {
    const call = v.safeParse(rpc, message);
    const { id, method, params } = call.success ? call.output : { id: 0, method: '', params: { name: '' } };
    const { initializeResult, toolsListResult } = toolManifest(this.#offer);
    // The CLI may still ask a server that was replaced.
    if (method === 'tools/list' && server === this.#server) {
      this.#lists++;
      this.#onListed?.();
    }
    if (method === 'tools/call') await this.#refuseCall(params.name, signal);
    const results: Readonly<Record<string, object>> = {
      initialize: initializeResult,
      'tools/list': toolsListResult,
      ping: {},
    };
    const result = results[method];
    // A notification needs no answer, but the CLI waits for one.
    if (result !== undefined || method.startsWith('notifications/')) {
      return { jsonrpc: '2.0', id, result: result ?? {} };
    }
    return { jsonrpc: '2.0', id, error: { code: METHOD_NOT_FOUND, message: `No method ${method}` } };
  }

  /**
   * The client runs its tools: the hook defers every call, so that none gets here. If one does, the hook did not run. The CLI
   * gets no answer before the turn is over, because the model would take it for the tool's result.
   */
  async #refuseCall(tool: string, signal: AbortSignal): Promise<void> {
    const offered = this.#offer.tools.find(({ name }) => name === tool);
    this.#channel.failTurn(callNotDeferred(offered === undefined ? tool : clientNameOf(offered)));
    if (signal.aborted) return;
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
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
        `${this.#offer.tools.map(clientNameOf).join(', ')}.`,
    );
  }
}

/** Whether a rule of the user can deny tools of MCP servers, as the client's tools are for the CLI. */
function deniesTools(read: unknown): boolean {
  const parsed = v.safeParse(settings, read);
  return parsed.success && parsed.output.effective.permissions.deny.some((rule) => /^(mcp__|\*)/.test(rule));
}

function isEmpty({ tools, answerSchema }: ToolOffer): boolean {
  return tools.length === 0 && answerSchema === undefined;
}

/** The error for tools that the CLI does not offer to the model. */
export function toolsMissing(tools: readonly ToolSpec[]): ChatError {
  return badRequest(
    `The Claude CLI does not offer these tools to the model: ${tools.map(clientNameOf).join(', ')}. ` +
      'Check whether a permission rule in the settings of Claude denies them (permissions.deny).',
  );
}

/** For each tool: its name and schema as a string, and its description. */
function descriptionsOf({ tools }: ToolOffer): (readonly [string, string])[] {
  return tools.map(({ name, parameters, description }) => [
    `${JSON.stringify(name)} ${schemaKey(parameters)}`,
    description,
  ]);
}

/** Requests with equal tools have the same schema objects (`tools/requestTools.ts`), and every process is compared with them. */
const schemaKeys = new WeakMap<JsonObject, string>();

function schemaKey(schema: JsonObject): string {
  const known = schemaKeys.get(schema);
  if (known !== undefined) return known;
  const key = textKey(canonicalJson(schema));
  schemaKeys.set(schema, key);
  return key;
}
