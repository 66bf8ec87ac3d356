/** The built program `dist/headless.cjs` with the real CLI and the stand-in API, as a user starts it without an editor. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { devCli } from '../standin/devCli.js';
import { standInEnvironment, type ApiAccess, type StandInEnvironment } from '../standin/environment.js';
import { startStandIn, type StandIn, type StandInOptions } from '../standin/server.js';

/** `npm test` builds it. */
const PROGRAM = fileURLToPath(new URL('../../../dist/headless.cjs', import.meta.url));
/** How long to wait for a line of output; enough for the slowest machine. */
const LINE_TIMEOUT_MS = 120_000;
const BANNER = /^Ollama Server for Claude is listening on (http:\/\/127\.0\.0\.1:\d+)$/;

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What the program uses, and what remains when it is restarted. */
export interface HeadlessSetup {
  readonly standIn: StandIn;
  readonly environment: StandInEnvironment;
}

export interface Headless extends HeadlessSetup {
  /** The URL of its first line on stdout. */
  readonly url: string;
  readonly pid: number;
  /** The lines so far. */
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
  /** Waits for a matching line on stderr, or returns an earlier one. Rejects when the program ends, or after a time-out. */
  readonly logged: (pattern: RegExp) => Promise<string>;
  /** Sends a signal and waits for the exit. The set-up remains. */
  readonly kill: (signal: NodeJS.Signals) => Promise<Exit>;
  /** Stops the program and starts it with the same set-up, which the new object's `stop` then disposes of. */
  restart(): Promise<Headless>;
  /**
   * Stops the program with SIGTERM, unless it has exited, and disposes of the set-up.
   * @throws Error when the stand-in got unexpected requests, unless `lenient`
   */
  stop(options?: { readonly lenient?: boolean }): Promise<void>;
}

export interface HeadlessOptions {
  /** Additional arguments, which override the usual ones. */
  readonly args?: readonly string[];
  /** Additional environment variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** The limit of open files, sockets and pipes. Needs a shell. */
  readonly maxOpenFiles?: number;
  /** The path of the program. Default: the one in `dist/`. */
  readonly program?: string;
  /** A module that Node loads before the program. */
  readonly preload?: string;
  readonly respond?: StandInOptions['respond'];
  /** How the CLI reaches the stand-in. Default: `STANDIN_ACCESS`, else `firstParty`. */
  readonly access?: ApiAccess;
  /** Whether to wait until the program has checked the CLI and listed its models. The default. */
  readonly waitForModels?: boolean;
}

/** Starts a stand-in and creates a new home and workspace. */
export async function createSetup(options: HeadlessOptions = {}): Promise<HeadlessSetup> {
  const standIn = await startStandIn(options.respond === undefined ? {} : { respond: options.respond });
  const access = options.access ?? defaultAccess();
  return { standIn, environment: await standInEnvironment(standIn.url, options.env, access) };
}

function defaultAccess(): ApiAccess {
  return process.env['STANDIN_ACCESS'] === 'baseUrl' ? 'baseUrl' : 'firstParty';
}

/** Runs the program with exactly these arguments until it exits. */
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

/** Starts the program on a free port, with a set-up of its own. */
export async function startHeadless(options: HeadlessOptions = {}): Promise<Headless> {
  const setup = await createSetup(options);
  try {
    return await launch(setup, options);
  } catch (error) {
    await setup.environment.dispose();
    await setup.standIn.close({ lenient: true });
    throw error;
  }
}

async function launch(setup: HeadlessSetup, options: HeadlessOptions): Promise<Headless> {
  const { standIn, environment } = setup;
  const args = [
    '--port',
    '0',
    '--workspace',
    environment.workspace,
    '--claude',
    devCli(),
    '--max-processes',
    '4',
  ];
  const preload = options.preload === undefined ? [] : ['--require', options.preload];
  const program = options.program ?? PROGRAM;
  const command = [process.execPath, ...preload, program, ...args, ...(options.args ?? [])];
  const limited = ['sh', '-c', `ulimit -n ${options.maxOpenFiles}; exec "$@"`, 'sh', ...command];
  const [file = '', ...rest] = options.maxOpenFiles === undefined ? command : limited;
  const child = spawn(file, rest, {
    // Not the workspace, so that only processes started with that folder run in it.
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
      const fail = (when: string): void =>
        reject(new Error(`${when} without a line like ${pattern}:\n${stderr.join('\n')}`));
      const timer = setTimeout(() => {
        watchers.delete(look);
        fail(`${LINE_TIMEOUT_MS / 1000} s`);
      }, LINE_TIMEOUT_MS);
      const look = (): void => {
        const line = lines.find((one) => pattern.test(one));
        if (line === undefined && exit === undefined) return;
        watchers.delete(look);
        clearTimeout(timer);
        if (line !== undefined) resolve(line);
        else fail('the program ended');
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
  if (options.waitForModels !== false) await logged(/\[cli\] models=|\[error\] \[cli\]/);
  return {
    ...setup,
    url,
    pid: child.pid ?? 0,
    stdout,
    stderr,
    logged,
    kill,
    async restart() {
      await kill('SIGTERM');
      return launch(setup, options);
    },
    async stop(closing) {
      await kill('SIGTERM');
      await environment.dispose();
      await standIn.close(closing);
    },
  };
}
