/** The CLI driven directly over stdin: the floor that every other variant is measured against. */
import { spawn, type ChildProcess, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { CHAT_ARGUMENTS, workspaceArguments } from '../../src/claude/cli/launch.js';
import type { Lane } from '../../src/core/chat.js';
import {
  controlRequest,
  deferResponse,
  historyAssistantMessage,
  historyUserMessage,
  initializeRequest,
  promptMessage,
  rewindRequest,
  type Tool,
} from './cliMessages.js';
import { TOOL, type Conversation } from './conversations.js';

/** Where and how the CLI runs. */
export interface CliSetup {
  readonly cli: string;
  readonly folder: string;
  /** The user's environment, which programs that wrap the CLI pass on. */
  readonly env: Readonly<Record<string, string>>;
  /** The environment that the server gives to its own CLI processes. */
  readonly cliEnv: Readonly<Record<string, string>>;
  /** The lane of the requests, and of the bare CLI's arguments. */
  readonly lane: Lane;
}

/** A prompt that has been sent. */
export interface SentPrompt {
  /** `performance.now()` just before it was written. */
  readonly sentAt: number;
  /** Settles at the end of the answer. */
  readonly done: Promise<void>;
}

/** A line of the CLI's stdout; only the fields that are read here. */
interface CliMessage {
  readonly type: string;
  readonly request_id?: string;
  readonly user_message_uuid?: string;
  readonly command_uuid?: string;
  readonly response?: { readonly request_id: string; readonly response?: { readonly rewound?: boolean } };
  readonly state?: string;
  readonly is_error?: boolean;
  readonly result?: string;
  readonly event?: { readonly type: string; readonly delta?: { readonly text?: string } };
}

interface Waiter {
  readonly fits: (message: CliMessage) => boolean;
  readonly done: (message: CliMessage) => void;
}

const MODEL = 'sonnet';
const KILL_AFTER_MS = 5000;

export class BareCli {
  readonly #lane: Lane;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #waiters = new Set<Waiter>();
  readonly #onText: (text: string, at: number) => void;
  #rest = '';
  #lastPrompt = '';

  /** @param onText called with each piece of text and the time at which it was read */
  constructor(setup: CliSetup, onText: (text: string, at: number) => void = () => undefined) {
    this.#onText = onText;
    this.#lane = setup.lane;
    const args = setup.lane === 'chat' ? CHAT_ARGUMENTS : workspaceArguments('readOnly', []);
    this.#child = spawn(setup.cli, args, { cwd: setup.folder, env: setup.cliEnv });
    // #next() reports an exit and a failed start.
    this.#child.on('error', () => undefined);
    this.#child.stdin.on('error', () => undefined);
    this.#child.stderr.resume();
    this.#child.stdout.setEncoding('utf8').on('data', (chunk: string) => this.#read(chunk));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Initializes the process for a conversation. */
  initialize({
    system,
    withTool = false,
    tools = withTool ? [TOOL] : [],
  }: Pick<Conversation, 'system' | 'withTool'> & { readonly tools?: readonly Tool[] }): void {
    this.#send(controlRequest(initializeRequest(this.#lane, system, tools)));
    this.#send(controlRequest({ subtype: 'set_model', model: MODEL }));
  }

  /** Makes the CLI do what it does once per process. It rejects a blank prompt without a request to the API. */
  async warmUp(): Promise<void> {
    await this.prompt(' ').done;
  }

  /** Replays earlier messages. The CLI reorders user messages unless each is acknowledged before the next is sent. */
  async replay(history: Conversation['history']): Promise<void> {
    for (const { role, text } of history) {
      if (role === 'assistant') {
        this.#send(historyAssistantMessage(text));
        continue;
      }
      const uuid = randomUUID();
      const acknowledged = this.#next(
        (message) => message.command_uuid === uuid && message.state === 'completed',
      );
      this.#send(historyUserMessage(text, uuid));
      await acknowledged;
    }
  }

  prompt(text: string): SentPrompt {
    return this.#prompt(text);
  }

  /** Takes the last prompt and its answer away. */
  async rewind(): Promise<void> {
    const request = controlRequest(rewindRequest(this.#lastPrompt));
    const answered = this.#next(({ response }) => response?.request_id === request.request_id);
    this.#send(request);
    const { response } = await answered;
    if (response?.response?.rewound !== true) throw new Error('the bare CLI did not rewind');
  }

  sendToolResult(callId: string, content: string): SentPrompt {
    return this.#prompt([{ type: 'tool_result', tool_use_id: callId, content }]);
  }

  stop(): Promise<void> {
    return stopChild(this.#child);
  }

  #prompt(content: string | readonly object[]): SentPrompt {
    const uuid = randomUUID();
    const result = this.#next((message) => message.type === 'result' && message.user_message_uuid === uuid);
    this.#lastPrompt = uuid;
    const sentAt = performance.now();
    this.#send(promptMessage(content, uuid));
    const done = result.then((message) => {
      if (message.is_error === true) throw new Error(`the bare CLI failed: ${message.result}`);
    });
    return { sentAt, done };
  }

  #send(message: object): void {
    this.#child.stdin.write(`${JSON.stringify(message)}\n`);
  }

  /** The next message that fits; rejects when the CLI exits before. */
  #next(fits: Waiter['fits']): Promise<CliMessage> {
    return new Promise((resolve, reject) => {
      const onClose = (): void => reject(new Error('the bare CLI ended before its answer'));
      this.#child.once('close', onClose);
      const waiter: Waiter = {
        fits,
        done: (message) => {
          this.#child.off('close', onClose);
          this.#waiters.delete(waiter);
          resolve(message);
        },
      };
      this.#waiters.add(waiter);
    });
  }

  #read(chunk: string): void {
    const at = performance.now();
    const lines = (this.#rest + chunk).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const message = JSON.parse(line) as CliMessage;
      if (message.type === 'control_request') this.#send(deferResponse(message.request_id ?? ''));
      const text = message.event?.delta?.text;
      if (text !== undefined) this.#onText(text, at);
      for (const waiter of this.#waiters) if (waiter.fits(message)) waiter.done(message);
    }
  }
}

/** Sends SIGTERM, after 5 seconds SIGKILL, and waits until the child has exited. */
export async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const killTimer = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
  await exited;
  clearTimeout(killTimer);
}

/** `claude -p "…"` as programs that wrap the CLI call it: a process for each prompt, no input. */
export function runOneShot(setup: CliSetup, text: string): SentPrompt {
  const sentAt = performance.now();
  const child = spawn(setup.cli, ['-p', text], {
    cwd: setup.folder,
    env: setup.env,
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
