/**
 * A program that stands where the Claude CLI is expected and does what a test's script says. Plain JavaScript in a
 * string, because it runs as a program of its own.
 */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One thing that the fake does, in the order of the script, after the first user message came. */
export type Act =
  /** A message, as one line; `@UUID` in it becomes the id of the question, `@FIRST` that of the process's first one. */
  | { readonly do: 'say'; readonly message: object }
  /** Bytes as they are, `size` at a time. */
  | { readonly do: 'bytes'; readonly base64: string; readonly size: number }
  /** A line of `length` characters that is a `text_delta`. */
  | { readonly do: 'longDelta'; readonly length: number }
  /** That many deltas of `size` characters, as fast as the reader takes them; counts them in the file `flooded`. */
  | { readonly do: 'flood'; readonly deltas: number; readonly size: number }
  /** That many deltas, numbered, as fast as the reader takes them. */
  | { readonly do: 'words'; readonly count: number }
  | { readonly do: 'stderr'; readonly bytes: number }
  | { readonly do: 'exit'; readonly code: number }
  | { readonly do: 'die'; readonly signal: string }
  | { readonly do: 'closeStdout' }
  /** Starts a process in a session of its own and adds its pid to the file `grandchild`. It holds the fake's output open. */
  | { readonly do: 'grandchild' }
  /** Waits until that file is there, in the fake's folder. */
  | { readonly do: 'await'; readonly file: string }
  /** Makes that file. */
  | { readonly do: 'mark'; readonly file: string }
  | { readonly do: 'hang' };

export interface FakeScript {
  readonly version?: string;
  readonly loggedIn?: boolean;
  /** Stays when asked to go: always, or one process in so many, the first among them. Others end what they started. */
  readonly ignoreTerm?: boolean | number;
  /** Refuses this option, as a CLI does that does not know it. */
  readonly unknownOption?: string;
  /** Reads nothing. */
  readonly deaf?: boolean;
  /** Closes its input at once and lives on. */
  readonly closesStdin?: boolean;
  readonly acts?: readonly Act[];
  /** What a process does at its second question, and at later ones; the same without. */
  readonly later?: readonly Act[];
}

export interface FakeCli {
  readonly path: string;
  /** Where the fake leaves its files. */
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
const stays = typeof script.ignoreTerm === 'number' ? number % script.ignoreTerm === 0 : script.ignoreTerm === true;
const children = [];
function end(code) {
  for (const child of children) child.kill('SIGKILL');
  process.exit(code);
}
process.on('SIGTERM', () => {
  if (!stays) end(143);
});
const say = (message) => process.stdout.write(JSON.stringify(message) + '\\n');
const delta = (text) => ({
  type: 'stream_event',
  event: { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } },
  parent_tool_use_id: null,
});

let questions = 0;
let first;

async function act(step) {
  switch (step.do) {
    case 'say':
      say(step.message);
      break;
    case 'bytes': {
      const bytes = Buffer.from(step.base64, 'base64');
      for (let i = 0; i < bytes.length; i += step.size) {
        process.stdout.write(bytes.subarray(i, i + step.size));
        await new Promise((resolve) => setImmediate(resolve));
      }
      break;
    }
    case 'longDelta':
      say(delta('x'.repeat(step.length)));
      break;
    case 'flood':
      for (let i = 0; i < step.deltas; i++) {
        if (!say(delta('x'.repeat(step.size)))) await once(process.stdout, 'drain');
        if (i % 100 === 99) writeFileSync(folder + '/flooded', String(i + 1));
      }
      break;
    case 'words':
      for (let i = 0; i < step.count; i++) {
        if (!say(delta(i + ' '))) await once(process.stdout, 'drain');
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
    case 'die':
      process.kill(process.pid, step.signal);
      await new Promise(() => setInterval(() => undefined, 1000));
      break;
    case 'closeStdout':
      // Node itself never closes it.
      closeSync(1);
      break;
    case 'grandchild': {
      const child = spawn('/bin/sleep', ['86400'], {
        detached: true,
        stdio: ['ignore', 'inherit', 'ignore'],
      });
      children.push(child);
      appendFileSync(folder + '/grandchild', child.pid + '\\n');
      break;
    }
    case 'await':
      await new Promise((resolve) => {
        const look = () => {
          if (existsSync(folder + '/' + step.file)) resolve(watcher.close());
        };
        const watcher = watch(folder, look);
        look();
      });
      break;
    case 'mark':
      writeFileSync(folder + '/' + step.file, '');
      break;
    case 'hang':
      await new Promise(() => setInterval(() => undefined, 1000));
  }
}

if (script.deaf || script.closesStdin) {
  if (script.closesStdin) closeSync(0);
  setInterval(() => undefined, 1000);
} else {
  createInterface({ input: process.stdin }).on('line', (line) => {
    appendFileSync(folder + '/stdin', line + '\\n');
    const message = JSON.parse(line);
    if (message.type === 'control_request') {
      if (message.request.subtype === 'interrupt') appendFileSync(folder + '/interrupts', process.pid + '\\n');
      if (message.request.subtype !== 'list_models') return;
      const models = [{ value: 'default', resolvedModel: 'claude-fake-1', displayName: 'Fake', description: 'A fake' }];
      say({ type: 'control_response', response: { subtype: 'success', request_id: message.request_id, response: { models } } });
    }
    if (message.type !== 'user') return;
    if (message.shouldQuery === false) {
      say({ type: 'command_lifecycle', command_uuid: message.uuid, state: 'completed' });
      return;
    }
    // The real one refuses blank words without asking anybody.
    if (message.message.content === ' ') {
      say({ type: 'result', subtype: 'success', is_error: false, num_turns: 0, user_message_uuid: message.uuid });
      return;
    }
    first ??= message.uuid;
    const words = (step) => JSON.stringify(step).replaceAll('@UUID', message.uuid).replaceAll('@FIRST', first);
    const acts = (questions++ > 0 ? script.later : undefined) ?? script.acts ?? [];
    void (async () => {
      for (const step of acts) await act(JSON.parse(words(step)));
    })();
  });
  process.stdin.on('end', () => {
    if (!stays) end(0);
  });
}
`;

/** Writes the program; it can be run at once. Needs a system that knows `#!`. */
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

/** The acts of an answer that comes as it should. */
export function answerActs(...deltas: readonly string[]): Act[] {
  return [
    ...beginActs(...deltas),
    { do: 'say', message: stop },
    { do: 'say', message: success(deltas.join('')) },
  ];
}

/** The acts of an answer that has begun. */
export function beginActs(...deltas: readonly string[]): Act[] {
  return [
    { do: 'say', message: { type: 'system', subtype: 'init', model: MODEL } },
    {
      do: 'say',
      message: event({ type: 'message_start', message: { id: 'msg_1', usage: { input_tokens: 3 } } }),
    },
    ...deltas.map((text): Act => ({
      do: 'say',
      message: event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } }),
    })),
  ];
}

/** Comes just before a question leaves for the API. */
export const requesting = { type: 'system', subtype: 'status', status: 'requesting' };

export function event(body: object): object {
  return { type: 'stream_event', event: body, parent_tool_use_id: null };
}

export const stop = event({
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
