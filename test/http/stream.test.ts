import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { ChatError } from '../../src/core/errors.js';
import { DONE, fails, floods, hangs, says, type Script, text } from '../support/fakeBackend.js';
import {
  chat,
  chatBytes,
  linesOf,
  nextChunk,
  open,
  post,
  received,
  type Rig,
  startRig,
  stopRigs,
  USER_HI,
} from '../support/endpointRig.js';
import { until } from '../support/until.mjs';

/** A streamed chat whose reply the test reads chunk by chunk. */
async function streamedChat(
  rig: Rig,
  signal?: AbortSignal,
): Promise<{ response: Response; reader: ReadableStreamDefaultReader<Uint8Array> }> {
  const response = await fetch(`${rig.url}/api/chat`, {
    method: 'POST',
    body: JSON.stringify({ model: 'claude-sonnet', messages: USER_HI }),
    ...(signal === undefined ? {} : { signal }),
  });
  return { response, reader: response.body!.getReader() };
}

/** A promise that the test resolves, for scripts to wait for. */
function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

describe('a streamed reply', () => {
  afterEach(stopRigs);

  it('sends each event immediately', async () => {
    const rig = await startRig();
    const [first, second] = [gate(), gate()];
    rig.backend.script = async function* () {
      yield text('one');
      await first.opened;
      yield text('two');
      await second.opened;
      yield DONE;
    };
    const { reader } = await streamedChat(rig);
    assert.match((await nextChunk(reader))!, /"content":"one"/);
    assert.equal(rig.backend.ended, 0);
    first.open();
    assert.match((await nextChunk(reader))!, /"content":"two"/);
    second.open();
    assert.match((await nextChunk(reader))!, /"done":true/);
    assert.equal(await nextChunk(reader), undefined);
  });

  it('ends with the done event, even if the backend ends later', async () => {
    const rig = await startRig();
    const release = gate();
    rig.backend.script = async function* () {
      yield DONE;
      await release.opened;
    };
    assert.equal((await chat(rig)).status, 200);
    assert.equal((await chat(rig, { stream: false })).status, 200);
    assert.equal(rig.backend.ended, 0);
    release.open();
    await until('both chats have ended', () => rig.backend.ended === 2);
  });

  it('lets the backend finish after a complete reply', async () => {
    const rig = await startRig();
    let finished = false;
    rig.backend.script = async function* (_request, signal) {
      yield DONE;
      await Promise.resolve();
      finished = !signal.aborted;
    };
    await chat(rig);
    await until('the chat has ended', () => rig.backend.ended === 1);
    assert.ok(finished);
  });

  it('does not report a failure after a complete reply to the client', async () => {
    const rig = await startRig();
    rig.backend.script = fails(new Error('late'), text('Hi'), DONE);
    const lines = linesOf((await chat(rig)).body);
    assert.equal(lines.length, 2);
    assert.equal(lines[1]?.['done'], true);
  });

  it('sends an empty chunk after each silence, then continues', async () => {
    const rig = await startRig({ heartbeatMs: 30 });
    const release = gate();
    rig.backend.script = async function* () {
      yield text('Hel');
      await release.opened;
      yield text('lo');
      yield DONE;
    };
    const { reader } = await streamedChat(rig);
    assert.match((await nextChunk(reader))!, /"content":"Hel"/);
    for (let beat = 0; beat < 3; beat += 1) {
      const { created_at: _when, ...chunk } = JSON.parse((await nextChunk(reader))!) as Record<
        string,
        unknown
      >;
      assert.deepEqual(chunk, {
        model: 'claude-sonnet',
        message: { role: 'assistant', content: '' },
        done: false,
      });
    }
    release.open();
    let rest = '';
    for (let chunk = await nextChunk(reader); chunk !== undefined; chunk = await nextChunk(reader))
      rest += chunk;
    assert.match(rest, /"content":"lo"[^\n]*\n[^\n]*"done":true[^\n]*\n$/);
  });

  it('sends no empty chunks while text arrives', async () => {
    const rig = await startRig({ heartbeatMs: 400 });
    rig.backend.script = async function* () {
      for (let word = 0; word < 30; word += 1) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        yield text('x');
      }
      yield DONE;
    };
    assert.equal(linesOf((await chat(rig)).body).length, 31);
  });

  it('ignores events after done', async () => {
    const rig = await startRig();
    let ends = 0;
    rig.backend.script = async function* (request, signal) {
      yield* says(text('Hi'), DONE, text('late'), DONE)(request, signal);
      ends += 1;
    };
    assert.equal(linesOf((await chat(rig)).body).length, 2);
    const whole = JSON.parse((await chat(rig, { stream: false })).body) as { message: { content: string } };
    assert.equal(whole.message.content, 'Hi');
    await until('both chats have ended', () => ends === 2);
  });

  it('starts with a heartbeat when the first text is late, and a later error is a line', async () => {
    const rig = await startRig({ heartbeatMs: 20 });
    const release = gate();
    rig.backend.script = async function* () {
      await release.opened;
      yield* fails(new ChatError('overloaded', 'Overloaded.'))(undefined as never, undefined as never);
    };
    const { response, reader } = await streamedChat(rig);
    assert.equal(response.status, 200);
    assert.match((await nextChunk(reader))!, /"content":""/);
    release.open();
    let rest = '';
    for (let chunk = await nextChunk(reader); chunk !== undefined; chunk = await nextChunk(reader))
      rest += chunk;
    assert.deepEqual(linesOf(rest).at(-1), { error: 'Overloaded.' });
  });

  it('keeps the status of an error open while the API is asked again, and sends heartbeats later', async () => {
    const heartbeatMs = 60;
    const rig = await startRig({ heartbeatMs });
    const retryMs = 400;
    rig.backend.script = async function* (_request, _signal, observer) {
      observer?.retrying(retryMs);
      await new Promise((resolve) => setTimeout(resolve, retryMs));
      yield* fails(new ChatError('overloaded', 'Overloaded.', { retryAfterSeconds: 7 }))(
        undefined as never,
        undefined as never,
      );
    };
    const reply = await chat(rig);
    assert.equal(reply.status, 503);
    assert.equal(reply.headers['retry-after'], '7');

    const release = gate();
    let retriedAt = Infinity;
    rig.backend.script = async function* (_request, _signal, observer) {
      retriedAt = performance.now() + retryMs;
      observer?.retrying(retryMs);
      await release.opened;
      yield DONE;
    };
    const { response, reader } = await streamedChat(rig);
    assert.equal(response.status, 200);
    assert.ok(performance.now() >= retriedAt + heartbeatMs - 1, 'the heartbeat was early');
    release.open();
    while ((await nextChunk(reader)) !== undefined);
  });

  it('sends heartbeats during a retry when the answer has begun', async () => {
    const rig = await startRig({ heartbeatMs: 20 });
    const release = gate();
    rig.backend.script = async function* (_request, _signal, observer) {
      yield text('Hel');
      observer?.retrying(60_000);
      await release.opened;
      yield DONE;
    };
    const { reader } = await streamedChat(rig);
    assert.match((await nextChunk(reader))!, /"content":"Hel"/);
    assert.match((await nextChunk(reader))!, /"content":""/);
    release.open();
    while ((await nextChunk(reader)) !== undefined);
  });

  it('delivers a megabyte unchanged, with and without streaming', async () => {
    const rig = await startRig();
    const seed = '  if (x) {\n\t"naïve" 🦙 \\ \u0000 \u2028 end\r\n';
    const words = seed.repeat(Math.ceil(1_000_000 / seed.length));
    const deltas: string[] = [];
    // Also cuts between the halves of surrogate pairs.
    for (let at = 0; at < words.length; at += 977) deltas.push(words.slice(at, at + 977));
    rig.backend.script = says(...deltas.map(text), DONE);
    const streamed = linesOf((await chat(rig)).body)
      .map((line) => (line['message'] as { content: string }).content)
      .join('');
    assert.ok(streamed === words);
    const whole = JSON.parse((await chat(rig, { stream: false })).body) as { message: { content: string } };
    assert.ok(whole.message.content === words);
  });

  it('keeps every line under 8,000,000 bytes', async () => {
    const rig = await startRig();
    const words = '\u0001'.repeat(1_999_999) + '🦙'.repeat(700_000);
    rig.backend.script = says(text(words), DONE);
    const { body } = await chat(rig);
    assert.ok(body.split('\n').every((line) => Buffer.byteLength(line) < 8_000_000));
    const texts = linesOf(body).map((line) => (line['message'] as { content: string }).content);
    assert.ok(texts.join('') === words);
  });

  it('pauses the backend while the client does not read, and loses nothing', async () => {
    const rig = await startRig();
    const delta = 'x'.repeat(64 * 1024);
    const all = 800;
    let produced = 0;
    rig.backend.script = async function* () {
      for (; produced < all; produced += 1) {
        await Promise.resolve();
        yield text(delta);
      }
      yield DONE;
    };
    const socket = await open(rig, chatBytes());
    socket.pause();
    // The backend is paused when the count is the same after 100 ms.
    let last = 0;
    const stalled = (): boolean => {
      const same = produced > 0 && produced === last;
      last = produced;
      return same;
    };
    while (!stalled()) await new Promise((resolve) => setTimeout(resolve, 100));
    assert.ok(produced < all / 2, `${produced} of ${all} deltas were produced for a client that reads none`);
    let bytes = 0;
    let tail = '';
    socket.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      tail = (tail + chunk.toString('latin1')).slice(-4_000);
    });
    socket.resume();
    await until('the response is complete', () => tail.endsWith('0\r\n\r\n'));
    assert.match(tail, /"done":true/);
    assert.ok(bytes > all * delta.length);
    socket.destroy();
  });

  it('stops when a client that does not read disconnects', async () => {
    const rig = await startRig();
    rig.backend.script = floods('x'.repeat(64 * 1024));
    const socket = await open(rig, chatBytes());
    socket.pause();
    await until('the chat has begun', () => rig.backend.requests.length === 1);
    const over = rig.record();
    socket.destroy();
    assert.equal((await over).status, 499);
    await until('the chat has ended', () => rig.backend.ended === 1);
  });
});

describe('a client that disconnects', () => {
  afterEach(stopRigs);

  for (const [what, script] of [
    ['during a stream', hangs(text('Hel'))],
    ['before the first text', hangs()],
  ] as const) {
    it(`${what} stops the backend`, async () => {
      const rig = await startRig();
      rig.backend.script = script;
      const over = rig.record();
      const socket = await open(rig, chatBytes());
      if (what === 'during a stream') await once(socket, 'data');
      await until('the chat has begun', () => rig.backend.requests.length === 1);
      socket.destroy();
      assert.equal((await over).status, 499);
      await until('the chat has ended', () => rig.backend.ended === 1);
    });
  }

  const WAYS: readonly (readonly [string, (socket: Socket) => void])[] = [
    ['closing the connection', (socket) => socket.destroy()],
    ['resetting it', (socket) => socket.resetAndDestroy()],
    ['half-closing it', (socket) => socket.end()],
  ];
  const MOMENTS: readonly (readonly [string, object, Script, boolean])[] = [
    ['during a reply', {}, hangs(text('Hel')), true],
    ['before its first text', {}, hangs(), false],
    ['while it waits for a whole reply', { stream: false }, hangs(text('Hel')), false],
  ];
  for (const [how, disconnect] of WAYS) {
    for (const [when, more, script, speaks] of MOMENTS) {
      it(`by ${how} ${when} stops the backend and gets no more data`, async () => {
        const rig = await startRig();
        let backendSignal: AbortSignal | undefined;
        rig.backend.script = (request, signal) => {
          backendSignal = signal;
          return script(request, signal);
        };
        const over = rig.record();
        const socket = await open(rig, chatBytes(more));
        if (speaks) await once(socket, 'data');
        else await until('the chat has begun', () => rig.backend.requests.length === 1);
        const rest = received(socket);
        disconnect(socket);
        const { status, error } = await over;
        assert.equal(status, 499);
        assert.equal(error, undefined);
        assert.equal(await rest, '');
        await until('the chat has ended', () => rig.backend.ended === 1);
        assert.ok(backendSignal?.reason instanceof ChatError && backendSignal.reason.kind === 'cancelled');
        await until('no request is running', () => rig.endpoint.activity().running === 0);
      });
    }
  }

  it('before the end of its body starts no chat', async () => {
    const rig = await startRig();
    const over = rig.record();
    const socket = await open(
      rig,
      'POST /api/chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n\r\n{"mod',
    );
    await new Promise((resolve) => setImmediate(resolve));
    socket.destroy();
    assert.equal((await over).status, 499);
    assert.deepEqual(rig.backend.requests, []);
  });

  it('leaves no running chat, in 200 rounds', async () => {
    const rig = await startRig();
    rig.backend.script = hangs(text('Hel'));
    for (let round = 0; round < 200; round += 1) {
      const socket = await open(rig, chatBytes());
      if (round % 2 === 0) await once(socket, 'data');
      socket.destroy();
    }
    await until(
      'all chats have ended',
      () => rig.backend.ended === rig.backend.requests.length && rig.records.length === 200,
    );
    assert.equal(rig.endpoint.activity().running, 0);
  });
});

describe('a request record', () => {
  afterEach(stopRigs);

  it('has route, model, status and metrics, but no prompt or reply', async () => {
    const rig = await startRig();
    const over = rig.record();
    await post(
      rig,
      '/api/chat',
      { model: 'Claude-Sonnet', messages: [{ role: 'user', content: 'secret words' }] },
      { 'user-agent': `evil\u001b[31m${'x'.repeat(200)}`.replace('\u001b', '\u00e9') },
    );
    const record = await over;
    assert.equal(record.id, 1);
    assert.equal(record.method, 'POST');
    assert.equal(record.route, '/api/chat');
    assert.equal(record.model, 'claude-sonnet:latest');
    assert.equal(record.lane, 'chat');
    assert.equal(record.status, 200);
    assert.ok(record.client.length <= 81 && record.client.startsWith('evil'));
    assert.ok(record.firstTokenMs! >= 0 && record.totalMs >= record.firstTokenMs!);
    assert.equal(record.promptTokens, 11);
    assert.equal(record.outputTokens, 7);
    assert.equal(record.error, undefined);
    assert.doesNotMatch(JSON.stringify(record), /secret/);
    const logged = rig.lines.filter((line) => line.includes('secret'));
    assert.ok(logged.length === 1 && logged[0]!.startsWith('trace'));
  });

  it('has the error of a stream that failed after its 200', async () => {
    const rig = await startRig();
    rig.backend.script = fails(new ChatError('cliFailed', 'The CLI died.'), text('Hel'));
    const over = rig.record();
    await chat(rig);
    const record = await over;
    assert.equal(record.status, 200);
    assert.equal(record.error, 'The CLI died.');
  });

  it('of an internal error has its stack in the log, but the reply has not', async () => {
    const rig = await startRig();
    rig.backend.script = fails(new TypeError('plain failure'));
    const { body } = await chat(rig);
    assert.doesNotMatch(body, /\bat \b/);
    assert.ok(
      rig.lines.some((line) => line.startsWith('error #1 TypeError: plain failure') && line.includes(' at ')),
    );
  });

  it('is accompanied by the number of running chats', async () => {
    const rig = await startRig();
    rig.backend.script = hangs(text('Hel'));
    const { reader } = await streamedChat(rig);
    await nextChunk(reader);
    assert.deepEqual(rig.endpoint.activity(), { running: 1, total: 1 });
    await reader.cancel();
    await until('no request is running', () => rig.endpoint.activity().running === 0);
    assert.deepEqual(rig.activities, [
      { running: 1, total: 1 },
      { running: 0, total: 1 },
    ]);
  });

  it('has the id that the headers of the response have, and the body of an error of Anthropic’s API', async () => {
    const rig = await startRig();
    for (const path of ['/api/tags', '/nope', '/v1/messages']) {
      const over = rig.record();
      const reply = await post(rig, path, {});
      const { requestId } = await over;
      assert.match(requestId, /^req_[0-9a-f]{24}$/);
      assert.deepEqual([reply.headers['request-id'], reply.headers['x-request-id']], [requestId, requestId]);
      if (path === '/v1/messages') assert.ok(reply.body.includes(`"request_id":"${requestId}"`));
    }
  });

  it('is created for every request of a connection', async () => {
    const rig = await startRig();
    const get = 'GET /api/version HTTP/1.1\r\nHost: localhost\r\n';
    const socket = await open(rig, `${get}\r\n${get}\r\n${get}Connection: close\r\n\r\n`);
    const all = await received(socket);
    assert.equal(all.match(/\{"version":"0\.34\.4"\}/g)?.length, 3);
    assert.deepEqual(
      rig.records.map((record) => record.id),
      [1, 2, 3],
    );
  });
});
