/** The model behind the CLI in the editor's tests: it does what the last message asks it to. */
import { devCli } from '../standin/cli.js';
import { standInEnvironment, type StandInEnvironment } from '../standin/environment.js';
import type { JsonObject } from '../../src/core/json.js';
import {
  errorReply,
  startStandIn,
  textOf,
  textReply,
  toolReply,
  type ApiMessage,
  type Reply,
  type StandIn,
} from '../standin/server.js';

const PIECE = 4;

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

/** What a message asks; the result of a tool asks what it says. */
function askedBy(message: ApiMessage): string {
  const { content } = message;
  const result = typeof content === 'string' ? undefined : content.find(({ type }) => type === 'tool_result');
  return textOf(result === undefined ? message : (result as unknown as ApiMessage));
}

export interface Model {
  /** For the editor, its extensions and the CLI that they start. */
  readonly env: StandInEnvironment['env'];
  /** The real CLI. */
  readonly cli: string;
  /** @throws Error when the CLI sent something that no test asked for */
  stop(): Promise<void>;
}

export async function startModel(): Promise<Model> {
  const standIn: StandIn = await startStandIn({
    respond(request) {
      const last = request.body.messages.findLast((message) => message.role === 'user');
      return last === undefined ? undefined : respond(askedBy(last));
    },
  });
  const environment = await standInEnvironment(standIn.url);
  return {
    env: environment.env,
    cli: devCli(),
    async stop() {
      await environment.dispose();
      await standIn.close();
    },
  };
}
