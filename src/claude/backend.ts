/** The backend that answers with the installed Claude CLI. */
import type { PlanUsage } from '../core/planUsage.js';
import type { BackendObserver } from '../core/backend.js';
import type { ChatEvent, ChatRequest, Lane } from '../core/chat.js';
import type { BackendLimits, CliBackend } from '../core/cliBackend.js';
import { ChatError } from '../core/errors.js';
import type { Logger } from '../core/log.js';
import { answerInTurn } from './pool/answerInTurn.js';
import { autoProcesses } from './pool/autoProcesses.js';
import { CircuitBreaker } from './pool/circuitBreaker.js';
import { CliFinder, missingFlags, readAuthStatus } from './cli/cli.js';
import { Conversation } from './conversation/conversation.js';
import { rewindsByCli } from './conversation/rewinds.js';
import { ModelTraitsMemory } from './conversation/modelTraits.js';
import { CLIENT_TOOLS_PREFIX } from './conversation/outgoing.js';
import { chatLane, workspaceLane, type LaneConfigs, type WorkspaceOptions } from './workspace/lanes.js';
import { thisMachine } from './cli/locate.js';
import { watchSignIn } from './cli/signInState.js';
import { ModelList } from './modelList.js';
import { Pool } from './pool/pool.js';
import { startProcess } from './process/process.js';
import type { PooledConversation } from './pool/pooledConversation.js';
import { checkAnswer, preloadTranslation, translateTools } from './tools/lazyTranslation.js';
import type { Origin, PooledProcess } from './pool/processLimit.js';
import type { Payer } from './pool/policy.js';
import { privateMemory, usableMemory } from './process/memory.js';
import { newProcessTag, TAG_VARIABLE } from './process/leftoverProcesses.js';
import { ProcessKeeper } from './process/processKeeper.js';
import { FairQueue } from './pool/fairQueue.js';

export interface ClaudeBackendOptions {
  /** The setting: an absolute path, or empty to search. */
  readonly claudePath: string;
  /** Where the CLI runs, absolute. */
  readonly folder: string;
  /** The user's environment variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Logger;
  /** The version of this program, for the CLI's User-Agent. */
  readonly version: string;
  readonly limits?: Partial<BackendLimits>;
  /** If absent, requests of the workspace lane are refused. */
  readonly workspace?: WorkspaceOptions;
  /** Called when `activity()` has changed. */
  readonly onActivity?: () => void;
  /** Called when the CLI reports the plan's limits. */
  readonly onPlanUsage?: (planUsage: PlanUsage) => void;
}

export const DEFAULT_LIMITS: BackendLimits = {
  processes: 'auto',
  queue: 64,
  idleMs: 10 * 60_000,
  prewarm: 'whileInUse',
  useMs: 10 * 60_000,
  pauseMs: 2 * 60 * 60_000,
  processBytes: 300 * 1024 * 1024,
  reactionMs: 60_000,
  // Longer than the CLI's own timeout for the API, so that the CLI reports its error first.
  silenceMs: 660_000,
};

/** Times of the pool that are no settings. Milliseconds. */
export const POOL_TIMES = { checkMs: 60_000, refillMs: 250 } as const;

/** The maximum for one process: its memory grows a little with each conversation. */
const MAX_CONVERSATIONS = 100;
/** The memory is checked each time a process has served this many more conversations. */
const MEMORY_CHECK_EVERY = 5;

const NO_WORKSPACE = new ChatError(
  'unknownModel',
  'No trusted folder is open for Claude to work in. Open one, or use the model without ":workspace".',
);

export function createClaudeBackend(options: ClaudeBackendOptions): CliBackend {
  const { folder, log } = options;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const processes = limits.processes === 'auto' ? autoProcesses(usableMemory()) : limits.processes;
  const clock = (): number => performance.now();
  let payer: Payer = 'key';
  const laneOptions = { folder, env: options.env, app: `claude-ollama-server/${options.version}`, log };
  const lanes: LaneConfigs = {
    chat: chatLane(laneOptions),
    ...(options.workspace === undefined ? {} : { workspace: workspaceLane(laneOptions, options.workspace) }),
  };
  const openFolders = [folder, ...(options.workspace?.moreFolders ?? [])];
  const finder = new CliFinder(options.claudePath, openFolders, thisMachine(options.env));
  const signIn = watchSignIn(options.env);
  const keeper = new ProcessKeeper({ log, isBusy: () => queue.running > 0 });
  const onActivity = (): void => {
    keeper.update();
    options.onActivity?.();
  };
  const queue = new FairQueue(processes, limits.queue, onActivity);
  const circuitBreaker = new CircuitBreaker(clock);
  const modelList = new ModelList(() => pool.withEmpty((conversation) => conversation.models()));
  const models = new ModelTraitsMemory((model) => modelList.idOf(model), log);
  const rewindsOf = rewindsByCli((line) => log.warn(line));

  const pool = new Pool({
    limits: {
      processes,
      idleMs: limits.idleMs,
      prewarm: limits.prewarm,
      useMs: limits.useMs,
      pauseMs: limits.pauseMs,
      ...POOL_TIMES,
    },
    start,
    origin: async (lane) => originOf(lane, await finder.find()),
    mustReplace,
    payer: () => payer,
    clock,
    log,
  });

  async function originOf(lane: Lane, cli: { readonly fingerprint: string }): Promise<Origin> {
    const project = (await lanes[lane]?.projectState()) ?? '';
    return { cli: `${cli.fingerprint} ${await signIn()}`, project, day: new Date().toDateString() };
  }

  async function mustReplace(conversation: PooledConversation): Promise<boolean> {
    const { contents, process } = conversation;
    const { conversations } = contents;
    if (conversations >= MAX_CONVERSATIONS) return true;
    if (conversations % MEMORY_CHECK_EVERY > 0 || process.pid === undefined) return false;
    const bytes = (await privateMemory(process.pid)) ?? 0;
    log.debug(
      `[pool] pid=${process.pid} has served ${conversations} conversations and uses ${Math.round(bytes / 2 ** 20)} MB`,
    );
    return bytes > limits.processBytes;
  }

  async function start(lane: Lane): Promise<PooledProcess> {
    const laneConfig = lanes[lane];
    if (laneConfig === undefined) throw NO_WORKSPACE;
    circuitBreaker.check();
    const cli = await finder.find();
    const origin = await originOf(lane, cli);
    const tag = newProcessTag();
    const env = { ...laneConfig.env, [TAG_VARIABLE]: tag };
    const args = [...laneConfig.args, ...(await laneConfig.startArguments())];
    const process = await startProcess({ file: cli.path, args, env, folder }, log);
    keeper.keep({ process, file: cli.path, args, tag });
    void preloadTranslation(); // never rejects: the bundle is a part of this program
    void process.ended.then(onActivity); // never rejects
    const conversation = new Conversation(process, {
      clock,
      onResult(result) {
        modelList.learn(result);
        circuitBreaker.recordAnswer();
      },
      onCrash: (error) => circuitBreaker.recordFailure(error),
      onPlanUsage(planUsage) {
        payer = 'plan';
        options.onPlanUsage?.(planUsage);
      },
      // In the workspace lane, the CLI first runs the hooks of the project, whose run time is unknown.
      reactionMs: lane === 'chat' ? limits.reactionMs : limits.silenceMs,
      silenceMs: limits.silenceMs,
      environment: laneConfig.env,
      models,
      version: cli.version,
      rewinds: rewindsOf(cli),
      checkAnswer,
      services: laneConfig.createServices(),
    });
    const startedAt = clock();
    return { conversation, lane, origin, startedAt, lastRequestAt: startedAt };
  }

  return {
    models: () => modelList.models(),
    async *chat(
      request: ChatRequest,
      signal: AbortSignal,
      observer?: BackendObserver,
    ): AsyncGenerator<ChatEvent, void, void> {
      if (lanes[request.lane] === undefined) throw NO_WORKSPACE;
      const prefix = request.lane === 'chat' ? '' : CLIENT_TOOLS_PREFIX;
      const { request: translated, toClient } = await translateTools(request, {
        prefix,
        warn: (line) => log.warn(line),
      });
      const events = answerInTurn({ queue, pool, log }, translated, signal, observer);
      for await (const event of events) yield toClient(event);
    },
    async describe() {
      const cli = await finder.find();
      return { path: cli.path, version: cli.version, ...(await readAuthStatus(cli.path, lanes.chat.env)) };
    },
    async inspect() {
      const cli = await finder.find();
      const { path, source, version } = cli;
      const { args, env } = lanes.chat;
      const needed = [...args, ...(lanes.workspace?.args ?? [])].filter((argument) =>
        argument.startsWith('--'),
      );
      const [auth, missing] = await Promise.all([readAuthStatus(path, env), missingFlags(path, needed, env)]);
      const { failing } = rewindsOf(cli);
      return { path, source, version, ...auth, missingFlags: missing, cannotReuse: failing };
    },
    activity: () => ({ running: queue.running, waiting: queue.waiting, processes: pool.size }),
    async close() {
      await pool.close();
      await keeper.close();
    },
    closeNow() {
      pool.terminateNow();
      keeper.closeNow();
    },
  };
}
