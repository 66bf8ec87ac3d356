/** The backend that answers with the installed Claude CLI. */
import type { ChatBackend, Model } from '../core/backend.js';
import type { ChatEvent, ChatRequest, Effort } from '../core/chat.js';
import { ChatError } from '../core/errors.js';
import type { Logger } from '../core/log.js';
import { CliFinder, isSignedIn } from './cli.js';
import { Conversation, type ConversationOptions } from './conversation.js';
import { CHAT_ARGUMENTS, childEnvironment } from './launch.js';
import { thisMachine } from './locate.js';
import type { ResultMessage } from './messages.js';
import { startProcess, type ClaudeProcess } from './process.js';

export interface ClaudeBackendOptions {
  /** The setting: an absolute path, or empty to search. */
  readonly configuredPath: string;
  /** Where the CLI runs, absolute. */
  readonly folder: string;
  /** The environment of the person. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Logger;
  /** Of this program, for the CLI's User-Agent. */
  readonly version: string;
}

export interface CliDescription {
  readonly path: string;
  readonly version: string;
  readonly signedIn: boolean;
}

export interface ClaudeBackend extends ChatBackend {
  /**
   * What is installed. @throws ChatError `cliMissing` or `cliTooOld`
   */
  describe(): Promise<CliDescription>;
  /** Refuses new work, ends every process in a bounded time. */
  close(): Promise<void>;
  /** The last resort when this program exits: tells every process to end, cannot wait. */
  closeNow(): void;
}

const REACTION_MS = 60_000;
/** Longer than the CLI's own patience with the API, so that its error comes first. */
const SILENCE_MS = 660_000;
/** What every current model has, until the CLI reports the real figure. */
const CONTEXT_TOKENS = 200_000;

const EFFORTS: readonly Effort[] = ['low', 'medium', 'high', 'xhigh', 'max'];

export function createClaudeBackend(options: ClaudeBackendOptions): ClaudeBackend {
  const { folder, log } = options;
  const env = childEnvironment(options.env, folder, `claude-ollama-server/${options.version}`);
  const finder = new CliFinder(options.configuredPath, folder, thisMachine(options.env));
  const live = new Set<ClaudeProcess>();
  const limits = new Map<string, { contextLength?: number; maxOutputTokens?: number }>();
  let listed: Promise<readonly Model[]> | undefined;
  let closed = false;

  const conversationOptions: ConversationOptions = {
    log,
    clock: () => performance.now(),
    onResult: learnLimits,
    reactionMs: REACTION_MS,
    silenceMs: SILENCE_MS,
  };

  function learnLimits(result: ResultMessage): void {
    for (const [id, model] of Object.entries(result.modelUsage ?? {})) {
      limits.set(id, {
        ...(model.contextWindow ? { contextLength: model.contextWindow } : {}),
        ...(model.maxOutputTokens ? { maxOutputTokens: model.maxOutputTokens } : {}),
      });
    }
  }

  async function open(): Promise<Conversation> {
    const cli = await finder.find();
    if (closed) throw new ChatError('cancelled', 'The server is stopping. Try again.');
    const process = await startProcess({ file: cli.path, args: CHAT_ARGUMENTS, env, folder }, log);
    live.add(process);
    void process.ended.then(() => live.delete(process)); // never rejects
    return new Conversation(process, conversationOptions);
  }

  async function askModels(): Promise<readonly Model[]> {
    const conversation = await open();
    try {
      return (await conversation.models()).map((model) => ({
        value: model.value,
        resolved: model.resolvedModel ?? model.value,
        displayName: model.displayName ?? model.value,
        description: model.description ?? '',
        efforts: EFFORTS.filter((effort) => model.supportedEffortLevels?.includes(effort) === true),
        thinking: true,
        contextLength: CONTEXT_TOKENS,
      }));
    } finally {
      void conversation.end(); // never rejects
    }
  }

  return {
    async models() {
      listed ??= askModels().catch((error: unknown) => {
        listed = undefined;
        throw error;
      });
      return (await listed).map((model) => ({ ...model, ...limits.get(model.resolved) }));
    },
    async *chat(request: ChatRequest, signal: AbortSignal): AsyncGenerator<ChatEvent, void, void> {
      const conversation = await open();
      try {
        yield* conversation.ask(request, signal);
      } finally {
        void conversation.end(); // never rejects; the client need not wait
      }
    },
    async describe() {
      const cli = await finder.find();
      return { path: cli.path, version: cli.version, signedIn: await isSignedIn(cli.path, env) };
    },
    async close() {
      closed = true;
      await Promise.all([...live].map((process) => process.end()));
    },
    closeNow() {
      closed = true;
      for (const process of live) process.terminateNow();
    },
  };
}
