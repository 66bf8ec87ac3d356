/** A scripted model: it calls the agent's own tools, one in each round, and then sends a final answer. */
import assert from 'node:assert/strict';
import type { JsonObject } from '../../src/core/json.js';
import {
  messageReply,
  textReply,
  type ApiBlock,
  type Reply,
  type StandIn,
  type StandInRequest,
} from '../standin/server.js';

export interface Call {
  readonly tool: string;
  readonly input: JsonObject;
}

/** The answer to requests without tools: agents also ask for titles and summaries. */
const TITLE = 'A total that adds up';

/** Answers each request with the first call that has no result yet, and with `finalAnswer` when all have one. */
export function scriptedModel(
  calls: readonly Call[],
  finalAnswer: string,
): (request: StandInRequest) => Reply | undefined {
  return (request) => {
    const { tools = [] } = request.body;
    if (tools.length === 0) return textReply(TITLE);
    const round = resultsOf(request).length;
    const call = calls[round];
    if (call === undefined) return textReply(finalAnswer);
    // The agent does not offer this tool: the stand-in reports an unexpected request.
    if (!tools.some(({ name }) => name === call.tool)) return undefined;
    return messageReply([
      { type: 'text', text: `Step ${round + 1}.` },
      { type: 'tool_use', id: `toolu_${round + 1}`, name: call.tool, input: call.input },
    ]);
  };
}

/** The results of the tools so far, in order. */
export function resultsOf({ body }: StandInRequest): string[] {
  return body.messages
    .flatMap(({ content }) => (typeof content === 'string' ? [] : content))
    .filter(({ type }) => type === 'tool_result')
    .map(({ content }) => textOfResult(content));
}

function textOfResult(content: unknown): string {
  if (typeof content === 'string') return content;
  return (content as readonly ApiBlock[]).map(({ text = '' }) => text).join('');
}

/** The requests with tools. Asserts that all of them came from one CLI process: each process has its own session. */
export function roundsOf({ requests }: StandIn): readonly StandInRequest[] {
  const rounds = requests.filter(({ body }) => (body.tools ?? []).length > 0);
  assert.equal(new Set(rounds.map(({ headers }) => headers['x-claude-code-session-id'])).size, 1);
  return rounds;
}
