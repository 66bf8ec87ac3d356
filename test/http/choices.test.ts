/** Several choices in one reply of the OpenAI routes: `n`, and several prompts. */
import assert from 'node:assert/strict';
import { ChatError } from '../../src/core/errors.js';
import {
  aborted,
  createFakeBackend,
  DONE,
  fails,
  hangs,
  says,
  type Script,
  text,
} from '../support/fakeBackend.js';
import { ask, open, type Reply, type Rig, startRig, stopRigs, USER_HI } from '../support/endpointRig.js';
import { createLatch } from '../support/latch.js';
import { until } from '../support/until.mjs';
import { at, CHAT, chunksOf, COMPLETIONS, framesOf, json, sonnet } from './openai.js';

const OVERLOADED = new ChatError('overloaded', 'Claude is overloaded.');

/** Each chat follows the next of these scripts. */
function inOrder(...scripts: readonly Script[]): Script {
  const rest = [...scripts];
  return (...all) => {
    const next = rest.shift();
    assert.ok(next, 'more chats than scripts');
    return next(...all);
  };
}

/** A script that answers with the text of its question. */
const echo: Script = async function* (request, ...rest) {
  yield* says(text(JSON.stringify(request.messages[0]?.content[0])), DONE)(request, ...rest);
};

async function rigWith(...scripts: readonly Script[]): Promise<Rig> {
  const rig = await startRig();
  rig.backend.script = inOrder(...scripts);
  return rig;
}

/** Index, text and finish reason of every chunk; for the usage chunk, its counts. */
function summaryOf(reply: Reply): unknown[] {
  return chunksOf(reply.body).map(({ choices, usage }) => {
    const [choice] = choices as readonly {
      index: number;
      delta?: { content?: string };
      finish_reason: unknown;
    }[];
    return choice === undefined ? usage : [choice.index, choice.delta?.content ?? '', choice.finish_reason];
  });
}

describe('n on /v1/chat/completions', () => {
  afterEach(stopRigs);

  it('returns n answers in order, with the prompt counted once and the answers summed', async () => {
    const slow = createLatch();
    const rig = await rigWith(
      async function* () {
        await slow.opened;
        yield text('first');
        yield DONE;
      },
      async function* (...all) {
        yield* says(text('second'), DONE)(...all);
        slow.open();
      },
    );
    const reply = await ask(rig, sonnet({ n: 2 }));
    assert.equal(reply.status, 200);
    assert.deepEqual(json(reply)['choices'], [
      { index: 0, message: { role: 'assistant', content: 'first' }, finish_reason: 'stop' },
      { index: 1, message: { role: 'assistant', content: 'second' }, finish_reason: 'stop' },
    ]);
    assert.deepEqual(json(reply)['usage'], {
      prompt_tokens: 11,
      completion_tokens: 14,
      total_tokens: 25,
      prompt_tokens_details: { cached_tokens: 4 },
    });
    const [first, second] = rig.backend.requests;
    assert.deepEqual(first, second);
  });

  it('streams the answers as they are written, and ends after the last one', async () => {
    const [one, two] = [createLatch(), createLatch()];
    const rig = await rigWith(
      async function* () {
        yield text('a');
        one.open();
        await two.opened;
        yield text('c');
        yield DONE;
      },
      async function* () {
        await one.opened;
        yield text('b');
        yield { ...DONE, reason: 'length' };
        two.open();
      },
    );
    const reply = await ask(rig, sonnet({ n: 2, stream: true, stream_options: { include_usage: true } }));
    assert.deepEqual(summaryOf(reply), [
      [0, 'a', null],
      [1, 'b', null],
      [1, '', 'length'],
      [0, 'c', null],
      [0, '', 'stop'],
      {
        prompt_tokens: 11,
        completion_tokens: 14,
        total_tokens: 25,
        prompt_tokens_details: { cached_tokens: 4 },
      },
    ]);
  });

  it('is answered also by a backend that runs one chat at a time', async () => {
    const rig = await startRig();
    let last = Promise.resolve();
    rig.backend.script = async function* (...all) {
      const [before, mine] = [last, createLatch()];
      last = Promise.resolve(mine.opened).then(() => undefined);
      await before;
      try {
        yield* says(text('hi'), DONE)(...all);
      } finally {
        mine.open();
      }
    };
    for (const stream of [true, false]) assert.equal((await ask(rig, sonnet({ n: 8, stream }))).status, 200);
    assert.equal(rig.backend.requests.length, 16);
    await until('all chats have ended', () => rig.backend.ended === 16);
  });

  it('writes one record, with the tokens of all chats', async () => {
    const rig = await startRig();
    const recorded = rig.record();
    await ask(rig, sonnet({ n: 3 }));
    const { promptTokens, outputTokens, outputMs } = await recorded;
    assert.deepEqual([promptTokens, outputTokens, outputMs], [33, 21, 9]);
    assert.equal(rig.records.length, 1);
  });

  it('is reported as answering from the first text on, also while other chats begin', async () => {
    const phases: string[] = [];
    const begun = createLatch();
    const backend = createFakeBackend();
    const rig = await startRig({
      backend: {
        ...backend,
        async *chat(request, signal, observer) {
          if (backend.requests.length > 0) await begun.opened;
          yield* backend.chat(request, signal, observer);
        },
      },
      observeChat: () => ({
        phase(phase) {
          phases.push(phase);
          if (phase === 'answering') begun.open();
        },
        permissionDecided: () => undefined,
        end: () => undefined,
      }),
    });
    await ask(rig, sonnet({ n: 2 }));
    assert.deepEqual([...new Set(phases)], ['sent', 'answering']);
    assert.equal(phases.filter((phase) => phase === 'sent').length, 1);
  });

  for (const stream of [true, false]) {
    it(`returns the error of a failed chat and stops the others, with "stream": ${stream}`, async () => {
      const rig = await rigWith(hangs(), fails(OVERLOADED));
      const reply = await ask(rig, sonnet({ n: 2, stream }));
      assert.equal(reply.status, 503);
      assert.deepEqual((json(reply)['error'] as Record<string, unknown>)['message'], 'Claude is overloaded.');
      await until('both chats have ended', () => rig.backend.ended === 2);
    });
  }

  it('ends a stream with the error of a failed chat and stops the others', async () => {
    const shown = createLatch();
    const rig = await rigWith(
      async function* (_request, signal) {
        yield text('a');
        shown.open();
        await aborted(signal);
        throw signal.reason;
      },
      async function* (...all) {
        await shown.opened;
        yield* fails(OVERLOADED)(...all);
      },
    );
    const reply = await ask(rig, sonnet({ n: 2, stream: true }));
    assert.equal(reply.status, 200);
    const last = framesOf(reply.body).at(-1)?.data['error'] as Record<string, unknown>;
    assert.equal(last['message'], 'Claude is overloaded.');
    await until('both chats have ended', () => rig.backend.ended === 2);
  });

  it('keeps the reply when a chat fails after its answer is complete', async () => {
    const failed = createLatch();
    const rig = await rigWith(
      async function* (...all) {
        yield* says(DONE)(...all);
        failed.open();
        throw OVERLOADED;
      },
      async function* () {
        await failed.opened;
        yield text('late');
        yield DONE;
      },
    );
    const reply = await ask(rig, sonnet({ n: 2 }));
    assert.equal(reply.status, 200);
    assert.equal((json(reply)['choices'] as unknown[]).length, 2);
  });

  it('stops all chats when the client disconnects', async () => {
    const rig = await rigWith(hangs(text('a')), hangs(), hangs(text('b')));
    const body = JSON.stringify({ model: 'claude-sonnet', messages: USER_HI, n: 3, stream: true });
    const head = [`POST ${CHAT} HTTP/1.1`, 'Host: localhost', `Content-Length: ${Buffer.byteLength(body)}`];
    const socket = await open(rig, [...head, '', body].join('\r\n'));
    await until('three chats have begun', () => rig.backend.requests.length === 3);
    socket.destroy();
    await until('all chats have ended', () => rig.backend.ended === 3);
  });

  it('returns 400 beyond eight answers, before the model is asked', async () => {
    const rig = await startRig();
    const reply = await ask(rig, sonnet({ n: 9 }));
    assert.equal(reply.status, 400);
    assert.deepEqual(json(reply)['error'], {
      message: 'A request gets at most 8 answers (n is 9). Send several requests instead.',
      type: 'invalid_request_error',
      param: 'n',
      code: 'unsupported_value',
    });
    assert.equal(rig.backend.requests.length, 0);
  });

  it('returns 400 for a workspace model, whose answers would change the same folder', async () => {
    const rig = await startRig({ settings: { lanes: ['chat', 'workspace'] } });
    const reply = await ask(rig, at(CHAT, { model: 'claude-sonnet:workspace', messages: USER_HI, n: 2 }));
    assert.equal(reply.status, 400);
    assert.match(
      reply.body,
      /claude-sonnet:workspace gives one answer to a request, because it works in the open folder/,
    );
    assert.equal(rig.backend.requests.length, 0);
  });

  it('is ignored below 1, as in Ollama', async () => {
    const rig = await startRig();
    for (const n of [0, null, -1]) {
      const reply = await ask(rig, sonnet({ n }));
      assert.equal((json(reply)['choices'] as unknown[]).length, 1);
    }
  });
});

describe('several prompts on /v1/completions', () => {
  afterEach(stopRigs);

  it('get n choices each, in the order of the prompts, each prompt counted once', async () => {
    const rig = await startRig();
    rig.backend.script = echo;
    const reply = await ask(rig, at(COMPLETIONS, { model: 'claude-sonnet', prompt: ['a', 'b'], n: 2 }));
    assert.equal(reply.status, 200);
    const choices = json(reply)['choices'] as { text: string; index: number }[];
    assert.deepEqual(
      choices.map(({ text: said, index }) => [index, (JSON.parse(said) as { text: string }).text]),
      [
        [0, 'a'],
        [1, 'a'],
        [2, 'b'],
        [3, 'b'],
      ],
    );
    const { prompt_tokens, completion_tokens } = json(reply)['usage'] as Record<string, number>;
    assert.deepEqual([prompt_tokens, completion_tokens], [22, 28]);
  });

  it('are streamed with the index of their choice', async () => {
    const rig = await startRig();
    rig.backend.script = echo;
    const reply = await ask(
      rig,
      at(COMPLETIONS, { model: 'claude-sonnet', prompt: ['a', 'b'], stream: true }),
    );
    const choices = chunksOf(reply.body).flatMap((chunk) => chunk.choices) as {
      index: number;
      text: string;
    }[];
    for (const [index, prompt] of ['a', 'b'].entries()) {
      const said = choices.filter((choice) => choice.index === index).map((choice) => choice.text);
      assert.equal((JSON.parse(said.join('')) as { text: string }).text, prompt);
    }
  });
});
