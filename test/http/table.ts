/** Tests that are tables: one request per row, and the expected reply. */
import assert from 'node:assert/strict';
import type { ChatEvent, DoneReason, ToolCall } from '../../src/core/chat.js';
import { DONE, type Script } from '../support/fakeBackend.js';
import { type Ask, ask, linesOf, type Reply, startRig, stopRigs } from '../support/endpointRig.js';

export const JSON_TYPE = 'application/json; charset=utf-8';
export const BARE = 'application/json';
export const NDJSON = 'application/x-ndjson';
export const TEXT = 'text/plain';

/** One request to a new endpoint, and the expected reply. Fields that are left out are not checked. */
export interface Row {
  /** Completes the title `returns <status> for …`. */
  readonly what: string;
  readonly ask: Ask;
  readonly script?: Script;
  readonly status: number;
  readonly type?: string | undefined;
  readonly body?: string | ((reply: Reply) => void);
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

/** Defines a test for each row, in a `describe` for each group. */
export function testRows(groups: Readonly<Record<string, readonly Row[]>>): void {
  for (const [group, rows] of Object.entries(groups)) {
    describe(group, () => {
      afterEach(stopRigs);
      for (const row of rows) testRow(row);
    });
  }
}

function testRow({ what, ask: asked, script, status, type, body: expected, headers = {} }: Row): void {
  it(`returns ${status} for ${what}`, async () => {
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

/** The body of an error on Ollama's own routes. */
export const error = (message: string): string => JSON.stringify({ error: message });

export const CALL: ToolCall = { id: 'call_a1b2c3d4', name: 'get_weather', arguments: { city: 'Oslo' } };
export const CALL2: ToolCall = { id: 'call_a1b2c3d5', name: 'get_time', arguments: {} };
export const toolCall = (call: ToolCall): ChatEvent => ({ type: 'toolCall', call });
/** The `done` event with another reason. */
export const done = (reason: DoneReason): ChatEvent => ({ ...DONE, reason }) as ChatEvent;

export function lastLine(reply: Reply): Record<string, unknown> {
  return linesOf(reply.body).at(-1)!;
}
