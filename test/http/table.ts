/** Tables of requests and what comes back. */
import assert from 'node:assert/strict';
import type { ChatEvent, DoneReason, ToolCall } from '../../src/core/chat.js';
import { DONE, type Script } from '../support/fakeBackend.js';
import { type Ask, ask, linesOf, type Reply, startRig, stopRigs } from '../support/endpointRig.js';

export const JSON_TYPE = 'application/json; charset=utf-8';
export const BARE = 'application/json';
export const NDJSON = 'application/x-ndjson';
export const TEXT = 'text/plain';

/** One request to a fresh endpoint. What is left out is not looked at. */
export interface Row {
  /** Its number in the conformance table, where it has one. */
  readonly row?: string;
  readonly what: string;
  readonly ask: Ask;
  readonly script?: Script;
  readonly status: number;
  readonly type?: string | undefined;
  readonly body?: string | ((reply: Reply) => void);
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

/** Makes a test of each row. */
export function checkRows(rows: readonly Row[]): void {
  afterEach(stopRigs);
  for (const { row, what, ask: asked, script, status, type, body: expected, headers = {} } of rows) {
    it(row === undefined ? what : `row ${row}: ${what}`, async () => {
      const rig = await startRig();
      if (script !== undefined) rig.backend.script = script;
      const reply = await ask(rig, asked);
      assert.equal(reply.status, status, reply.body);
      if (type !== undefined) assert.equal(reply.headers['content-type'], type);
      for (const [name, value] of Object.entries(headers)) assert.equal(reply.headers[name], value, name);
      if (typeof expected === 'string') assert.equal(reply.body, expected);
      else expected?.(reply);
    });
  }
}

/** The native routes' body of an error. */
export const error = (message: string): string => JSON.stringify({ error: message });

export const CALL: ToolCall = { id: 'call_a1b2c3d4', name: 'get_weather', arguments: { city: 'Oslo' } };
export const CALL2: ToolCall = { id: 'call_a1b2c3d5', name: 'get_time', arguments: {} };
export const toolCall = (call: ToolCall): ChatEvent => ({ type: 'toolCall', call });
/** The end of an answer for that reason. */
export const done = (reason: DoneReason): ChatEvent => ({ ...DONE, reason }) as ChatEvent;

export function lastLine(reply: Reply): Record<string, unknown> {
  return linesOf(reply.body).at(-1)!;
}
