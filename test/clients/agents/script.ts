/** The model that plays along: it calls the agent's own tools, one a round, and then says that it is done. */
import assert from 'node:assert/strict';
import type { JsonObject } from '../../../src/core/json.js';
import {
  messageReply,
  textReply,
  type ApiBlock,
  type Reply,
  type StandIn,
  type StandInRequest,
} from '../../standin/server.js';

export interface Call {
  readonly tool: string;
  readonly input: JsonObject;
}

/** What it says to requests without tools: agents ask for titles and summaries on the side. */
const TITLE = 'A total that adds up';

/** One answer of the API for each request: the next call of those that have no result yet, then `goodbye`. */
export function playing(
  calls: readonly Call[],
  goodbye: string,
): (request: StandInRequest) => Reply | undefined {
  return (request) => {
    const { tools = [] } = request.body;
    if (tools.length === 0) return textReply(TITLE);
    const round = resultsOf(request).length;
    const call = calls[round];
    if (call === undefined) return textReply(goodbye);
    // Not what this agent has: the stand-in takes it for a request that nobody expected.
    if (!tools.some(({ name }) => name === call.tool)) return undefined;
    return messageReply([
      { type: 'text', text: `Step ${round + 1}.` },
      { type: 'tool_use', id: `toolu_${round + 1}`, name: call.tool, input: call.input },
    ]);
  };
}

/** What the tools have given so far, in their order. */
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

/**
 * The requests of the conversation that has tools. One process of the CLI is one session: asserts that all of them came
 * from the same one.
 */
export function roundsOf({ requests }: StandIn): readonly StandInRequest[] {
  const rounds = requests.filter(({ body }) => (body.tools ?? []).length > 0);
  assert.equal(new Set(rounds.map(({ headers }) => headers['x-claude-code-session-id'])).size, 1);
  return rounds;
}
