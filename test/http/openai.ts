/** What the tests of the OpenAI routes share: their table, and readers of their answers. */
import assert from 'node:assert/strict';
import { type Ask, type Reply, USER_HI } from '../support/endpointRig.js';
import { checkRows, type Row } from './table.js';

export const ERROR_KEYS = ['message', 'type', 'param', 'code'];

/** One server-sent event; `data` is its JSON. */
export interface Frame {
  readonly event?: string;
  readonly data: Record<string, unknown>;
}

/** The events of a body. Comments are read over; anything else but events is a failure. */
export function framesOf(body: string): Frame[] {
  assert.ok(body.endsWith('\n\n'), 'the last event has no blank line behind it');
  return body
    .slice(0, -2)
    .split('\n\n')
    .filter((block) => !block.startsWith(':'))
    .map((block) => {
      const match = /^(?:event: (\S+)\n)?data: (.*)$/.exec(block);
      assert.ok(match, `no event: ${block}`);
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

/** The chunks of a stream that must end with `[DONE]`, and have no events' names. */
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
/** A chat with more in its body. */
export const sonnet = (more: object): Ask => at(CHAT, { model: 'claude-sonnet', messages: USER_HI, ...more });

export const json = (reply: Reply): Record<string, unknown> =>
  JSON.parse(reply.body) as Record<string, unknown>;
export const choiceOf = (reply: Reply): Record<string, unknown> =>
  (json(reply)['choices'] as Record<string, unknown>[])[0]!;
export const finishes = (reply: Reply): unknown[] =>
  chunksOf(reply.body).map((chunk) => chunk.choices[0]?.finish_reason);

/** The usage of the fake backend's answers. */
export const USAGE = {
  prompt_tokens: 11,
  completion_tokens: 7,
  total_tokens: 18,
  prompt_tokens_details: { cached_tokens: 4 },
};

const TYPES: Readonly<Record<number, string>> = { 400: 'invalid_request_error', 404: 'not_found_error' };

/** A row of the table. `message` is what the body's error must say, and all that it may. */
export interface OpenaiRow extends Row {
  readonly message?: string;
}

/** Makes a test of each row. */
export function checkOpenaiRows(rows: readonly OpenaiRow[]): void {
  checkRows(
    rows.map(({ message, ...row }) => {
      if (message === undefined) return row;
      const error = { message, type: TYPES[row.status] ?? 'api_error', param: null, code: null };
      return { ...row, body: JSON.stringify({ error }) };
    }),
  );
}
