/** The extension under test as the suite sees it, and its port from outside. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { commands, ConfigurationTarget, extensions, workspace, type Extension } from 'vscode';
import type { EndpointApi } from '../../../src/extension.js';
import type { Status } from '../../../src/vscode/lifecycle/status.js';

const ID = 'claude-ollama-server.claude-ollama-server';
const WAIT_MS = 45_000;

export function extension(): Extension<EndpointApi> {
  const found = extensions.getExtension<EndpointApi>(ID);
  assert.ok(found, `${ID} is not installed`);
  return found;
}

export const status = (): Status => extension().exports.status;

/** Waits until the status is as wanted; fails with the last one seen. */
export async function untilStatus<T extends Status>(wanted: (status: Status) => status is T): Promise<T>;
export async function untilStatus(wanted: (status: Status) => boolean): Promise<Status>;
export async function untilStatus(wanted: (status: Status) => boolean): Promise<Status> {
  const end = Date.now() + WAIT_MS;
  while (!wanted(status())) {
    assert.ok(Date.now() < end, `the status stayed ${JSON.stringify(status())}`);
    await delay(20);
  }
  return status();
}

type Running = Status & { state: 'running' };
export const isRunning = (status: Status): status is Running => status.state === 'running';
export const isReady = (status: Status): status is Running =>
  isRunning(status) && status.readiness.kind === 'ready' && status.readiness.models !== undefined;

/** The state that every test begins with: running, with the settings of the profile. */
export async function ready(): Promise<Running> {
  await extension().activate();
  if (!isRunning(status())) await commands.executeCommand('claudeOllama.start');
  return untilStatus(isReady);
}

export const setting = (key: string): unknown => workspace.getConfiguration('claudeOllama').get(key);

/** Sets a setting as a person does; `undefined` takes it back. */
export async function set(key: string, value: unknown): Promise<void> {
  await workspace.getConfiguration('claudeOllama').update(key, value, ConfigurationTarget.Global);
}

/** Another program on a port: a real Ollama, a window of ours, or anything. */
export async function listenAs(who: 'ollama' | 'ours' | 'nobody', port: number): Promise<Server> {
  const server = createServer((_request, response) => {
    if (who === 'ours') response.setHeader('Server', 'claude-ollama-server/0.0.1');
    response.end(who === 'nobody' ? 'hello' : 'Ollama is running');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return server;
}

export async function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

/** Ids of the CLI's processes that this extension host has started. Not on Windows, which has no `ps`. */
export function children(): number[] {
  const cli = String(setting('claudePath'));
  const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' });
  return table.split('\n').flatMap((line) => {
    const [, pid, parent, args = ''] = /^ *(\d+) +(\d+) (.*)$/.exec(line) ?? [];
    return Number(parent) === process.pid && args.includes(cli) ? [Number(pid)] : [];
  });
}

export interface ChatOptions {
  readonly signal?: AbortSignal;
  readonly model?: string;
  readonly token?: string;
}

/** Sends one chat. What the model says is decided by the last user message, see the runner's stand-in. */
export function chat(
  port: number,
  text: string,
  { signal, model = 'claude-sonnet', token }: ChatOptions = {},
): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}/api/chat`, {
    method: 'POST',
    body: JSON.stringify({ model, messages: [{ role: 'user', content: text }] }),
    ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** A line of an answer. */
export interface Line {
  readonly message: { readonly content: string };
  readonly done: boolean;
  readonly done_reason?: string;
  readonly eval_count?: number;
}

export const linesOf = (text: string): Line[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);

export interface Stream {
  /** Settles when the answer has begun: there is text. */
  readonly begun: Promise<void>;
  /** All that has come, once it has ended. */
  readonly whole: Promise<Line[]>;
  readonly ended: boolean;
}

/** Reads an answer while it comes. */
export function streamOf(answer: Promise<Response>): Stream {
  let ended = false;
  let begin = (): void => undefined;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  async function read(): Promise<Line[]> {
    const response = await answer;
    assert.equal(response.status, 200);
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body!) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      if (/"content":"[^"]/.test(text)) begin();
    }
    ended = true;
    return linesOf(text);
  }
  const whole = read();
  return {
    begun: Promise.race([begun, whole.then(() => undefined)]),
    whole,
    get ended() {
      return ended;
    },
  };
}

export const textOf = (lines: readonly Line[]): string =>
  lines.map(({ message }) => message.content).join('');
