/** One CLI process from start to end: lines in, messages out. Knows nothing of conversations. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { ChatError } from '../../core/errors.js';
import { LineSplitter } from '../../core/lineSplitter.js';
import { printable, type Logger } from '../../core/log.js';
import { parseMessage, type CliMessage } from './incoming.js';
import { killTree } from './tree.js';

export interface ProcessSpec {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** The working directory, absolute. */
  readonly folder: string;
}

/** Why a process is gone. `code` and `signal` are both null when it never started. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Whether it was told to end. If not, nobody has ended what it had started. */
  readonly asked: boolean;
  /** The last of what it wrote to stderr. */
  readonly stderr: string;
  readonly cause?: Error;
}

const LINE_LIMIT = 64 * 1024 * 1024;
const STDERR_KEPT = 64 * 1024;
/** From SIGTERM to SIGKILL. The CLI needs 1.3 s to end its own commands. */
const GRACE_MS = 1800;
/** From closing a pipe to the exit that ought to follow. One that lives on can be told nothing, or tell nothing. */
const CLOSED_MS = 1000;
/** From the exit until its last output must have come; a grandchild can hold the pipe open for ever. */
const DRAIN_MS = 250;

/**
 * Starts the CLI. Two failures look alike to the system, so the folder is looked at first.
 * @throws ChatError `cliFailed` when the folder is gone
 */
export async function startProcess(spec: ProcessSpec, log: Logger): Promise<ClaudeProcess> {
  const folder = await stat(spec.folder).catch(() => undefined);
  if (folder?.isDirectory() !== true) {
    throw new ChatError(
      'cliFailed',
      `The folder ${spec.folder} does not exist any more. Open another folder.`,
    );
  }
  return new ClaudeProcess(spec, log);
}

export class ClaudeProcess {
  /** Settles when the process is gone and all of its output was delivered. Never rejects. */
  readonly ended: Promise<ProcessEnd>;
  readonly #child: ChildProcessWithoutNullStreams | undefined;
  readonly #log: Logger;
  readonly #framer = new LineSplitter(LINE_LIMIT);
  #listener: ((message: CliMessage) => void) | undefined;
  #stderr = '';
  #exited = false;
  #asked = false;
  /** Lines that were no messages. */
  #junk = 0;
  #fault: Error | undefined;
  #ending: Promise<void> | undefined;
  #settle!: (end: ProcessEnd) => void;

  constructor(spec: ProcessSpec, log: Logger) {
    this.#log = log;
    this.ended = new Promise((resolve) => {
      this.#settle = resolve;
    });
    const child = spawnChild(spec);
    if (child instanceof Error) {
      this.#exit(null, null, child);
      return;
    }
    this.#child = child;
    child.once('error', (error) => {
      if (child.pid === undefined) this.#exit(null, null, error);
    });
    child.once('exit', (code, signal) => {
      this.#exited = true;
      const finish = (): void => this.#exit(code, signal, this.#fault);
      if (child.stdout.closed) finish();
      else {
        const late = setTimeout(finish, DRAIN_MS);
        child.stdout.once('close', () => {
          clearTimeout(late);
          finish();
        });
      }
    });
    // EPIPE when the process goes away under a write; its exit tells the story.
    child.stdin.on('error', (error) => {
      this.#log.debug(`[cli] pid=${child.pid} stdin ${error.message}`);
      this.#closed('input');
    });
    child.stdout.once('close', () => this.#closed('output'));
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => this.#read(chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      this.#stderr = (this.#stderr + chunk).slice(-STDERR_KEPT);
    });
    log.debug(`[cli] pid=${child.pid} started`);
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get alive(): boolean {
    return this.#child?.pid !== undefined && !this.#exited;
  }

  /** Who gets the messages; one at a time. Messages that come while nobody listens are dropped. */
  listen(listener: ((message: CliMessage) => void) | undefined): void {
    this.#listener = listener;
  }

  /** Writes one line. What a dead process is told is lost; `ended` reports the death. */
  send(message: object): void {
    if (this.alive && this.#child?.stdin.writable === true) {
      this.#child.stdin.write(`${JSON.stringify(message)}\n`);
    }
  }

  /** Holds the output back, so that a slow reader slows the process down rather than filling memory. */
  pause(): void {
    this.#child?.stdout.pause();
  }

  resume(): void {
    this.#child?.stdout.resume();
  }

  /** Ends the process in a bounded time: end of input and SIGTERM, then the whole tree by force. */
  end(): Promise<void> {
    this.#ending ??= this.#end();
    return this.#ending;
  }

  /** The last resort at the exit of this program: asks, cannot wait. */
  terminateNow(): void {
    this.#asked = true;
    if (this.alive) this.#child?.kill('SIGTERM');
  }

  async #end(): Promise<void> {
    const child = this.#child;
    // Not of one that is gone already: its exit was its own.
    if (this.alive) this.#asked = true;
    if (child?.pid !== undefined && this.alive) {
      const pid = child.pid;
      child.stdin.end();
      child.kill('SIGTERM');
      const force = setTimeout(() => {
        this.#log.warn(`[cli] pid=${pid} did not end in ${GRACE_MS} ms and is killed`);
        void killTree(pid); // never rejects; `ended` reports
      }, GRACE_MS);
      // A paused pipe would never report its end.
      this.#listener = undefined;
      child.stdout.resume();
      await this.ended;
      clearTimeout(force);
    }
    await this.ended;
  }

  #read(chunk: string): void {
    let lines: string[];
    try {
      lines = this.#framer.push(chunk);
    } catch (error) {
      this.#giveUp(error as Error);
      return;
    }
    for (const line of lines) this.#deliver(line);
  }

  #closed(pipe: 'input' | 'output'): void {
    const stays = (): void => {
      if (this.alive) this.#giveUp(new Error(`it closed its ${pipe} and went on`));
    };
    if (this.alive && this.#ending === undefined) setTimeout(stays, CLOSED_MS).unref();
  }

  #giveUp(fault: Error): void {
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
      this.#junk++;
      return;
    }
    if (message.type === 'other') this.#log.trace(`[cli] pid=${this.pid} unread ${printable(message.name)}`);
    else this.#listener?.(message);
  }

  #exit(code: number | null, signal: NodeJS.Signals | null, cause: Error | undefined): void {
    this.#exited = true;
    for (const stream of [this.#child?.stdin, this.#child?.stdout, this.#child?.stderr]) stream?.destroy();
    if (this.#junk > 0)
      this.#log.debug(`[cli] pid=${this.pid} wrote ${this.#junk} lines that are no messages`);
    this.#log.debug(`[cli] pid=${this.pid} ended code=${code} signal=${signal}`);
    const asked = this.#asked;
    this.#settle({ code, signal, asked, stderr: this.#stderr, ...(cause ? { cause } : {}) });
  }
}

/** `spawn` fails in three ways: it throws, it emits, or it leaves the pipes undefined when files run out. */
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
    return Object.assign(new Error('the system has no files or processes left'), { code: 'EMFILE' });
  } catch (error) {
    return error as Error;
  }
}
