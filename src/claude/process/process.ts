/** One CLI process from start to exit: writes messages to its stdin and reads messages from its stdout. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { ChatError } from '../../core/errors.js';
import { LineSplitter } from '../../core/lineSplitter.js';
import { printable, type Logger } from '../../core/log.js';
import { parseMessage, type CliMessage } from './incoming.js';
import { RemainingTree } from './remainingTree.js';
import { terminateTree } from './terminateTree.js';
import { killTree } from './tree.js';

export interface ProcessSpec {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** The working directory, absolute. */
  readonly folder: string;
}

/** How a process ended. `code` and `signal` are both null if it never started. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Whether this program requested an orderly end. Otherwise the commands that the process had started may still be running. */
  readonly requested: boolean;
  /** The end of what it wrote to stderr, at most 65,536 characters. */
  readonly stderr: string;
  readonly cause?: Error;
}

/** Most characters of one message. */
const LINE_LIMIT = 64 * 1024 * 1024;
const STDERR_LIMIT = 64 * 1024;
/** From SIGTERM to SIGKILL. The CLI needs 1.3 s to end its own commands. */
const GRACE_MS = 1800;
/** A process that has closed a pipe is expected to exit within this time. Without the pipe it is useless. */
const EXIT_AFTER_CLOSE_MS = 1000;
/** From the exit to the end of its output. A grandchild can keep the pipe open, so the wait is bounded. */
const DRAIN_MS = 250;

/**
 * Starts the CLI. Checks the folder first, because `spawn` reports a missing folder like a missing program. A process that
 * cannot be started is reported by `ended`.
 * @throws ChatError `cliFailed` if the folder does not exist
 */
export async function startProcess(spec: ProcessSpec, log: Logger): Promise<ClaudeProcess> {
  const folder = await stat(spec.folder).catch(() => undefined);
  if (folder?.isDirectory() !== true) {
    const message = `The folder ${spec.folder} no longer exists. Create it again, or open another one.`;
    throw new ChatError('cliFailed', message);
  }
  return new ClaudeProcess(spec, log);
}

export class ClaudeProcess {
  /** Resolves when the process has exited and all of its output has been delivered. Never rejects. */
  readonly ended: Promise<ProcessEnd>;
  readonly #child: ChildProcessWithoutNullStreams | undefined;
  readonly #args: readonly string[];
  readonly #log: Logger;
  readonly #framer = new LineSplitter(LINE_LIMIT);
  #listener: ((message: CliMessage) => void) | undefined;
  #stderr = '';
  #exited = false;
  #endRequested = false;
  #invalidLines = 0;
  #fault: Error | undefined;
  #ending: Promise<void> | undefined;
  #settle!: (end: ProcessEnd) => void;

  constructor(spec: ProcessSpec, log: Logger) {
    this.#args = spec.args;
    this.#log = log;
    this.ended = new Promise((resolve) => {
      this.#settle = resolve;
    });
    const child = spawnChild(spec);
    if (child instanceof Error) {
      this.#finish(null, null, child);
      return;
    }
    this.#child = child;
    child.once('error', (error) => {
      if (child.pid === undefined) this.#finish(null, null, error);
    });
    child.once('exit', (code, signal) => {
      this.#exited = true;
      const finish = (): void => this.#finish(code, signal, this.#fault);
      if (child.stdout.closed) finish();
      else {
        const timeout = setTimeout(finish, DRAIN_MS);
        child.stdout.once('close', () => {
          clearTimeout(timeout);
          finish();
        });
      }
    });
    // EPIPE if the process exits during a write; `ended` reports the exit.
    child.stdin.on('error', (error) => {
      this.#log.debug(`[cli] pid=${child.pid} stdin ${error.message}`);
      this.#onPipeClosed('input');
    });
    child.stdout.once('close', () => this.#onPipeClosed('output'));
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => this.#read(chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      this.#stderr = (this.#stderr + chunk).slice(-STDERR_LIMIT);
    });
    log.debug(`[cli] pid=${child.pid} started`);
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** The end of what it wrote to stderr so far, at most 65,536 characters. */
  get stderr(): string {
    return this.#stderr;
  }

  get alive(): boolean {
    return this.#child?.pid !== undefined && !this.#exited;
  }

  /** Sets the only listener for messages. Without a listener, messages are dropped. */
  listen(listener: ((message: CliMessage) => void) | undefined): void {
    this.#listener = listener;
  }

  /** Writes one message. Does nothing if the process has exited; `ended` reports that. */
  send(message: object): void {
    if (this.alive && this.#child?.stdin.writable === true) {
      this.#child.stdin.write(`${JSON.stringify(message)}\n`);
    }
  }

  /** Stops reading the output, so that a slow client slows the process down instead of filling memory. */
  pause(): void {
    this.#child?.stdout.pause();
  }

  resume(): void {
    this.#child?.stdout.resume();
  }

  /** Ends the process in a bounded time: SIGTERM, then SIGKILL for what is left of its tree. Never rejects. */
  end(): Promise<void> {
    this.#ending ??= this.#end();
    return this.#ending;
  }

  /** Sends a signal without waiting, for when this program itself exits, or when nothing more may leave the process: its tree ends later. */
  terminateNow(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): void {
    if (signal === 'SIGTERM') this.#endRequested = true;
    if (this.#child !== undefined && this.alive) void terminateTree(this.#child, signal); // never rejects
  }

  async #end(): Promise<void> {
    const child = this.#child;
    // A process that has exited already did so unrequested.
    if (this.alive) this.#endRequested = true;
    if (child?.pid !== undefined && this.alive) {
      const pid = child.pid;
      const tree = await RemainingTree.of(pid, { args: this.#args, log: this.#log });
      child.stdin.end();
      const signalled = terminateTree(child);
      tree.terminateCli();
      const force = setTimeout(() => {
        this.#log.warn(`[cli] pid=${pid} did not exit within ${GRACE_MS} ms: killing it`);
        void killTree(pid); // never rejects; `ended` reports
      }, GRACE_MS);
      // A paused pipe would never report that it has closed.
      this.#listener = undefined;
      child.stdout.resume();
      await this.ended;
      clearTimeout(force);
      await Promise.all([signalled, tree.end(GRACE_MS)]); // on Windows, the descendants end with `signalled`
    } else await this.ended;
  }

  #read(chunk: string): void {
    let lines: string[];
    try {
      lines = this.#framer.push(chunk);
    } catch (error) {
      this.#endWithFault(error as Error);
      return;
    }
    for (const line of lines) this.#deliver(line);
  }

  #onPipeClosed(pipe: 'input' | 'output'): void {
    const endIfAlive = (): void => {
      if (this.alive) this.#endWithFault(new Error(`it closed its ${pipe} but kept running`));
    };
    if (this.alive && this.#ending === undefined) setTimeout(endIfAlive, EXIT_AFTER_CLOSE_MS).unref();
  }

  #endWithFault(fault: Error): void {
    if (this.#ending !== undefined) return;
    this.#fault = fault;
    this.#log.error(`[cli] pid=${this.pid} ${fault.message}`);
    void this.end(); // never rejects; `ended` reports
  }

  #deliver(line: string): void {
    if (line.trim() === '') return;
    let message: CliMessage;
    try {
      message = parseMessage(line);
    } catch {
      this.#invalidLines++;
      return;
    }
    if (message.type === 'other')
      this.#log.trace(`[cli] pid=${this.pid} ignored a message of type ${printable(message.name)}`);
    else this.#listener?.(message);
  }

  #finish(code: number | null, signal: NodeJS.Signals | null, cause: Error | undefined): void {
    this.#exited = true;
    for (const stream of [this.#child?.stdin, this.#child?.stdout, this.#child?.stderr]) stream?.destroy();
    if (this.#invalidLines > 0)
      this.#log.debug(`[cli] pid=${this.pid} wrote ${this.#invalidLines} lines that are not messages`);
    this.#log.debug(`[cli] pid=${this.pid} ended code=${code} signal=${signal}`);
    const requested = this.#endRequested;
    this.#settle({ code, signal, requested, stderr: this.#stderr, ...(cause ? { cause } : {}) });
  }
}

/**
 * Starts the child process. `spawn` reports failures in three ways: it throws, it emits `error`, or, when the system is out
 * of files, it leaves the pipes undefined. The second way is left to the caller.
 */
function spawnChild(spec: ProcessSpec): ChildProcessWithoutNullStreams | Error {
  try {
    const child = spawn(spec.file, spec.args, {
      cwd: spec.folder,
      env: spec.env,
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
      shell: false,
    });
    const piped = child as { stdin?: unknown; stdout?: unknown; stderr?: unknown };
    if (piped.stdin && piped.stdout && piped.stderr) return child;
    child.on('error', () => undefined);
    return Object.assign(new Error('the system is out of files or processes'), { code: 'EMFILE' });
  } catch (error) {
    return error as Error;
  }
}
