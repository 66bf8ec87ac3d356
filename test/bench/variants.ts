/**
 * The variants that the bench compares: four ways in which a prompt reaches the API. Each function returns how long the
 * prompt took to arrive there, in milliseconds.
 */
import { BareCli, runOneShot, type CliSetup } from './bareCli.js';
import type { Conversation } from './conversations.js';
import type { ServerProcess, WireMessage } from './serverProcess.js';
import type { PromptTracker, TrackedPrompt } from './trackedPrompts.js';

export const VARIANTS = ['claude -p', 'cold spawn', 'bare CLI', 'server'] as const;
export type Variant = (typeof VARIANTS)[number];

export interface BenchContext {
  readonly setup: CliSetup;
  readonly prompts: PromptTracker;
  readonly server: ServerProcess;
}

/** `claude -p`: one process per prompt, as programs that wrap the CLI do it. Settles when the process has exited. */
export async function timeOneShot(setup: CliSetup, { text, arrived }: TrackedPrompt): Promise<number> {
  const { sentAt, done } = runOneShot(setup, text);
  await done;
  return (await arrived) - sentAt;
}

/** Cold spawn: one process per prompt, with the server's arguments; all input is written at once. Stops the process. */
export async function timeColdSpawn(setup: CliSetup, system: string, prompt: TrackedPrompt): Promise<number> {
  const start = performance.now();
  const cli = new BareCli(setup);
  try {
    cli.initialize({ system });
    await cli.prompt(prompt.text).done;
  } finally {
    await cli.stop();
  }
  return (await prompt.arrived) - start;
}

export interface BareCliTurn {
  readonly cli: BareCli;
  readonly conversation: Conversation;
  readonly arrived: Promise<number>;
  /** Whether the process must still be initialized for the conversation. */
  readonly initialize: boolean;
}

/** Bare CLI: a process that is already running. Settles when the answer is complete. */
export async function timeBareCli({ cli, conversation, arrived, initialize }: BareCliTurn): Promise<number> {
  const start = performance.now();
  if (initialize) cli.initialize(conversation);
  await cli.replay(conversation.history);
  await cli.prompt(conversation.prompt).done;
  return (await arrived) - start;
}

/** The server, over HTTP. Settles when the answer is complete, with the conversation that the client now has. */
export async function timeServer(
  server: ServerProcess,
  messages: readonly WireMessage[],
  prompt: TrackedPrompt,
): Promise<{ time: number; messages: WireMessage[] }> {
  await server.connect();
  const { sentAt, done } = server.chat(messages);
  const answer = await done;
  return { time: (await prompt.arrived) - sentAt, messages: [...messages, answer] };
}

/**
 * The server, over HTTP, with a client that disconnects when the prompt has arrived at the API. The server does not keep
 * such a conversation. The prompt's reply must not end.
 */
export async function timeAbortedRequest(
  server: ServerProcess,
  messages: readonly WireMessage[],
  prompt: TrackedPrompt,
  tools?: readonly object[],
): Promise<number> {
  await server.connect();
  const request = server.chat(messages, tools === undefined ? {} : { tools });
  const answered = request.done.then((): number => {
    throw new Error('the server answered without the API');
  });
  const at = await Promise.race([prompt.arrived, answered]);
  request.abort();
  return at - request.sentAt;
}
