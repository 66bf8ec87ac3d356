/** The server under test: the built program in a process of its own, used over HTTP. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import { stopChild, type CliSetup } from './bareCli.js';
import { childrenRunning, type WatchedProcesses } from './processes.js';

/** A message as Ollama's clients send it. */
export interface WireMessage {
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  readonly content: string;
  readonly tool_calls?: readonly object[];
  readonly tool_name?: string;
}

export interface ChatInProgress {
  /** `performance.now()` just before the request was sent. */
  readonly sentAt: number;
  /** The whole answer; rejects when it is an error. */
  readonly done: Promise<WireMessage>;
  /** Disconnects. */
  abort(): void;
}

interface Frame {
  readonly message?: WireMessage;
  readonly done?: boolean;
  readonly error?: string;
}

const MAX_STDERR_LENGTH = 4000;

export class ServerProcess {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #cli: string;
  readonly #model: string;
  readonly #agent = new Agent({ keepAlive: true });

  private constructor(child: ChildProcess, { cli, lane }: CliSetup, url: string) {
    this.#child = child;
    this.#cli = cli;
    this.#model = `claude-sonnet:${lane === 'chat' ? 'latest' : lane}`;
    this.url = url;
    // Without this, the server would outlive an interrupted bench.
    const stop = (): void => void child.kill('SIGTERM');
    process.once('exit', stop);
    child.once('exit', () => process.off('exit', stop));
  }

  /**
   * @param program the built `headless.cjs`
   * @param options further arguments of it
   */
  static async start(
    program: string,
    setup: CliSetup,
    options: readonly string[] = [],
  ): Promise<ServerProcess> {
    const args = [program, '--port', '0', '--workspace', setup.folder, '--claude', setup.cli, ...options];
    const child = spawn(process.execPath, args, {
      cwd: setup.folder,
      env: setup.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-MAX_STDERR_LENGTH);
    });
    const lines = createInterface({ input: child.stdout });
    const first = await Promise.race([once(lines, 'line'), once(child, 'exit').then(() => [''])]);
    const url = /http:\/\/\S+/.exec(String(first[0]))?.[0];
    if (url === undefined) {
      await stopChild(child);
      throw new Error(`the server did not start: ${stderr}`);
    }
    return new ServerProcess(child, setup, url);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** The ids of its CLI processes. */
  processes(): number[] {
    return childrenRunning(this.pid, this.#cli);
  }

  watch(expected?: number): WatchedProcesses {
    return { pids: () => this.processes(), expected };
  }

  /** Opens a connection that the next chat uses, as clients do that request the version or the models first. */
  async connect(): Promise<void> {
    const request = httpRequest(`${this.url}/api/version`, { agent: this.#agent });
    request.end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    await once(response.resume(), 'end');
  }

  /**
   * Sends a chat and reads its streamed answer.
   * @param more.onText called with each piece of text and the time at which it was read
   */
  chat(
    messages: readonly WireMessage[],
    more: { tools?: readonly object[]; onText?: (text: string, at: number) => void } = {},
  ): ChatInProgress {
    const tools = more.tools === undefined ? {} : { tools: more.tools };
    const body = Buffer.from(JSON.stringify({ model: this.#model, messages, ...tools }));
    const sentAt = performance.now();
    const request = httpRequest(`${this.url}/api/chat`, {
      method: 'POST',
      agent: this.#agent,
      headers: { 'content-type': 'application/json', 'content-length': body.length },
    });
    request.end(body);
    const done = readAnswer(request, more.onText ?? (() => undefined));
    // A client that disconnects does not wait for the answer.
    done.catch(() => undefined);
    return { sentAt, done, abort: () => void request.destroy() };
  }

  async stop(): Promise<void> {
    this.#agent.destroy();
    await stopChild(this.#child);
  }
}

async function readAnswer(
  request: ClientRequest,
  onText: (text: string, at: number) => void,
): Promise<WireMessage> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve).on('error', reject);
  });
  const calls: object[] = [];
  let content = '';
  let complete = false;
  let rest = '';
  const take = (line: string, at: number): void => {
    const frame = JSON.parse(line) as Frame;
    if (frame.error !== undefined) throw new Error(`the server answered: ${frame.error}`);
    const text = frame.message?.content ?? '';
    content += text;
    if (text !== '') onText(text, at);
    calls.push(...(frame.message?.tool_calls ?? []));
    complete ||= frame.done === true;
  };
  await new Promise<void>((resolve, reject) => {
    response.once('error', reject).once('end', resolve);
    response.setEncoding('utf8').on('data', (chunk: string) => {
      const at = performance.now();
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      try {
        for (const line of lines) take(line, at);
      } catch (error) {
        reject(error);
      }
    });
  });
  if (rest !== '') take(rest, performance.now());
  if (!complete) throw new Error('the server ended an answer early');
  return { role: 'assistant', content, ...(calls.length > 0 ? { tool_calls: calls } : {}) };
}
