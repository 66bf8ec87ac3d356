/** The extension under test and its server, as the tests of the suite use them. */
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

/** Waits until the status matches. A time-out reports the last status. */
export async function untilStatus<T extends Status>(matches: (status: Status) => status is T): Promise<T>;
export async function untilStatus(matches: (status: Status) => boolean): Promise<Status>;
export async function untilStatus(matches: (status: Status) => boolean): Promise<Status> {
  const end = Date.now() + WAIT_MS;
  while (!matches(status())) {
    assert.ok(Date.now() < end, `the status stayed ${JSON.stringify(status())}`);
    await delay(20);
  }
  return status();
}

type Running = Status & { state: 'running' };
export const isRunning = (status: Status): status is Running => status.state === 'running';
export const isReady = (status: Status): status is Running =>
  isRunning(status) && status.readiness.kind === 'ready' && status.readiness.models !== undefined;

/** Brings the server into the state that every test starts with: running and ready. */
export async function ready(): Promise<Running> {
  await extension().activate();
  if (!isRunning(status())) await commands.executeCommand('claudeOllama.start');
  return untilStatus(isReady);
}

export const setting = (key: string): unknown => workspace.getConfiguration('claudeOllama').get(key);

/** Changes a user setting; `undefined` removes it. */
export async function set(key: string, value: unknown): Promise<void> {
  await workspace.getConfiguration('claudeOllama').update(key, value, ConfigurationTarget.Global);
}

/** Another program on a port: Ollama, Claude Ollama in another window, or an unrelated program. */
export type PortOwner = 'ollama' | 'claudeOllama' | 'other';

/** Starts an HTTP server that answers like that program. */
export async function listenAs(owner: PortOwner, port: number): Promise<Server> {
  const server = createServer((_request, response) => {
    if (owner === 'claudeOllama') response.setHeader('Server', 'claude-ollama-server/0.0.1');
    response.end(owner === 'other' ? 'hello' : 'Ollama is running');
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

/** Process ids of the CLI processes that this extension host has started. Not for Windows, which has no `ps`. */
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

/** Sends a chat request. The text tells the stand-in model how to answer, see ../model.ts. */
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

/** A line of a streamed `/api/chat` response. */
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
  /** Resolves when the first text has arrived. */
  readonly started: Promise<void>;
  /** Resolves with all lines when the response is complete. */
  readonly lines: Promise<Line[]>;
  readonly ended: boolean;
}

/** Reads a response while it streams. */
export function streamOf(pending: Promise<Response>): Stream {
  let ended = false;
  let start = (): void => undefined;
  const firstText = new Promise<void>((resolve) => (start = resolve));
  async function read(): Promise<Line[]> {
    const response = await pending;
    assert.equal(response.status, 200);
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body!) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      if (/"content":"[^"]/.test(text)) start();
    }
    ended = true;
    return linesOf(text);
  }
  const lines = read();
  return {
    started: Promise.race([firstText, lines.then(() => undefined)]),
    lines,
    get ended() {
      return ended;
    },
  };
}

export const textOf = (lines: readonly Line[]): string =>
  lines.map(({ message }) => message.content).join('');
