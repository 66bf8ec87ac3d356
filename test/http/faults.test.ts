/** Internal errors at each stage of a request. Each fails at most this request, not others, and never ends the process. */
import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import type { ChatEvent } from '../../src/core/chat.js';
import type { JsonObject } from '../../src/core/json.js';
import { createFakeBackend, DONE, text } from '../support/fakeBackend.js';
import { duringAnotherChat, defect, type Stages, startFaultyRig } from './faultyRig.js';
import { ask, chat, linesOf, post, type Reply, stopRigs, USER_HI } from '../support/endpointRig.js';
import { toolCall } from './table.js';

/** One route of each API, tested with and without streaming. */
const PATHS = [
  '/api/chat',
  '/api/generate',
  '/v1/chat/completions',
  '/v1/completions',
  '/v1/responses',
  '/v1/messages',
];

const WITH_TOOLS = ['/api/chat', '/v1/chat/completions', '/v1/responses', '/v1/messages'];

const chatBody = (stream: boolean): object => ({
  model: 'claude-sonnet',
  messages: USER_HI,
  prompt: 'hi',
  input: 'hi',
  max_tokens: 10,
  stream,
});

function assertFailed(reply: Reply, message: RegExp): void {
  assert.equal(reply.status, 500, reply.body);
  assert.match(reply.headers['content-type'] ?? '', /^application\/json/);
  const { error } = JSON.parse(reply.body) as { error: string | { message: string } };
  assert.match(typeof error === 'string' ? error : error.message, message);
  assert.doesNotMatch(reply.body, /\bat .*:\d+/, 'the reply has a stack');
}

const circular: Record<string, unknown> = {};
circular['self'] = circular;
const events = (...all: readonly unknown[]): (() => AsyncGenerator<ChatEvent>) =>
  async function* () {
    for (const event of all) {
      await Promise.resolve();
      yield event as ChatEvent;
    }
  };
const failing = (thrown: unknown, ...before: readonly ChatEvent[]): (() => AsyncGenerator<ChatEvent>) =>
  async function* () {
    yield* events(...before)();
    throw thrown;
  };
const call = (args: unknown): ChatEvent =>
  toolCall({ id: 'call_1', name: 'f', arguments: args as JsonObject });

describe('an internal error', () => {
  afterEach(stopRigs);

  const BEFORE: readonly (readonly [string, Partial<Stages>, RegExp])[] = [
    ['settings that cannot be read', { settings: defect }, /a defect/],
    ['models that fail at once', { models: defect }, /a defect/],
    ['a chat that fails at once', { chat: defect }, /a defect/],
    ['a chat that returns undefined', { chat: () => undefined as never }, /Internal error/],
    ['a chat that fails before its first event', { chat: failing(new Error('a defect')) }, /a defect/],
    ['a chat that throws a string', { chat: failing('some words') }, /some words/],
    ['a chat that throws undefined', { chat: failing(undefined) }, /Internal error: undefined/],
    ['a chat that throws null', { chat: failing(null) }, /Internal error: null/],
    ['a chat that throws a symbol', { chat: failing(Symbol('odd')) }, /Internal error: Symbol\(odd\)/],
    [
      'a chat that throws an object without toString',
      { chat: failing(Object.create(null)) },
      /Internal error: object/,
    ],
    ['a chat without events', { chat: events() }, /ended before it was complete/],
    ['an event that is null', { chat: events(null, DONE) }, /Internal error/],
    ['a done event without usage', { chat: events({ type: 'done' }) }, /Internal error/],
  ];
  for (const [what, broken, message] of BEFORE) {
    it(`before the first event returns 500 and affects no other request: ${what}`, async () => {
      const faulty = await startFaultyRig();
      const { rig, stages } = faulty;
      await duringAnotherChat(faulty, async () => {
        Object.assign(stages, broken);
        for (const path of PATHS) {
          for (const stream of [true, false]) assertFailed(await post(rig, path, chatBody(stream)), message);
        }
      });
    });
  }

  it('before the first event returns 500 and affects no other request: a rejected promise of models', async () => {
    const faulty = await startFaultyRig();
    const { rig } = faulty;
    await duringAnotherChat(faulty, async () => {
      for (const thrown of [new Error('a defect'), 'a defect' as unknown as Error]) {
        rig.backend.models = () => Promise.reject(thrown);
        for (const path of PATHS) assertFailed(await post(rig, path, chatBody(true)), /a defect/);
        assertFailed(await ask(rig, { path: '/api/tags' }), /a defect/);
        assertFailed(await ask(rig, { path: '/v1/models' }), /a defect/);
      }
      rig.backend.models = () => createFakeBackend().models();
    });
  });

  const WITHIN: readonly (readonly [string, () => AsyncGenerator<ChatEvent>, paths?: readonly string[]])[] = [
    ['that throws an error', failing(new Error('a defect'), text('Hel'))],
    ['that throws undefined', failing(undefined, text('Hel'))],
    ['that throws an object without toString', failing(Object.create(null), text('Hel'))],
    ['that ends without done', events(text('Hel'))],
    ['with an undefined event', events(text('Hel'), undefined, DONE)],
    ['with circular tool arguments', events(text('Hel'), call(circular), DONE), WITH_TOOLS],
    [
      'with tool arguments that JSON cannot represent',
      events(
        text('Hel'),
        call({
          n: {
            toJSON: () => {
              throw new TypeError('no JSON');
            },
          },
        }),
        DONE,
      ),
      WITH_TOOLS,
    ],
    ['with a done event without usage', events(text('Hel'), { type: 'done', reason: 'stop' })],
  ];
  for (const [what, script, paths = PATHS] of WITHIN) {
    it(`ends a stream with an error, and returns 500 without streaming: a reply ${what}`, async () => {
      const faulty = await startFaultyRig();
      const { rig, stages } = faulty;
      await duringAnotherChat(faulty, async () => {
        stages.chat = script;
        for (const path of paths) {
          const streamed = await post(rig, path, chatBody(true));
          assert.equal(streamed.status, 200, path);
          assert.match(streamed.body, /Hel/);
          assert.match(streamed.body, /error/, path);
          assert.doesNotMatch(
            streamed.body,
            /"done":true|"finish_reason":"stop"|response\.completed|message_stop/,
          );
          assertFailed(await post(rig, path, chatBody(false)), /Internal error|ended before it was complete/);
        }
      });
    });
  }

  it('returns at most a 500 when the settings cannot be read once, at any point', async () => {
    const faulty = await startFaultyRig();
    const { rig, stages } = faulty;
    await duringAnotherChat(faulty, async () => {
      let reads = 0;
      stages.settings = () => void (reads += 1);
      assert.equal((await chat(rig)).status, 200);
      const all = reads;
      assert.ok(all > 3);
      const outcomes = new Set<number>();
      for (let bad = 1; bad <= all; bad += 1) {
        let read = 0;
        stages.settings = () => {
          read += 1;
          if (read === bad) defect();
        };
        const reply = await chat(rig);
        outcomes.add(reply.status);
        if (reply.status === 200) assert.equal(linesOf(reply.body).at(-1)?.['done'], true);
        else assertFailed(reply, /a defect/);
      }
      // Reads that are only for the log do not fail the request.
      assert.deepEqual(outcomes, new Set([200, 500]));
    });
  });

  it('returns 503 and affects no other request when the owner of a connection cannot be determined', async function () {
    if (process.platform !== 'linux') this.skip();
    const faulty = await startFaultyRig();
    const { rig } = faulty;
    const { open } = fs;
    try {
      await duringAnotherChat(faulty, async () => {
        fs.open = () => Promise.reject(Object.assign(new Error('EMFILE: no files'), { code: 'EMFILE' }));
        syncBuiltinESMExports();
        for (const path of ['/', '/api/tags']) {
          const { status, body } = await ask(rig, { path });
          assert.equal(status, 503);
          assert.match(body, /Cannot determine which user opened this connection/);
        }
        fs.open = open;
        syncBuiltinESMExports();
      });
    } finally {
      fs.open = open;
      syncBuiltinESMExports();
    }
  });
});
