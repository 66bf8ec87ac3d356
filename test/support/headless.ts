/** The endpoint without an editor, as a person starts it: the built program, the real CLI, a stand-in behind it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { devCli } from '../standin/devCli.js';
import { standInEnvironment, type StandInEnvironment } from '../standin/environment.js';
import { startStandIn, type StandIn, type StandInOptions } from '../standin/server.js';

/** The test launcher builds it. */
const PROGRAM = fileURLToPath(new URL('../../../dist/headless.cjs', import.meta.url));
/** What a line may take on the slowest machine. */
const LINE_MS = 120_000;
const BANNER = /^Ollama Server for Claude is listening on (http:\/\/127\.0\.0\.1:\d+)$/;

/** How a program ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What stays when the program is started again. */
export interface Surroundings {
  readonly standIn: StandIn;
  readonly environment: StandInEnvironment;
}

export interface Headless extends Surroundings {
  /** As its first line on stdout names it. */
  readonly url: string;
  readonly pid: number;
  /** Its lines so far. */
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
  /** The first line on stderr, past or coming, that matches. Rejects when the program ends without one, or is late. */
  readonly logged: (pattern: RegExp) => Promise<string>;
  /** Sends a signal and waits for the end. What surrounds the program stays. */
  readonly kill: (signal: NodeJS.Signals) => Promise<Exit>;
  /** Starts it again, in the same surroundings; those of this object are then the new one's to close. */
  again(): Promise<Headless>;
  /**
   * Ends it with SIGTERM, unless it has ended, and what surrounds it.
   * @throws Error when the stand-in saw something unexpected, unless `lenient`
   */
  stop(options?: { readonly lenient?: boolean }): Promise<void>;
}

export interface HeadlessOptions {
  /** More options; they win over the usual ones. */
  readonly args?: readonly string[];
  /** More variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** How many files, sockets and pipes it may have open. Needs a shell. */
  readonly openFiles?: number;
  /** A module that Node loads before the program. */
  readonly preload?: string;
  readonly respond?: StandInOptions['respond'];
  /** Whether to wait until it has looked at the CLI and listed its models, too. The default. */
  readonly settled?: boolean;
}

/** A stand-in, and a fresh home and workspace for a program that talks to it. */
export async function surroundings(options: HeadlessOptions = {}): Promise<Surroundings> {
  const standIn = await startStandIn(options.respond === undefined ? {} : { respond: options.respond });
  return { standIn, environment: await standInEnvironment(standIn.url, options.env) };
}

/** Runs the program with exactly these arguments to its end. */
export async function runToEnd(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Exit & { readonly stdout: string; readonly stderr: string }> {
  const child = spawn(process.execPath, [PROGRAM, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code, signal] = (await once(child, 'close')) as [Exit['code'], Exit['signal']];
  return { code, signal, stdout, stderr };
}

/** Starts the program on a free port, in surroundings of its own. */
export async function startHeadless(options: HeadlessOptions = {}): Promise<Headless> {
  const around = await surroundings(options);
  try {
    return await launch(around, options);
  } catch (error) {
    await around.environment.dispose();
    await around.standIn.close({ lenient: true });
    throw error;
  }
}

async function launch(around: Surroundings, options: HeadlessOptions): Promise<Headless> {
  const { standIn, environment } = around;
  const args = ['--port', '0', '--workspace', environment.workspace, '--claude', devCli()];
  const preload = options.preload === undefined ? [] : ['--require', options.preload];
  const command = [process.execPath, ...preload, PROGRAM, ...args, ...(options.args ?? [])];
  const limited = ['sh', '-c', `ulimit -n ${options.openFiles}; exec "$@"`, 'sh', ...command];
  const [file = '', ...rest] = options.openFiles === undefined ? command : limited;
  const child = spawn(file, rest, {
    // Not the workspace, so that whoever works there was told to.
    cwd: environment.root,
    env: environment.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stdout: string[] = [];
  const stderr: string[] = [];
  const watchers = new Set<() => void>();
  const wake = (): void => watchers.forEach((watcher) => watcher());
  let exit: Exit | undefined;
  const ended = new Promise<Exit>((resolve) => {
    child.once('close', (code, signal) => {
      exit = { code, signal };
      resolve(exit);
      wake();
    });
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    stdout.push(line);
    wake();
  });
  createInterface({ input: child.stderr }).on('line', (line) => {
    stderr.push(line);
    wake();
  });

  function lineOf(lines: readonly string[], pattern: RegExp): Promise<string> {
    return new Promise((resolve, reject) => {
      const fail = (what: string): void =>
        reject(new Error(`${what} without a line like ${pattern}:\n${stderr.join('\n')}`));
      const timer = setTimeout(() => {
        watchers.delete(look);
        fail(`${LINE_MS / 1000} s`);
      }, LINE_MS);
      const look = (): void => {
        const line = lines.find((one) => pattern.test(one));
        if (line === undefined && exit === undefined) return;
        watchers.delete(look);
        clearTimeout(timer);
        if (line !== undefined) resolve(line);
        else fail('it ended');
      };
      watchers.add(look);
      look();
    });
  }

  async function kill(signal: NodeJS.Signals): Promise<Exit> {
    if (exit === undefined) child.kill(signal);
    return ended;
  }

  const [, url = ''] = BANNER.exec(await lineOf(stdout, BANNER)) ?? [];
  const logged = (pattern: RegExp): Promise<string> => lineOf(stderr, pattern);
  if (options.settled !== false) await logged(/\[cli\] models=|\[error\] \[cli\]/);
  return {
    ...around,
    url,
    pid: child.pid ?? 0,
    stdout,
    stderr,
    logged,
    kill,
    async again() {
      await kill('SIGTERM');
      return launch(around, options);
    },
    async stop(closing) {
      await kill('SIGTERM');
      await environment.dispose();
      await standIn.close(closing);
    },
  };
}
