/** The CLI driven by hand, with nothing in between: what every other way is measured against. */
import { spawn, type ChildProcess, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { CHAT_ARGUMENTS, workspaceArguments } from '../../src/claude/cli/launch.js';
import type { Lane } from '../../src/core/chat.js';
import { assistantLine, controlLine, deferral, initialize, userLine } from './cliLines.js';
import { TOOL, type Talk } from './conversations.js';

/** Where and how the CLI runs. */
export interface CliPlace {
  readonly cli: string;
  readonly folder: string;
  /** The person's environment, as wrappers pass it on. */
  readonly env: Readonly<Record<string, string>>;
  /** What the product makes of it for its own processes. */
  readonly leanEnv: Readonly<Record<string, string>>;
  /** In which lane the product is asked, and by whose arguments the CLI is started by hand. */
  readonly lane: Lane;
}

/** A question on its way. */
export interface Sent {
  /** `performance.now()` just before it was written. */
  readonly sentAt: number;
  /** Settles at the end of the answer. */
  readonly done: Promise<void>;
}

/** A line of its stdout, as far as it is read here. */
interface Message {
  readonly type: string;
  readonly request_id?: string;
  readonly user_message_uuid?: string;
  readonly command_uuid?: string;
  readonly state?: string;
  readonly is_error?: boolean;
  readonly result?: string;
  readonly event?: { readonly type: string; readonly delta?: { readonly text?: string } };
}

const MODEL = 'sonnet';
const KILL_AFTER_MS = 5000;

export class BareCli {
  readonly #lane: Lane;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #waiting = new Set<{ fits: (message: Message) => boolean; done: (message: Message) => void }>();
  readonly #onText: (text: string, at: number) => void;
  #rest = '';

  /** @param onText told each piece of text and when it was read */
  constructor(place: CliPlace, onText: (text: string, at: number) => void = () => undefined) {
    this.#onText = onText;
    this.#lane = place.lane;
    const args = place.lane === 'chat' ? CHAT_ARGUMENTS : workspaceArguments('readOnly', []);
    this.#child = spawn(place.cli, args, { cwd: place.folder, env: place.leanEnv });
    // Its end, and a start that fails, are noticed by those who wait for an answer.
    this.#child.on('error', () => undefined);
    this.#child.stdin.on('error', () => undefined);
    this.#child.stderr.resume();
    this.#child.stdout.setEncoding('utf8').on('data', (chunk: string) => this.#read(chunk));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Sets it up for conversations like this one. */
  setUp({ system, withTool = false }: Pick<Talk, 'system' | 'withTool'>): void {
    this.#send(controlLine(initialize(this.#lane, system, withTool ? [TOOL] : [])));
    this.#send(controlLine({ subtype: 'set_model', model: MODEL }));
  }

  /** Lets it do ahead what it does once in a conversation. */
  async prime(): Promise<void> {
    await this.ask(' ').done;
  }

  /** Gives it history. Each user turn must be acknowledged, or the turns change places. */
  async seed(earlier: Talk['earlier']): Promise<void> {
    for (const { role, text } of earlier) {
      if (role === 'assistant') {
        this.#send(assistantLine(text));
        continue;
      }
      const uuid = randomUUID();
      const taken = this.#until((message) => message.command_uuid === uuid && message.state === 'completed');
      this.#send(userLine(text, uuid, false));
      await taken;
    }
  }

  ask(text: string): Sent {
    return this.#ask(text);
  }

  /** Answers a call that the model made. */
  giveResult(callId: string, content: string): Sent {
    return this.#ask([{ type: 'tool_result', tool_use_id: callId, content }]);
  }

  end(): Promise<void> {
    return endChild(this.#child);
  }

  #ask(content: string | readonly object[]): Sent {
    const uuid = randomUUID();
    const result = this.#until((message) => message.type === 'result' && message.user_message_uuid === uuid);
    const sentAt = performance.now();
    this.#send(userLine(content, uuid));
    const done = result.then((message) => {
      if (message.is_error === true) throw new Error(`the bare CLI failed: ${message.result}`);
    });
    return { sentAt, done };
  }

  #send(line: object): void {
    this.#child.stdin.write(`${JSON.stringify(line)}\n`);
  }

  #until(fits: (message: Message) => boolean): Promise<Message> {
    return new Promise((resolve, reject) => {
      const gone = (): void => reject(new Error('the bare CLI ended before its answer'));
      this.#child.once('close', gone);
      const waiter = {
        fits,
        done: (message: Message): void => {
          this.#child.off('close', gone);
          this.#waiting.delete(waiter);
          resolve(message);
        },
      };
      this.#waiting.add(waiter);
    });
  }

  #read(chunk: string): void {
    const at = performance.now();
    const lines = (this.#rest + chunk).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const message = JSON.parse(line) as Message;
      if (message.type === 'control_request') this.#send(deferral(message.request_id ?? ''));
      const text = message.event?.delta?.text;
      if (text !== undefined) this.#onText(text, at);
      for (const waiter of this.#waiting) if (waiter.fits(message)) waiter.done(message);
    }
  }
}

/** Ends a child, at worst by force, and waits until it is gone. */
export async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
  await gone;
  clearTimeout(force);
}

/** `claude -p "…"` as programs that wrap the CLI call it: a process for each question, no input. */
export function askOneShot(place: CliPlace, text: string): Sent {
  const sentAt = performance.now();
  const child = spawn(place.cli, ['-p', text], {
    cwd: place.folder,
    env: place.env,
    stdio: ['ignore', 'ignore', 'ignore'],
  });
  const done = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`claude -p ended with ${code}`));
    });
  });
  return { sentAt, done };
}
