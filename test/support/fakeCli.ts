/**
 * A fake Claude CLI: a program that follows the script of a test. It is plain JavaScript in a string, because it runs as a
 * process of its own.
 */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One step of the script. The steps run in order for each user message. Files are in the fake's folder. */
export type Step =
  /** Writes a message. `@UUID` becomes the uuid of the current user message, `@FIRST` that of the first one. */
  | { readonly do: 'send'; readonly message: object }
  /** Writes raw bytes, `size` at a time. */
  | { readonly do: 'bytes'; readonly base64: string; readonly size: number }
  /** Writes one text delta of `length` characters. */
  | { readonly do: 'longDelta'; readonly length: number }
  /** Writes that many deltas of `size` characters as fast as they are read, and counts them in the file `flooded`. */
  | { readonly do: 'flood'; readonly deltas: number; readonly size: number }
  /** Writes that many numbered deltas as fast as they are read. */
  | { readonly do: 'words'; readonly count: number }
  | { readonly do: 'stderr'; readonly bytes: number }
  | { readonly do: 'exit'; readonly code: number }
  | { readonly do: 'kill'; readonly signal: string }
  | { readonly do: 'closeStdout' }
  /** Starts a process in its own session, which holds the fake's stdout open, and adds its pid to the file `grandchild`. */
  | { readonly do: 'grandchild' }
  | { readonly do: 'waitForFile'; readonly file: string }
  | { readonly do: 'createFile'; readonly file: string }
  /** Waits until a variable was changed, and writes the message and the confirmation of the change at once. */
  | { readonly do: 'confirmAfter'; readonly message: object }
  | { readonly do: 'hang' };

export interface FakeScript {
  readonly version?: string;
  readonly loggedIn?: boolean;
  /** Ignores SIGTERM and the end of stdin: every process, or with a number n every nth one, starting with the first. */
  readonly ignoreTerm?: boolean | number;
  /** Fails as if it did not know this option. */
  readonly unknownOption?: string;
  /** How it takes the request to remove a conversation. Default: it does so. */
  readonly rewind?: 'refuses' | 'ignores';
  /** How it takes a change of settings: it never confirms it, or in the step `confirmAfter`. Default: it confirms it. */
  readonly settings?: 'ignores' | 'confirmsInStep';
  /** Never reads its stdin. */
  readonly ignoresStdin?: boolean;
  /** Closes its stdin immediately and keeps running. */
  readonly closesStdin?: boolean;
  readonly steps?: readonly Step[];
  /** The steps for the second user message of a process and all later ones. Default: `steps`. */
  readonly laterSteps?: readonly Step[];
}

export interface FakeCli {
  readonly path: string;
  /** Where the fake writes its files. */
  readonly folder: string;
  dispose(): Promise<void>;
}

const PROGRAM = `
import { spawn } from 'node:child_process';
import { appendFileSync, closeSync, existsSync, readFileSync, watch, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { once } from 'node:events';

const args = process.argv.slice(2);
if (args[0] === '--version') {
  console.log((script.version ?? '2.1.330') + ' (Claude Code)');
  process.exit(0);
}
if (args[0] === '--help') process.exit(0);
if (args[0] === 'auth') {
  console.log(JSON.stringify({ loggedIn: script.loggedIn ?? true }));
  process.exit(script.loggedIn === false ? 1 : 0);
}
if (args.includes(script.unknownOption)) {
  console.error("error: unknown option '" + script.unknownOption + "'");
  process.exit(1);
}
appendFileSync(folder + '/pids', process.pid + '\\n');
const number = readFileSync(folder + '/pids', 'utf8').split('\\n').lastIndexOf(String(process.pid));
const ignoresTerm = typeof script.ignoreTerm === 'number' ? number % script.ignoreTerm === 0 : script.ignoreTerm === true;
const children = [];
function end(code) {
  for (const child of children) child.kill('SIGKILL');
  process.exit(code);
}
process.on('SIGTERM', () => {
  if (!ignoresTerm) end(143);
});
let stdoutClosed = false;
/** Resolves with the id of the first request that changes a variable. */
const settingsChanged = {};
settingsChanged.promise = new Promise((resolve) => (settingsChanged.resolve = resolve));
/** Messages that wait until the step 'bytes' has written its last line. */
let waiting;
const send = (message) => {
  const line = JSON.stringify(message) + '\\n';
  if (waiting === undefined) return stdoutClosed || process.stdout.write(line);
  waiting.push(line);
  return true;
};
const delta = (text) => ({
  type: 'stream_event',
  event: { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } },
  parent_tool_use_id: null,
});

let userMessages = 0;
let first;
/** The MCP servers with the client's tools. */
let servers = [];
/** Counts turns and what ends them early, so that the steps of a cancelled turn stop. */
let turn = 0;
let running = false;

function answerControlRequest(request) {
  if (request.subtype === 'interrupt' || request.interrupt_if_running) {
    if (running) appendFileSync(folder + '/interrupts', process.pid + '\\n');
    turn++;
    running = false;
  }
  if (request.subtype === 'rewind_conversation') return { rewound: true };
  if (request.subtype === 'mcp_set_servers') {
    servers = Object.keys(request.servers);
    for (const server_name of servers) {
      const message = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
      send({ type: 'control_request', request_id: 'list', request: { subtype: 'mcp_message', server_name, message } });
    }
  }
  if (request.subtype === 'mcp_status') {
    return { mcpServers: servers.map((name) => ({ name, status: 'connected' })) };
  }
  const models = [{ value: 'default', resolvedModel: 'claude-fake-1', displayName: 'Fake', description: 'A fake' }];
  return request.subtype === 'list_models' ? { models } : {};
}

async function run(step, goesOn) {
  switch (step.do) {
    case 'send':
      send(step.message);
      break;
    case 'bytes': {
      const bytes = Buffer.from(step.base64, 'base64');
      waiting = [];
      for (let i = 0; i < bytes.length; i += step.size) {
        process.stdout.write(bytes.subarray(i, i + step.size));
        await new Promise((resolve) => setImmediate(resolve));
      }
      process.stdout.write(waiting.join(''));
      waiting = undefined;
      break;
    }
    case 'longDelta':
      send(delta('x'.repeat(step.length)));
      break;
    case 'flood':
      for (let i = 0; i < step.deltas && goesOn(); i++) {
        if (!send(delta('x'.repeat(step.size)))) await once(process.stdout, 'drain');
        if (i % 100 === 99) writeFileSync(folder + '/flooded', String(i + 1));
      }
      break;
    case 'words':
      for (let i = 0; i < step.count && goesOn(); i++) {
        if (!send(delta(i + ' '))) await once(process.stdout, 'drain');
      }
      break;
    case 'stderr':
      for (let left = step.bytes; left > 0; left -= 65536) {
        if (!process.stderr.write('e'.repeat(65535) + '\\n')) await once(process.stderr, 'drain');
      }
      break;
    case 'exit':
      process.exit(step.code);
      break;
    case 'kill':
      process.kill(process.pid, step.signal);
      await new Promise(() => setInterval(() => undefined, 1000));
      break;
    case 'closeStdout':
      // Node never closes stdout itself.
      closeSync(1);
      stdoutClosed = true;
      break;
    case 'grandchild': {
      // Node, because macOS hides the environment of its own programs, by which a grandchild is found.
      const wait = ['-e', 'setInterval(() => undefined, 1000)'];
      const [file, ...args] = process.platform === 'darwin' ? [process.execPath, ...wait] : ['/bin/sleep', '86400'];
      const child = spawn(file, args, {
        detached: true,
        stdio: ['ignore', 'inherit', 'ignore'],
      });
      children.push(child);
      appendFileSync(folder + '/grandchild', child.pid + '\\n');
      break;
    }
    case 'waitForFile':
      await new Promise((resolve) => {
        const check = () => {
          if (existsSync(folder + '/' + step.file)) resolve(watcher.close());
        };
        const watcher = watch(folder, check);
        check();
      });
      break;
    case 'createFile':
      writeFileSync(folder + '/' + step.file, '');
      break;
    case 'confirmAfter': {
      const response = { subtype: 'success', request_id: await settingsChanged.promise };
      const lines = [step.message, { type: 'control_response', response }].map((line) => JSON.stringify(line));
      process.stdout.write(lines.join('\\n') + '\\n');
      break;
    }
    case 'hang':
      await new Promise(() => setInterval(() => undefined, 1000));
  }
}

if (script.ignoresStdin || script.closesStdin) {
  if (script.closesStdin) closeSync(0);
  setInterval(() => undefined, 1000);
} else {
  createInterface({ input: process.stdin }).on('line', (line) => {
    appendFileSync(folder + '/stdin', line + '\\n');
    const message = JSON.parse(line);
    if (message.type === 'control_request') {
      const response = answerControlRequest(message.request);
      if (message.request.subtype === 'apply_flag_settings' && script.settings !== undefined) {
        if (message.request.settings.env !== undefined) settingsChanged.resolve(message.request_id);
        return;
      }
      const rewind = message.request.subtype === 'rewind_conversation' ? script.rewind : undefined;
      const error = 'Unsupported control request subtype: rewind_conversation';
      if (rewind === 'refuses') {
        send({ type: 'control_response', response: { subtype: 'error', request_id: message.request_id, error } });
      } else if (rewind === undefined) send({ type: 'control_response', response: { subtype: 'success', request_id: message.request_id, response } });
    }
    if (message.type !== 'user') return;
    if (message.shouldQuery === false) {
      send({ type: 'command_lifecycle', command_uuid: message.uuid, state: 'completed' });
      return;
    }
    // Like the real CLI, answers a blank message without a request to the API.
    if (message.message.content === ' ') {
      send({ type: 'result', subtype: 'success', is_error: false, num_turns: 0, user_message_uuid: message.uuid });
      return;
    }
    first ??= message.uuid;
    const withUuids = (step) => JSON.stringify(step).replaceAll('@UUID', message.uuid).replaceAll('@FIRST', first);
    const steps = (userMessages++ > 0 ? script.laterSteps : undefined) ?? script.steps ?? [];
    const own = ++turn;
    void (async () => {
      running = true;
      for (const step of steps) if (turn === own) await run(JSON.parse(withUuids(step)), () => turn === own);
      if (turn === own) running = false;
    })();
  });
  process.stdin.on('end', () => {
    if (!ignoresTerm) end(0);
  });
}
`;

/** Writes the program to a temporary folder. Does not work on Windows, which has no `#!`. */
export async function fakeCli(script: FakeScript): Promise<FakeCli> {
  const folder = await mkdtemp(join(tmpdir(), 'fake-cli-'));
  const path = join(folder, 'claude');
  const program = join(folder, 'claude.mjs');
  await writeFile(
    program,
    `const script = ${JSON.stringify(script)};\nconst folder = ${JSON.stringify(folder)};\n${PROGRAM}`,
  );
  await writeFile(path, `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`);
  await chmod(path, 0o755);
  return { path, folder, dispose: () => rm(folder, { recursive: true, force: true }) };
}

const MODEL = 'claude-fake-1';

/** The steps of a complete answer. */
export function answerSteps(...deltas: readonly string[]): Step[] {
  return [
    ...beginSteps(...deltas),
    { do: 'send', message: messageEnd },
    { do: 'send', message: success(deltas.join('')) },
  ];
}

/** The steps of an answer that has begun and is not complete. */
export function beginSteps(...deltas: readonly string[]): Step[] {
  return [
    { do: 'send', message: { type: 'system', subtype: 'init', model: MODEL } },
    {
      do: 'send',
      message: event({ type: 'message_start', message: { id: 'msg_1', usage: { input_tokens: 3 } } }),
    },
    ...deltas.map((text): Step => ({
      do: 'send',
      message: event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } }),
    })),
  ];
}

/** The message that the CLI sends just before its request to the API. */
export const requesting = { type: 'system', subtype: 'status', status: 'requesting' };

export function event(body: object): object {
  return { type: 'stream_event', event: body, parent_tool_use_id: null };
}

export const messageEnd = event({
  type: 'message_delta',
  delta: { stop_reason: 'end_turn' },
  usage: { output_tokens: 2 },
});

export function success(text: string): object {
  return {
    type: 'result',
    subtype: 'success',
    is_error: false,
    result: text,
    stop_reason: 'end_turn',
    terminal_reason: 'completed',
    num_turns: 1,
    duration_ms: 5,
    usage: { input_tokens: 3, output_tokens: 2 },
    user_message_uuid: '@UUID',
  };
}
