/** A stand-in model for the tests in the editor. The text of the last message tells it how to answer. */
import type { JsonObject } from '../../src/core/json.js';
import { devCli } from '../standin/devCli.js';
import { createLatch, type Latch } from '../support/latch.js';
import { standInEnvironment, type StandInEnvironment } from '../standin/environment.js';
import {
  errorReply,
  startStandIn,
  textOf,
  textReply,
  toolReply,
  type ApiBlock,
  type ApiMessage,
  type Reply,
  type StandIn,
  type StandInRequest,
} from '../standin/server.js';

/** Characters in each streamed delta. */
const DELTA_CHARS = 4;
/** The API key in the environment of the CLI. */
const API_KEY = 'sk-ant-api03-canary-of-a-key-91b7';

/**
 * `say: X` is answered with X in small deltas, `slowly: X` with X and one second between deltas, `call: TOOL JSON` with
 * that tool call, `refuse` with an error, and `hang` never.
 */
function respond(prompt: string): Reply | undefined {
  if (prompt === 'hang') return { kind: 'hang' };
  const [, name, input] = /^call: (\w+) (.*)$/s.exec(prompt) ?? [];
  if (name !== undefined) return toolReply({ id: 'toolu_1', name, input: JSON.parse(input!) as JsonObject });
  if (prompt === 'refuse') return errorReply(400, 'The prompt is too long for this model.');
  const [, slow] = /^slowly: (.*)$/s.exec(prompt) ?? [];
  if (slow !== undefined) return textReply(slow, { pieceSize: DELTA_CHARS, deltaDelayMs: 1_000 });
  const [, text] = /^say: (.*)$/s.exec(prompt) ?? [];
  return text === undefined ? undefined : textReply(text, { pieceSize: DELTA_CHARS, deltaDelayMs: 10 });
}

/**
 * `hold: X` is answered with the first half of X, and with the rest when a `release` message arrives, which is answered
 * with "released".
 */
function createHoldResponder(): (message: ApiMessage) => Reply | undefined {
  const latches = new Set<Latch>();
  return (message) => {
    const text = textOf(message);
    if (/^release$/m.test(text)) {
      for (const held of latches) held.open();
      latches.clear();
      return textReply('released');
    }
    const [, answer] = /^hold: (.*)$/m.exec(text) ?? [];
    if (answer === undefined) return undefined;
    const pause = createLatch();
    latches.add(pause);
    const half = Math.ceil(answer.length / 2);
    return textReply([answer.slice(0, half), pause.opened, answer.slice(half)]);
  };
}

/** A call of one of the CLI's tools. */
interface ToolCall {
  readonly name: string;
  readonly input: JsonObject;
}

const isResult = ({ type }: ApiBlock): boolean => type === 'tool_result';
const blocksOf = ({ content }: ApiMessage): readonly ApiBlock[] =>
  typeof content === 'string' ? [] : content;

/** `do: [call, call, …]` is answered with the tool calls, one per turn, and then with the result of the last one. */
function callTools(messages: readonly ApiMessage[]): Reply | undefined {
  const start = messages.findLastIndex(
    (message) => message.role === 'user' && /^do: /m.test(textOf(message)),
  );
  const [, script] = /^do: (.*)$/m.exec(start < 0 ? '' : textOf(messages[start]!)) ?? [];
  if (script === undefined) return undefined;
  const results = messages.slice(start + 1).flatMap((message) => blocksOf(message).filter(isResult));
  const call = (JSON.parse(script) as ToolCall[])[results.length];
  if (call === undefined) return textReply(`It gave: ${JSON.stringify(results.at(-1)?.['content'] ?? null)}`);
  return toolReply({ id: `toolu_${start}_${results.length}`, ...call });
}

/** The text of a message, or of the tool result in it. */
function promptOf(message: ApiMessage): string {
  const result = blocksOf(message).find(isResult);
  return textOf(result === undefined ? message : (result as unknown as ApiMessage));
}

export interface Model {
  /** Environment for the editor, its extensions and the CLI that they start. */
  readonly env: StandInEnvironment['env'];
  /** Path of the CLI. */
  readonly cli: string;
  /** All requests of the CLI so far. */
  readonly requests: readonly StandInRequest[];
  /** @throws {Error} when the CLI sent an unexpected request */
  stop(): Promise<void>;
}

export async function startModel(): Promise<Model> {
  const hold = createHoldResponder();
  const standIn: StandIn = await startStandIn({
    respond({ body: { messages } }) {
      const last = messages.findLast((message) => message.role === 'user');
      if (last === undefined) return undefined;
      return respond(promptOf(last)) ?? hold(last) ?? callTools(messages);
    },
  });
  const environment = await standInEnvironment(standIn.url, { ANTHROPIC_API_KEY: API_KEY });
  return {
    env: environment.env,
    cli: devCli(),
    requests: standIn.requests,
    async stop() {
      await environment.dispose();
      await standIn.close();
    },
  };
}
