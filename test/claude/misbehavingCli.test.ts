import assert from 'node:assert/strict';
import { readFileSync, existsSync } from 'node:fs';
import { copyFile, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChatEvent } from '../../src/core/chat.js';
import type { ChatError, ErrorKind } from '../../src/core/errors.js';
import { createClaudeBackend } from '../../src/claude/backend.js';
import type { BackendLimits, CliBackend } from '../../src/core/cliBackend.js';
import { silentLogger } from '../../src/core/log.js';
import {
  answerSteps,
  beginSteps,
  event,
  fakeCli,
  requesting,
  messageEnd,
  success,
  type FakeCli,
  type FakeScript,
  type Step,
} from '../support/fakeCli.js';
import { answerOf, assistant, never, request, user } from '../support/cliRig.js';
import { isAlive, pidsIn } from '../support/processes.js';
import { until } from '../support/until.mjs';

/** The header of an executable for an unknown machine type. */
const ELF_OF_UNKNOWN_MACHINE = Buffer.concat([Buffer.from('\x7fELF\x02\x01\x01'), Buffer.alloc(200, 0xff)]);

const HI = request([user('hi')], { model: 'default' });

describe('a misbehaving CLI', function () {
  this.timeout(60_000);
  let fake: FakeCli;
  let backend: CliBackend;

  before(function () {
    // The fake CLI is a script with `#!`.
    if (process.platform === 'win32') this.skip();
  });

  async function start(script: FakeScript, limits: Partial<BackendLimits> = {}): Promise<void> {
    fake = await fakeCli(script);
    backend = backendOf(fake.path, fake.folder, limits);
  }

  function backendOf(path: string, folder = fake.folder, limits: Partial<BackendLimits> = {}): CliBackend {
    return createClaudeBackend({
      claudePath: path,
      folder,
      env: process.env,
      log: silentLogger,
      version: '0.0.0',
      limits: { prewarm: 'never', ...limits },
    });
  }

  function pids(): number[] {
    return pidsIn(join(fake.folder, 'pids'));
  }

  async function fails(kind: ErrorKind, message: RegExp, usedBackend = backend): Promise<void> {
    await assert.rejects(answerOf(usedBackend.chat(HI, never())), (error: ChatError) => {
      assert.equal(error.kind, kind, error.message);
      assert.match(error.message, message);
      return true;
    });
  }

  afterEach(async () => {
    await backend.close();
    assert.deepEqual(pids().filter(isAlive), [], 'a process is still running');
    await fake.dispose();
  });

  it('answers if nothing goes wrong', async () => {
    await start({ steps: answerSteps('Hel', 'lo') });
    const answer = await answerOf(backend.chat(HI, never()));
    assert.equal(answer.text, 'Hello');
    assert.deepEqual(answer.done.usage, { promptTokens: 3, cachedTokens: 0, outputTokens: 2 });
  });

  describe('that does not confirm that it will not ask the model again', () => {
    const settings = 'ignores' as const;
    const ended = { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 1 } };
    const goOn = { type: 'user', isSynthetic: true, message: { role: 'user', content: 'Go on.' } };

    async function isKilled(): Promise<void> {
      await until('the process is killed', () => !pids().some(isAlive));
    }

    it('is killed after an empty answer, which the client gets', async () => {
      await start({
        settings,
        steps: [...beginSteps(), { do: 'send', message: event(ended) }, { do: 'hang' }],
      });
      const { text, done } = await answerOf(backend.chat(HI, never()));
      assert.deepEqual([text, done.reason], ['', 'stop']);
      await isKilled();
    });

    it('is killed after white space, which a slow client gets, when it confirms too late', async () => {
      const steps: Step[] = [
        ...beginSteps(' '),
        { do: 'confirmAfter', message: event(ended) },
        { do: 'hang' },
      ];
      await start({ settings: 'confirmsInStep', steps });
      const events: ChatEvent[] = [];
      for await (const one of backend.chat(HI, never())) {
        events.push(one);
        if (one.type === 'text') await isKilled();
      }
      const done = events.at(-1);
      assert.equal(done?.type === 'done' && done.reason, 'stop');
    });

    it('is killed when it adds a message to a complete answer', async () => {
      const steps: Step[] = [
        ...beginSteps('Hello'),
        { do: 'send', message: event(ended) },
        { do: 'send', message: goOn },
        { do: 'hang' },
      ];
      await start({ settings, steps });
      await fails('cliFailed', /CLI/);
      await isKilled();
    });

    it('is not killed after an answer that ends the turn', async () => {
      await start({ settings, steps: answerSteps('Hello') });
      assert.equal((await answerOf(backend.chat(HI, never()))).text, 'Hello');
      assert.equal(pids().filter(isAlive).length, 1);
    });
  });

  it('that dies when its next turn begins is replaced by another process', async () => {
    await start({ steps: answerSteps('Hello'), laterSteps: [{ do: 'kill', signal: 'SIGKILL' }] });
    const { text } = await answerOf(backend.chat(HI, never()));
    const next = request([user('hi'), assistant(text), user('again')], { model: 'default' });
    assert.equal((await answerOf(backend.chat(next, never()))).text, 'Hello');
    assert.equal(pids().length, 2);
  });

  it('that dies during its next answer is an error, without a second request', async () => {
    await start({
      steps: answerSteps('Hello'),
      laterSteps: [
        { do: 'send', message: requesting },
        { do: 'exit', code: 3 },
      ],
    });
    const { text } = await answerOf(backend.chat(HI, never()));
    const next = request([user('hi'), assistant(text), user('again')], { model: 'default' });
    await assert.rejects(answerOf(backend.chat(next, never())), { kind: 'cliFailed' });
    assert.equal(pids().length, 1);
  });

  it('that runs a tool of the client itself is an error, also if it then completes the answer', async () => {
    const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'save', arguments: {} } };
    const runTool = {
      type: 'control_request',
      request_id: 'r1',
      request: { subtype: 'mcp_message', server_name: 'client', message: call },
    };
    await start({ steps: [{ do: 'send', message: runTool }, ...answerSteps('It is done.')] });
    await fails('cliFailed', /did not pass the call of the tool "save" on to the client/);
  });

  it('that answers a call of the client’s tool itself is an error that names the tool', async () => {
    const use = { type: 'tool_use', id: 'toolu_1', name: 'Edit_tool', input: {} };
    const called = { type: 'assistant', message: { id: 'msg_1', model: 'x', content: [use] } };
    const result = { type: 'tool_result', tool_use_id: 'toolu_1', content: 'Permission was not granted.' };
    const answered = { type: 'user', message: { content: [result] } };
    await start({
      steps: [
        { do: 'send', message: called },
        { do: 'send', message: answered },
        ...answerSteps('It could not be done.'),
      ],
    });
    const tools = [{ name: 'Edit', description: '', parameters: {} }];
    const asked = request([user('hi')], { model: 'default', tools });
    await assert.rejects(answerOf(backend.chat(asked, never())), {
      kind: 'cliFailed',
      message: /did not pass the call of the tool "Edit" on to the client/,
    });
  });

  it('that does not exist is an error that says what to do', async () => {
    await start({});
    const missing = backendOf(join(fake.folder, 'nothing'));
    await fails('cliMissing', /is not an executable file\. Correct the setting/, missing);
  });

  const unusable: readonly (readonly [string, (path: string) => Promise<void>])[] = [
    ['is a folder', (path) => mkdir(path)],
    ['is an empty file', (path) => writeFile(path, '', { mode: 0o755 })],
    ['is not executable', (path) => writeFile(path, '#!/bin/sh\necho 9.9.9\n', { mode: 0o644 })],
    ['is for another machine', (path) => writeFile(path, ELF_OF_UNKNOWN_MACHINE, { mode: 0o755 })],
    [
      'is a script for an interpreter that does not exist',
      (path) => writeFile(path, '#!/nowhere\n', { mode: 0o755 }),
    ],
    ['is a loop of links', (path) => symlink(path, path)],
  ];
  for (const [what, make] of unusable) {
    it(`that ${what} is an error that names its path, until it is replaced by a working one`, async () => {
      await start({ steps: answerSteps('back') });
      const path = join(fake.folder, 'unusable');
      await make(path);
      const backendForPath = backendOf(path);
      await fails(
        'cliMissing',
        new RegExp(`"${path}".*claudeOllama\\.claudePath|claudePath.*"${path}"`, 's'),
        backendForPath,
      );
      await rm(path, { recursive: true });
      await copyFile(fake.path, path);
      assert.equal((await answerOf(backendForPath.chat(HI, never()))).text, 'back');
      await backendForPath.close();
    });
  }

  it('that lacks a required option is not run without it', async () => {
    await start({ unknownOption: '--setting-sources' });
    await fails('cliTooOld', /does not support the required option --setting-sources\. Run "claude update"/);
    assert.deepEqual(pids(), []);
  });

  it('that never answers is ended after a timeout', async () => {
    await start({ steps: [{ do: 'hang' }] }, { reactionMs: 200 });
    await fails('timeout', /was silent for 0 seconds and was stopped/);
    await until('the process has exited', () => !pids().some(isAlive));
  });

  it('that falls silent during an answer is ended after a timeout', async () => {
    await start({ steps: [...beginSteps('Hel'), { do: 'hang' }] }, { silenceMs: 200 });
    await fails('timeout', /was silent/);
    await until('the process has exited', () => !pids().some(isAlive));
  });

  it('that writes 100,000 deltas at once has all of them delivered in order', async () => {
    const words = Array.from({ length: 100_000 }, (_, i) => `${i} `);
    await start({
      steps: [...beginSteps(), { do: 'words', count: words.length }, ...answerSteps().slice(2)],
    });
    assert.equal((await answerOf(backend.chat(HI, never()))).text, words.join(''));
  });

  it('that dies five times in a row is not started for a while, and requests fail immediately', async () => {
    await start({
      steps: [
        { do: 'send', message: requesting },
        { do: 'exit', code: 3 },
      ],
    });
    for (let deaths = 1; deaths <= 5; deaths++)
      await fails('cliFailed', /^The Claude CLI exited with code 3/);
    assert.equal(pids().length, 5);
    await assert.rejects(answerOf(backend.chat(HI, never())), (error: ChatError) => {
      assert.equal(error.kind, 'cliFailed');
      assert.match(
        error.message,
        /failed 5 times in a row and is not started again for \d+ seconds.*exited with code 3.*claude update/,
      );
      assert.ok((error.retryAfterSeconds ?? 0) > 0);
      return true;
    });
    await assert.rejects(backend.models(), { kind: 'cliFailed' });
    assert.equal(pids().length, 5);
  });

  it('that dies at every second turn is started again every time', async () => {
    await start({
      steps: answerSteps('Hello'),
      laterSteps: [
        { do: 'send', message: requesting },
        { do: 'exit', code: 3 },
      ],
    });
    for (let round = 1; round <= 6; round++) {
      const { text } = await answerOf(backend.chat(HI, never()));
      const next = request([user('hi'), assistant(text), user('again')], { model: 'default' });
      await assert.rejects(answerOf(backend.chat(next, never())), { kind: 'cliFailed' });
    }
    assert.equal(pids().length, 6);
  });

  it('that is installed later is used without a restart', async () => {
    await start({ steps: answerSteps('back') });
    const path = join(fake.folder, 'later');
    const backendForPath = backendOf(path);
    await fails('cliMissing', /not an executable file/, backendForPath);
    await copyFile(fake.path, path);
    assert.equal((await answerOf(backendForPath.chat(HI, never()))).text, 'back');
    await backendForPath.close();
  });

  it('that is too old is an error that names its version', async () => {
    await start({ version: '2.1.247' });
    await fails(
      'cliTooOld',
      /is version 2\.1\.247; version 2\.1\.251 or later is required\. Run "claude update"/,
    );
  });

  it('that was updated in place has its version checked again', async () => {
    await start({ version: '2.1.100' });
    await fails('cliTooOld', /2\.1\.100/);
    const newer = await fakeCli({ steps: answerSteps('new') });
    await copyFile(newer.path, fake.path);
    assert.equal((await answerOf(backend.chat(HI, never()))).text, 'new');
    await newer.dispose();
  });

  it('whose folder does not exist is not reported as a missing CLI', async () => {
    await start({ steps: answerSteps('x') });
    const gone = join(fake.folder, 'gone');
    await fails('cliFailed', /folder .*gone no longer exists/, backendOf(fake.path, gone));
  });

  it('that dies before its answer is an error', async () => {
    await start({
      steps: [
        { do: 'stderr', bytes: 10 },
        { do: 'exit', code: 3 },
      ],
    });
    await fails('cliFailed', /exited with code 3 before the answer was complete/);
  });

  it('that dies during an answer is an error, never a complete answer', async () => {
    await start({ steps: [...beginSteps('Hel'), { do: 'kill', signal: 'SIGKILL' }] });
    await fails('cliFailed', /was terminated by SIGKILL before the answer was complete/);
  });

  it('that exits with code 0 without a result is an error', async () => {
    await start({ steps: [...beginSteps('Hel'), { do: 'exit', code: 0 }] });
    await fails('cliFailed', /exited with code 0 before/);
  });

  it('that closes its output and then exits is an error', async () => {
    await start({ steps: [{ do: 'closeStdout' }, { do: 'exit', code: 0 }] });
    await fails('cliFailed', /before the answer was complete/);
  });

  it('that never reads its input does not block the cancellation of a large prompt', async () => {
    await start({ ignoresStdin: true });
    const abort = new AbortController();
    const big = request([user('x'.repeat(5_000_000))], { model: 'default' });
    const answer = answerOf(backend.chat(big, abort.signal));
    await until('the process has started', () => pids().length > 0);
    abort.abort();
    await assert.rejects(answer, { kind: 'cancelled' });
  });

  it('that writes invalid lines between its messages is understood', async () => {
    const invalidLines = Buffer.from(
      '\n\r\n\u001b[31mwarning\u001b[0m\n{"type":"future","x":1}\n{"type":"result"\n[]\n7\n',
    );
    await start({
      steps: [{ do: 'bytes', base64: invalidLines.toString('base64'), size: 7 }, ...answerSteps('still')],
    });
    assert.equal((await answerOf(backend.chat(HI, never()))).text, 'still');
  });

  it('that writes one byte at a time produces the same text', async () => {
    const text = 'naïve 日本語 👩‍👩‍👧‍👦\n\t"\\';
    const lines = [
      event({ type: 'message_start', message: { id: 'm' } }),
      event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } }),
      messageEnd,
    ];
    const bytes = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    await start({
      steps: [
        { do: 'bytes', base64: bytes.toString('base64'), size: 1 },
        { do: 'send', message: success(text) },
      ],
    });
    assert.equal((await answerOf(backend.chat(HI, never()))).text, text);
  });

  it('that writes a line of 17 MB is understood', async () => {
    await start({
      steps: [
        ...beginSteps(),
        { do: 'longDelta', length: 17_000_000 },
        { do: 'send', message: messageEnd },
        { do: 'send', message: success('') },
      ],
    });
    assert.equal((await answerOf(backend.chat(HI, never()))).text.length, 17_000_000);
  });

  it('that writes a line longer than the limit is ended', async () => {
    await start({ steps: [...beginSteps(), { do: 'longDelta', length: 68_000_000 }, { do: 'hang' }] });
    await fails('cliFailed', /a line is longer than/);
  });

  it('that reports success and is_error together is an error', async () => {
    const result = {
      ...success('Not logged in · Please run /login'),
      is_error: true,
      terminal_reason: 'api_error',
    };
    await start({ steps: [{ do: 'send', message: result }] });
    await fails('notSignedIn', /not signed in.*claude auth login/);
  });

  it('that reports two results is answered by the first', async () => {
    await start({ steps: [...answerSteps('one'), { do: 'send', message: success('two') }] });
    assert.equal((await answerOf(backend.chat(HI, never()))).text, 'one');
  });

  it('whose output is read slowly is slowed down', async () => {
    await start({
      steps: [
        ...beginSteps(),
        { do: 'flood', deltas: 40_000, size: 1000 },
        { do: 'send', message: messageEnd },
        { do: 'send', message: success('') },
      ],
    });
    const flooded = (): number => pidsIn(join(fake.folder, 'flooded'))[0] ?? 0;
    const events = backend.chat(HI, never())[Symbol.asyncIterator]();
    // The first event is the usage.
    await events.next();
    let before = -1;
    for (let still = 0; still < 5; still = flooded() === before ? still + 1 : 0) {
      before = flooded();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.ok(flooded() < 20_000, `${flooded()} deltas were read although the client was not reading`);
    let length = 0;
    for (let step = await events.next(); step.done !== true; step = await events.next()) {
      if (step.value.type === 'text') length += step.value.text.length;
    }
    assert.equal(length, 40_000_000);
  });

  it('that ignores SIGTERM is killed with everything it started', async () => {
    await start({ ignoreTerm: true, steps: [{ do: 'grandchild' }, ...beginSteps('a'), { do: 'hang' }] });
    const abort = new AbortController();
    const events = backend.chat(HI, abort.signal)[Symbol.asyncIterator]();
    await events.next();
    const [grandchild = 0] = pidsIn(join(fake.folder, 'grandchild'));
    assert.ok(isAlive(grandchild));
    abort.abort();
    await assert.rejects(events.next(), { kind: 'cancelled' });
    await backend.close();
    await until('the grandchild has exited', () => !isAlive(grandchild));
    assert.ok(existsSync(join(fake.folder, 'interrupts')), 'the CLI was not interrupted first');
  });

  it('whose child keeps its output open counts as ended when it exits', async () => {
    await start({ steps: [{ do: 'grandchild' }, ...beginSteps('a'), { do: 'exit', code: 1 }] });
    await fails('cliFailed', /exited with code 1/);
    const [grandchild = 0] = pidsIn(join(fake.folder, 'grandchild'));
    await until('the grandchild has exited', () => !isAlive(grandchild));
  });

  it('is not started for a request that is already cancelled', async () => {
    await start({ steps: answerSteps('late') });
    const abort = new AbortController();
    abort.abort();
    await assert.rejects(answerOf(backend.chat(HI, abort.signal)), { kind: 'cancelled' });
  });

  it('gets a prompt of several lines as one line of JSON', async () => {
    await start({ steps: answerSteps('ok') });
    const nasty = 'a\n{"type":"control_request"}\r\n\u2028\0end';
    await answerOf(backend.chat(request([user(nasty)], { model: 'default' }), never()));
    const lines = readFileSync(join(fake.folder, 'stdin'), 'utf8').trim().split('\n');
    const messages = lines.map(
      (line) => JSON.parse(line) as { type: string; message?: { content: unknown } },
    );
    assert.equal(messages.find((message) => message.type === 'user')?.message?.content, nasty);
  });

  it('gets no requests after the backend is closed', async () => {
    await start({ steps: answerSteps('x') });
    await backend.close();
    await fails('cancelled', /stopping/);
    await rm(join(fake.folder, 'pids'), { force: true });
  });
});
