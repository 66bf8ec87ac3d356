/** The backend that answers with the installed Claude CLI. */
import type { PlanUsage } from '../core/planUsage.js';
import type { BackendObserver } from '../core/backend.js';
import type { ChatEvent, ChatRequest, Lane } from '../core/chat.js';
import type { BackendLimits, CliBackend } from '../core/cliBackend.js';
import { ChatError } from '../core/errors.js';
import type { Logger } from '../core/log.js';
import { answerFrom } from './pool/retryDeadProcess.js';
import { CircuitBreaker } from './pool/circuitBreaker.js';
import { CliFinder, isSignedIn, missingFlags } from './cli/cli.js';
import { Conversation } from './conversation/conversation.js';
import { Watchdog } from './process/watchdog.js';
import { chatLane, workspaceLane, type LaneConfigs, type WorkspaceOptions } from './workspace/lanes.js';
import { thisMachine } from './cli/locate.js';
import { ModelList } from './modelList.js';
import { Pool } from './pool/pool.js';
import { startProcess } from './process/process.js';
import type { Origin, PooledProcess } from './pool/processLimit.js';
import { privateMemory } from './process/memory.js';
import {
  endOrphanedProcesses,
  endLeftoverProcesses,
  newProcessTag,
  TAG_VARIABLE,
} from './process/leftoverProcesses.js';
import { FairQueue } from './pool/fairQueue.js';

export interface ClaudeBackendOptions {
  /** The setting: an absolute path, or empty to search. */
  readonly claudePath: string;
  /** Where the CLI runs, absolute. */
  readonly folder: string;
  /** The environment of the person. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Logger;
  /** Of this program, for the CLI's User-Agent. */
  readonly version: string;
  readonly limits?: Partial<BackendLimits>;
  /** Absent: the workspace lane is refused. */
  readonly workspace?: WorkspaceOptions;
  /** Called whenever `activity()` has changed. */
  readonly onActivity?: () => void;
  /** Told whenever the CLI has heard of the plan's limits. */
  readonly onPlanUsage?: (planUsage: PlanUsage) => void;
}

export const DEFAULT_LIMITS: BackendLimits = {
  processes: 4,
  queue: 64,
  idleMs: 10 * 60_000,
  prewarm: 'whileInUse',
  useMs: 10 * 60_000,
  processBytes: 300 * 1024 * 1024,
  reactionMs: 60_000,
  // Longer than the CLI's own patience with the API, so that its error comes first.
  silenceMs: 660_000,
};

const CHECK_MS = 60_000;
const REFILL_MS = 250;

/** A process grows a little with each conversation. */
const MAX_CONVERSATIONS = 100;
/** After every so many conversations the memory is looked at. */
const MEMORY_CHECK_EVERY = 5;

const NO_WORKSPACE = new ChatError(
  'unknownModel',
  'Claude cannot work in a folder here: none is open that is trusted. Open one, or use the model without ":workspace".',
);

export function createClaudeBackend(options: ClaudeBackendOptions): CliBackend {
  const { folder, log } = options;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const clock = (): number => performance.now();
  const laneOptions = { folder, env: options.env, app: `claude-ollama-server/${options.version}`, log };
  const lanes: LaneConfigs = {
    chat: chatLane(laneOptions),
    ...(options.workspace === undefined ? {} : { workspace: workspaceLane(laneOptions, options.workspace) }),
  };
  const open = [folder, ...(options.workspace?.moreFolders ?? [])];
  const finder = new CliFinder(options.claudePath, open, thisMachine(options.env));
  const guardian = new Watchdog(log);
  const onActivity = options.onActivity ?? (() => undefined);
  const turnstile = new FairQueue(limits.processes, limits.queue, onActivity);
  const breaker = new CircuitBreaker(clock);
  const list = new ModelList(() => pool.withEmpty((conversation) => conversation.models()));
  void endLeftoverProcesses(log); // never rejects
  /** What is still being ended after CLIs that died. */
  const endings = new Set<Promise<void>>();

  const pool = new Pool({
    limits: {
      processes: limits.processes,
      idleMs: limits.idleMs,
      prewarm: limits.prewarm,
      useMs: limits.useMs,
      checkMs: CHECK_MS,
      refillMs: REFILL_MS,
    },
    start,
    origin: async (lane) => originOf(lane, await finder.find()),
    isWornOut,
    clock,
    log,
  });

  async function originOf(lane: Lane, cli: { readonly fingerprint: string }): Promise<Origin> {
    const project = (await lanes[lane]?.projectState()) ?? '';
    return { cli: cli.fingerprint, project, day: new Date().toDateString() };
  }

  async function isWornOut(conversation: Conversation): Promise<boolean> {
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
    const spec = lanes[lane];
    if (spec === undefined) throw NO_WORKSPACE;
    breaker.pass();
    const cli = await finder.find();
    const origin = await originOf(lane, cli);
    const tag = newProcessTag();
    const env = { ...spec.env, [TAG_VARIABLE]: tag };
    const process = await startProcess({ file: cli.path, args: spec.args, env, folder }, log);
    const { pid } = process;
    if (pid !== undefined) {
      guardian.watch(pid);
      // Never rejects.
      void process.ended.then(({ requested }) => {
        guardian.unwatch(pid);
        if (requested) return;
        const ending = endOrphanedProcesses(tag, log).then(() => void endings.delete(ending));
        endings.add(ending);
      });
    }
    void process.ended.then(onActivity); // never rejects
    const conversation = new Conversation(process, {
      clock,
      onResult(result) {
        list.learn(result);
        breaker.answered();
      },
      onDeath: (error) => breaker.died(error),
      onPlanUsage: options.onPlanUsage ?? (() => undefined),
      // At work in the folder, the CLI first runs the hooks of the project, which take what they take.
      reactionMs: lane === 'chat' ? limits.reactionMs : limits.silenceMs,
      silenceMs: limits.silenceMs,
      side: spec.createServices(),
    });
    const startedAt = clock();
    return { conversation, lane, origin, startedAt, turnAt: startedAt };
  }

  return {
    models: () => list.models(),
    async *chat(
      request: ChatRequest,
      signal: AbortSignal,
      listener?: BackendObserver,
    ): AsyncGenerator<ChatEvent, void, void> {
      if (lanes[request.lane] === undefined) throw NO_WORKSPACE;
      const { running, waiting } = turnstile;
      if (running >= limits.processes) {
        log.info(`[pool] a request waits; running=${running} waiting=${waiting + 1}`);
      }
      const left = pool.hold();
      try {
        const leave = await turnstile.enter(request.client ?? '', signal);
        try {
          const hears: BackendObserver = {
            requestSent() {
              left();
              listener?.requestSent();
            },
            permissionDecided: (decision) => listener?.permissionDecided(decision),
          };
          yield* answerFrom(pool, request, signal, hears, log);
        } finally {
          leave();
        }
      } finally {
        left();
      }
    },
    async describe() {
      const cli = await finder.find();
      return { path: cli.path, version: cli.version, signedIn: await isSignedIn(cli.path, lanes.chat.env) };
    },
    async inspect() {
      const { path, source, version } = await finder.find();
      const { args, env } = lanes.chat;
      const needed = [...args, ...(lanes.workspace?.args ?? [])].filter((argument) =>
        argument.startsWith('--'),
      );
      const [signedIn, missing] = await Promise.all([isSignedIn(path, env), missingFlags(path, needed, env)]);
      return { path, source, version, signedIn, missingFlags: missing };
    },
    activity: () => ({ running: turnstile.running, waiting: turnstile.waiting, processes: pool.size }),
    async close() {
      await pool.close();
      await Promise.all(endings);
      guardian.close();
    },
    closeNow() {
      pool.terminateNow();
      guardian.close();
    },
  };
}
