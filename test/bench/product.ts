/** The product as people run it: the built program in a process of its own, asked over HTTP. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import { endChild, type CliPlace } from './bareCli.js';
import { childrenRunning, type Watched } from './processes.js';

/** A message as Ollama's clients send it. */
export interface WireMessage {
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  readonly content: string;
  readonly tool_calls?: readonly object[];
  readonly tool_name?: string;
}

export interface Asked {
  /** `performance.now()` just before the request was sent. */
  readonly sentAt: number;
  /** The whole answer; rejects when it is an error. */
  readonly done: Promise<WireMessage>;
  /** Goes away, as a client that is stopped does. */
  leave(): void;
}

interface Frame {
  readonly message?: WireMessage;
  readonly done?: boolean;
  readonly error?: string;
}

const STDERR_KEPT = 4000;

export class Product {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #cli: string;
  readonly #model: string;
  readonly #agent = new Agent({ keepAlive: true });

  private constructor(child: ChildProcess, { cli, lane }: CliPlace, url: string) {
    this.#child = child;
    this.#cli = cli;
    this.#model = `claude-sonnet:${lane === 'chat' ? 'latest' : lane}`;
    this.url = url;
    // It would go on serving without us.
    const end = (): void => void child.kill('SIGTERM');
    process.once('exit', end);
    child.once('exit', () => process.off('exit', end));
  }

  /** @param program the built `headless.cjs` */
  static async start(program: string, place: CliPlace): Promise<Product> {
    const args = [program, '--port', '0', '--workspace', place.folder, '--claude', place.cli];
    const child = spawn(process.execPath, args, {
      cwd: place.folder,
      env: place.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let complaints = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaints = (complaints + text).slice(-STDERR_KEPT);
    });
    const lines = createInterface({ input: child.stdout });
    const first = await Promise.race([once(lines, 'line'), once(child, 'exit').then(() => [''])]);
    const url = /http:\/\/\S+/.exec(String(first[0]))?.[0];
    if (url === undefined) {
      await endChild(child);
      throw new Error(`the product did not start: ${complaints}`);
    }
    return new Product(child, place, url);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Its CLI processes. */
  processes(): number[] {
    return childrenRunning(this.pid, this.#cli);
  }

  watch(expected: number): Watched {
    return { pids: () => this.processes(), expected };
  }

  /** Opens a connection that the next chat takes, as clients do that look at the version or the models first. */
  async connect(): Promise<void> {
    const request = httpRequest(`${this.url}/api/version`, { agent: this.#agent });
    request.end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    await once(response.resume(), 'end');
  }

  /**
   * Sends a chat and reads its streamed answer.
   * @param onText told each piece of text and when it was read
   */
  ask(
    messages: readonly WireMessage[],
    more: { tools?: readonly object[]; onText?: (text: string, at: number) => void } = {},
  ): Asked {
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
    // A client that leaves does not wait for the answer.
    done.catch(() => undefined);
    return { sentAt, done, leave: () => void request.destroy() };
  }

  async end(): Promise<void> {
    this.#agent.destroy();
    await endChild(this.#child);
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
    if (frame.error !== undefined) throw new Error(`the product answered: ${frame.error}`);
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
  if (!complete) throw new Error('the product ended an answer early');
  return { role: 'assistant', content, ...(calls.length > 0 ? { tool_calls: calls } : {}) };
}
