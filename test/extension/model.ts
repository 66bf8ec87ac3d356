/** The model behind the CLI in the editor's tests: it does what the last message asks it to. */
import type { JsonObject } from '../../src/core/json.js';
import { devCli } from '../standin/cli.js';
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

const PIECE = 4;
/** Of the account, as the environment gives it to the CLI. */
const API_KEY = 'sk-ant-api03-canary-of-a-key-91b7';

/**
 * `say: X` is answered with X in small pieces, `slowly: X` in as many seconds as it has pieces, `call: TOOL JSON` with
 * that call, `refuse` with an error, `hang` never.
 */
function respond(asked: string): Reply | undefined {
  if (asked === 'hang') return { kind: 'hang' };
  const [, name, input] = /^call: (\w+) (.*)$/s.exec(asked) ?? [];
  if (name !== undefined) return toolReply({ id: 'toolu_1', name, input: JSON.parse(input!) as JsonObject });
  if (asked === 'refuse') return errorReply(400, 'The prompt is too long for this model.');
  const [, slow] = /^slowly: (.*)$/s.exec(asked) ?? [];
  if (slow !== undefined) return textReply(slow, { pieceSize: PIECE, deltaDelayMs: 1_000 });
  const [, text] = /^say: (.*)$/s.exec(asked) ?? [];
  return text === undefined ? undefined : textReply(text, { pieceSize: PIECE, deltaDelayMs: 10 });
}

/**
 * `hold: X` is answered with the first half of X, and with the rest as soon as anybody asks `release`, who is answered
 * with "released".
 */
function holding(): (message: ApiMessage) => Reply | undefined {
  const gates = new Set<Latch>();
  return (message) => {
    const text = textOf(message);
    if (/^release$/m.test(text)) {
      for (const each of gates) each.open();
      gates.clear();
      return textReply('released');
    }
    const [, held] = /^hold: (.*)$/m.exec(text) ?? [];
    if (held === undefined) return undefined;
    const own = createLatch();
    gates.add(own);
    const half = Math.ceil(held.length / 2);
    return textReply([held.slice(0, half), own.opened, held.slice(half)]);
  };
}

/** A call of one of the CLI's own tools. */
interface Call {
  readonly name: string;
  readonly input: JsonObject;
}

const isResult = ({ type }: ApiBlock): boolean => type === 'tool_result';
const blocksOf = ({ content }: ApiMessage): readonly ApiBlock[] =>
  typeof content === 'string' ? [] : content;

/** `do: [call, call, …]` makes the calls, one after the other, and then tells what the last one gave. */
function work(messages: readonly ApiMessage[]): Reply | undefined {
  const start = messages.findLastIndex(
    (message) => message.role === 'user' && /^do: /m.test(textOf(message)),
  );
  const [, script] = /^do: (.*)$/m.exec(start < 0 ? '' : textOf(messages[start]!)) ?? [];
  if (script === undefined) return undefined;
  const results = messages.slice(start + 1).flatMap((message) => blocksOf(message).filter(isResult));
  const call = (JSON.parse(script) as Call[])[results.length];
  if (call === undefined) return textReply(`It gave: ${JSON.stringify(results.at(-1)?.['content'] ?? null)}`);
  return toolReply({ id: `toolu_${start}_${results.length}`, ...call });
}

/** What a message asks; the result of a client's tool asks what it says. */
function askedBy(message: ApiMessage): string {
  const result = blocksOf(message).find(isResult);
  return textOf(result === undefined ? message : (result as unknown as ApiMessage));
}

export interface Model {
  /** For the editor, its extensions and the CLI that they start. */
  readonly env: StandInEnvironment['env'];
  /** The real CLI. */
  readonly cli: string;
  /** What the CLI has asked so far. */
  readonly requests: readonly StandInRequest[];
  /** @throws Error when the CLI sent something that no test asked for */
  stop(): Promise<void>;
}

export async function startModel(): Promise<Model> {
  const hold = holding();
  const standIn: StandIn = await startStandIn({
    respond({ body: { messages } }) {
      const last = messages.findLast((message) => message.role === 'user');
      if (last === undefined) return undefined;
      return respond(askedBy(last)) ?? hold(last) ?? work(messages);
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
