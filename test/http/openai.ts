/** What the tests of the OpenAI routes share: their table, and parsers of their replies. */
import assert from 'node:assert/strict';
import { type Ask, type Reply, USER_HI } from '../support/endpointRig.js';
import { testRows, type Row } from './table.js';

export const ERROR_KEYS = ['message', 'type', 'param', 'code'];

/** One server-sent event; `data` is its JSON. */
export interface Frame {
  readonly event?: string;
  readonly data: Record<string, unknown>;
}

/** The events of a body. Comments are ignored; anything else fails the test. */
export function framesOf(body: string): Frame[] {
  assert.ok(body.endsWith('\n\n'), 'there is no blank line after the last event');
  return body
    .slice(0, -2)
    .split('\n\n')
    .filter((block) => !block.startsWith(':'))
    .map((block) => {
      const match = /^(?:event: (\S+)\n)?data: (.*)$/.exec(block);
      assert.ok(match, `not an event: ${block}`);
      const [, event, data = ''] = match;
      const parsed = JSON.parse(data) as Record<string, unknown>;
      return event === undefined ? { data: parsed } : { event, data: parsed };
    });
}

export interface Chunk {
  readonly id: string;
  readonly object: string;
  readonly created: number;
  readonly model: string;
  readonly choices: readonly {
    readonly delta?: Record<string, unknown>;
    readonly text?: string;
    readonly finish_reason?: string | null;
  }[];
  readonly usage?: Record<string, unknown>;
}

/** The chunks of a stream, which must end with `[DONE]` and have no event names. */
export function chunksOf(body: string): Chunk[] {
  const end = 'data: [DONE]\n\n';
  assert.ok(body.endsWith(end), 'the stream does not end with [DONE]');
  return framesOf(body.slice(0, -end.length)).map(({ event, data }) => {
    assert.equal(event, undefined);
    return data as unknown as Chunk;
  });
}

export const SSE = 'text/event-stream';
export const CHAT = '/v1/chat/completions';
export const COMPLETIONS = '/v1/completions';
export const EMBEDDINGS = '/v1/embeddings';

export const at = (path: string, value: unknown, headers: Record<string, string> = {}): Ask => ({
  path,
  body: JSON.stringify(value),
  headers,
});
/** A chat with additional fields. */
export const sonnet = (more: object): Ask => at(CHAT, { model: 'claude-sonnet', messages: USER_HI, ...more });

export const json = (reply: Reply): Record<string, unknown> =>
  JSON.parse(reply.body) as Record<string, unknown>;
export const choiceOf = (reply: Reply): Record<string, unknown> =>
  (json(reply)['choices'] as Record<string, unknown>[])[0]!;
export const finishes = (reply: Reply): unknown[] =>
  chunksOf(reply.body).map((chunk) => chunk.choices[0]?.finish_reason);

/** The usage of the fake backend's replies. */
export const USAGE = {
  prompt_tokens: 11,
  completion_tokens: 7,
  total_tokens: 18,
  prompt_tokens_details: { cached_tokens: 4 },
};

const TYPES: Readonly<Record<number, string>> = { 400: 'invalid_request_error', 404: 'not_found_error' };

/** A row of the table. `message`: the body must be an error with exactly this message, and this `param` and `code`. */
export interface OpenaiRow extends Row {
  readonly message?: string;
  readonly param?: string;
  readonly code?: string;
}

/** Defines a test for each row, in a `describe` for each group. */
export function testOpenaiRows(groups: Readonly<Record<string, readonly OpenaiRow[]>>): void {
  testRows(
    Object.fromEntries(Object.entries(groups).map(([group, rows]) => [group, rows.map(expectMessage)])),
  );
}

function expectMessage({ message, param, code, ...row }: OpenaiRow): Row {
  if (message === undefined) return row;
  const error = { message, type: TYPES[row.status] ?? 'api_error', param: param ?? null, code: code ?? null };
  return { ...row, body: JSON.stringify({ error }) };
}
