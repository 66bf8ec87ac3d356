/** A defect at each stage of a request. It costs that request at most: no other one, and not the program. */
import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import type { ChatEvent } from '../../src/core/chat.js';
import type { JsonObject } from '../../src/core/json.js';
import { createFakeBackend, DONE, text } from '../support/fakeBackend.js';
import { besideAnother, defect, type Stages, startFaulty } from './faultyRig.js';
import { ask, chat, linesOf, post, type Reply, stopRigs, USER_HI } from '../support/endpointRig.js';
import { toolCall } from './table.js';

/** Asked for with and without a stream, in each dialect. */
const PATHS = [
  '/api/chat',
  '/api/generate',
  '/v1/chat/completions',
  '/v1/completions',
  '/v1/responses',
  '/v1/messages',
];

const WITH_TOOLS = ['/api/chat', '/v1/chat/completions', '/v1/responses', '/v1/messages'];

const question = (stream: boolean): object => ({
  model: 'claude-sonnet',
  messages: USER_HI,
  prompt: 'hi',
  input: 'hi',
  max_tokens: 10,
  stream,
});

function assertTold(reply: Reply, words: RegExp): void {
  assert.equal(reply.status, 500, reply.body);
  assert.match(reply.headers['content-type'] ?? '', /^application\/json/);
  const { error } = JSON.parse(reply.body) as { error: string | { message: string } };
  assert.match(typeof error === 'string' ? error : error.message, words);
  assert.doesNotMatch(reply.body, /\bat .*:\d+/, 'a stack');
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

describe('a defect behind the endpoint', () => {
  afterEach(stopRigs);

  const BEFORE: readonly (readonly [string, Partial<Stages>, RegExp])[] = [
    ['settings that cannot be read', { settings: defect }, /a defect/],
    ['models that fail at once', { models: defect }, /a defect/],
    ['a chat that fails at once', { chat: defect }, /a defect/],
    ['a chat that is none', { chat: () => undefined as never }, /Internal error/],
    ['a chat that fails before its first event', { chat: failing(new Error('a defect')) }, /a defect/],
    ['a chat that fails with words', { chat: failing('some words') }, /some words/],
    ['a chat that fails with nothing', { chat: failing(undefined) }, /Internal error: undefined/],
    ['a chat that fails with null', { chat: failing(null) }, /Internal error: null/],
    ['a chat that fails with a symbol', { chat: failing(Symbol('odd')) }, /Internal error: Symbol\(odd\)/],
    [
      'a chat that fails with what has no words',
      { chat: failing(Object.create(null)) },
      /Internal error: object/,
    ],
    ['a chat that ends without a word', { chat: events() }, /stopped before its end/],
    ['an event that is none', { chat: events(null, DONE) }, /Internal error/],
    ['an end without figures', { chat: events({ type: 'done' }) }, /Internal error/],
  ];
  for (const [what, broken, words] of BEFORE) {
    it(`costs its request a 500 and no other one anything: ${what}`, async () => {
      const faulty = await startFaulty();
      const { rig, stages } = faulty;
      await besideAnother(faulty, async () => {
        Object.assign(stages, broken);
        for (const path of PATHS) {
          for (const stream of [true, false]) assertTold(await post(rig, path, question(stream)), words);
        }
      });
    });
  }

  it('costs its request a 500 and no other one anything: models that are refused by a promise', async () => {
    const faulty = await startFaulty();
    const { rig } = faulty;
    await besideAnother(faulty, async () => {
      for (const thrown of [new Error('a defect'), 'a defect' as unknown as Error]) {
        rig.backend.models = () => Promise.reject(thrown);
        for (const path of PATHS) assertTold(await post(rig, path, question(true)), /a defect/);
        assertTold(await ask(rig, { path: '/api/tags' }), /a defect/);
        assertTold(await ask(rig, { path: '/v1/models' }), /a defect/);
      }
      rig.backend.models = () => createFakeBackend().models();
    });
  });

  const WITHIN: readonly (readonly [string, () => AsyncGenerator<ChatEvent>, paths?: readonly string[]])[] = [
    ['that fails', failing(new Error('a defect'), text('Hel'))],
    ['that fails with nothing', failing(undefined, text('Hel'))],
    ['that fails with what has no words', failing(Object.create(null), text('Hel'))],
    ['that just stops', events(text('Hel'))],
    ['with an event that is none', events(text('Hel'), undefined, DONE)],
    ['with arguments without end', events(text('Hel'), call(circular), DONE), WITH_TOOLS],
    ['with arguments that are no JSON', events(text('Hel'), call({ n: 1n }), DONE), WITH_TOOLS],
    ['without figures at its end', events(text('Hel'), { type: 'done', reason: 'stop' })],
  ];
  for (const [what, script, paths = PATHS] of WITHIN) {
    it(`ends its stream with an error, and is a 500 without one: an answer ${what}`, async () => {
      const faulty = await startFaulty();
      const { rig, stages } = faulty;
      await besideAnother(faulty, async () => {
        stages.chat = script;
        for (const path of paths) {
          const streamed = await post(rig, path, question(true));
          assert.equal(streamed.status, 200, path);
          assert.match(streamed.body, /Hel/);
          assert.match(streamed.body, /error/, path);
          assert.doesNotMatch(
            streamed.body,
            /"done":true|"finish_reason":"stop"|response\.completed|message_stop/,
          );
          assertTold(await post(rig, path, question(false)), /Internal error|stopped before its end/);
        }
      });
    });
  }

  it('costs its request a 500 at most: settings that cannot be read just once, whenever that is', async () => {
    const faulty = await startFaulty();
    const { rig, stages } = faulty;
    await besideAnother(faulty, async () => {
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
        else assertTold(reply, /a defect/);
      }
      // Those that are read for the log alone harm nobody.
      assert.deepEqual(outcomes, new Set([200, 500]));
    });
  });

  it('costs its request a 503 and no other one anything: a connection that cannot be looked at', async function () {
    if (process.platform !== 'linux') this.skip();
    const faulty = await startFaulty();
    const { rig } = faulty;
    const { open } = fs;
    try {
      await besideAnother(faulty, async () => {
        fs.open = () => Promise.reject(Object.assign(new Error('EMFILE: no files'), { code: 'EMFILE' }));
        syncBuiltinESMExports();
        for (const path of ['/', '/api/tags']) {
          const { status, body } = await ask(rig, { path });
          assert.equal(status, 503);
          assert.match(body, /does not tell whose the connection is/);
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
