/**
 * What a process of the workspace lane keeps of a conversation that is removed from it. The rules are what was measured:
 * after anything else a process must not serve another conversation.
 */
import * as v from 'valibot';
import { EDITING_TOOLS, READING_TOOLS, SUBAGENT_TOOLS } from '../cli/launch.js';
import { isAtLeast } from '../cli/version.js';
import type { CliMessage } from '../process/incoming.js';
import { STRUCTURED_OUTPUT_TOOL } from '../turn/structuredOutput.js';
import { CLIENT_TOOLS_PREFIX } from './outgoing.js';
import type { Environment } from './processSetup.js';
import type { UserSettings } from './userSettings.js';

/**
 * The tools after which the requests of the next conversation equal those of a new process. Not among them: shells, which
 * keep their folder and may leave commands running; notes of tasks, which the next conversation could list; tools of MCP
 * servers, which may keep anything.
 */
const FORGOTTEN_TOOLS: ReadonlySet<string> = new Set([
  ...READING_TOOLS,
  ...EDITING_TOOLS,
  ...SUBAGENT_TOOLS,
  STRUCTURED_OUTPUT_TOOL,
]);

/** Reports of the CLI that mean nothing for the next conversation. Others are, for example, a compacted history or a hook. */
const HARMLESS_REPORTS: ReadonlySet<string> = new Set([
  'init',
  'status',
  'api_retry',
  'thinking_tokens',
  'task_started',
  'task_progress',
  'task_updated',
  'task_notification',
]);

/** Versions up to 2.1.300 tell the model how many tokens earlier conversations have left, if these called tools. */
const FORGETS_TOKENS = '2.1.316';

const hookCall = v.object({
  subtype: v.literal('hook_callback'),
  input: v.object({ tool_name: v.string() }),
});

export interface TracesOptions {
  /** In which the process was started. */
  readonly environment: Environment;
  /** See `requestSettings`. */
  readonly settings: Promise<UserSettings>;
  /** Of the CLI that runs in the process. */
  readonly version: string;
}

export class Traces {
  readonly #environment: Environment;
  readonly #forgetsTokens: boolean;
  /** `undefined` until the CLI has reported them. */
  #settings: UserSettings | undefined;
  #called = false;
  #left = false;

  constructor({ environment, settings, version }: TracesOptions) {
    this.#environment = environment;
    this.#forgetsTokens = isAtLeast(version, FORGETS_TOKENS);
    void settings.then((read) => (this.#settings = read)); // never rejects
  }

  /** Follows a message of the CLI, also one that belongs to no turn. */
  observe(message: CliMessage): void {
    for (const tool of calledTools(message)) {
      this.#called = true;
      this.#left ||= !FORGOTTEN_TOOLS.has(tool) && !tool.startsWith(CLIENT_TOOLS_PREFIX);
    }
    this.#left ||= message.type === 'system' && !HARMLESS_REPORTS.has(message.subtype);
  }

  /**
   * Whether something may be left. Hooks run when a process starts and ends. To Anthropic's API the CLI sends, in a header,
   * the names of all tools that its process has called.
   */
  get left(): boolean {
    if (this.#settings === undefined || this.#settings.mayRunHooks || this.#left) return true;
    const { ANTHROPIC_BASE_URL: url } = { ...this.#environment, ...this.#settings.variables };
    return this.#called && !(this.#forgetsTokens && isOwnServer(url));
  }
}

/** The names of the tools that the model calls or that the CLI is about to run. */
function calledTools(message: CliMessage): readonly string[] {
  if (message.type === 'assistant') {
    return message.message.content.flatMap((block) => (block.type === 'tool_use' ? [block.name] : []));
  }
  if (message.type === 'stream_event' && message.event.type === 'content_block_start') {
    const { type, name } = message.event.content_block;
    return type === 'tool_use' ? [name ?? ''] : [];
  }
  if (message.type !== 'control_request' || !v.is(hookCall, message.request)) return [];
  return [message.request.input.tool_name];
}

/** Whether the address is that of another server than Anthropic's API. */
function isOwnServer(address: string | undefined): boolean {
  if (address === undefined || !URL.canParse(address)) return false;
  return !/(^|\.)anthropic\.com$/i.test(new URL(address).hostname);
}
