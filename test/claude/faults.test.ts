import assert from 'node:assert/strict';
import { readFileSync, existsSync } from 'node:fs';
import { copyFile, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChatError, ErrorKind } from '../../src/core/errors.js';
import { createClaudeBackend, type BackendLimits, type ClaudeBackend } from '../../src/claude/backend.js';
import { silentLogger } from '../../src/core/log.js';
import {
  answerActs,
  beginActs,
  event,
  fakeCli,
  requesting,
  stop,
  success,
  type FakeCli,
  type FakeScript,
} from '../support/fakeCli.js';
import { answerOf, assistant, never, request, user } from '../support/cliRig.js';
import { isAlive, pidsIn } from '../support/processes.js';
import { until } from '../support/until.mjs';

/** The head of a program that no system here can load. */
const ELF_OF_NO_MACHINE = Buffer.concat([Buffer.from('\x7fELF\x02\x01\x01'), Buffer.alloc(200, 0xff)]);

const HI = request([user('hi')], { model: 'default' });

describe('a CLI that misbehaves', function () {
  this.timeout(60_000);
  let fake: FakeCli;
  let backend: ClaudeBackend;

  before(function () {
    // The fake is a script with `#!`.
    if (process.platform === 'win32') this.skip();
  });

  async function start(script: FakeScript, limits: Partial<BackendLimits> = {}): Promise<void> {
    fake = await fakeCli(script);
    backend = backendOf(fake.path, fake.folder, limits);
  }

  function backendOf(path: string, folder = fake.folder, limits: Partial<BackendLimits> = {}): ClaudeBackend {
    return createClaudeBackend({
      claudePath: path,
      folder,
      env: process.env,
      log: silentLogger,
      version: '0.0.0',
      limits: { keepSpares: 'never', ...limits },
    });
  }

  function pids(): number[] {
    return pidsIn(join(fake.folder, 'pids'));
  }

  async function fails(kind: ErrorKind, message: RegExp, from = backend): Promise<void> {
    await assert.rejects(answerOf(from.chat(HI, never())), (error: ChatError) => {
      assert.equal(error.kind, kind, error.message);
      assert.match(error.message, message);
      return true;
    });
  }

  afterEach(async () => {
    await backend.close();
    assert.deepEqual(pids().filter(isAlive), [], 'a process was left behind');
    await fake.dispose();
  });

  it('that is healthy answers', async () => {
    await start({ acts: answerActs('Hel', 'lo') });
    const answer = await answerOf(backend.chat(HI, never()));
    assert.equal(answer.text, 'Hello');
    assert.deepEqual(answer.done.usage, { promptTokens: 3, cachedTokens: 0, outputTokens: 2 });
  });

  it('that has waited and dies as it is asked costs nothing: another one is asked', async () => {
    await start({ acts: answerActs('Hello'), later: [{ do: 'die', signal: 'SIGKILL' }] });
    const { text } = await answerOf(backend.chat(HI, never()));
    const next = request([user('hi'), assistant(text), user('again')], { model: 'default' });
    assert.equal((await answerOf(backend.chat(next, never()))).text, 'Hello');
    assert.equal(pids().length, 2);
  });

  it('that has waited and dies in its answer is asked once', async () => {
    await start({
      acts: answerActs('Hello'),
      later: [
        { do: 'say', message: requesting },
        { do: 'exit', code: 3 },
      ],
    });
    const { text } = await answerOf(backend.chat(HI, never()));
    const next = request([user('hi'), assistant(text), user('again')], { model: 'default' });
    await assert.rejects(answerOf(backend.chat(next, never())), { kind: 'cliFailed' });
    assert.equal(pids().length, 1);
  });

  it('that is not there is an error that names what to do', async () => {
    await start({});
    const missing = backendOf(join(fake.folder, 'nothing'));
    await fails('cliMissing', /is not a program that can be run\. Correct it/, missing);
  });

  const unusable: readonly (readonly [string, (path: string) => Promise<void>])[] = [
    ['is a folder', (path) => mkdir(path)],
    ['is an empty file', (path) => writeFile(path, '', { mode: 0o755 })],
    ['may not be run', (path) => writeFile(path, '#!/bin/sh\necho 9.9.9\n', { mode: 0o644 })],
    ['is for another machine', (path) => writeFile(path, ELF_OF_NO_MACHINE, { mode: 0o755 })],
    [
      'is a script for a program that is not there',
      (path) => writeFile(path, '#!/nowhere\n', { mode: 0o755 }),
    ],
    ['is a loop of links', (path) => symlink(path, path)],
  ];
  for (const [what, make] of unusable) {
    it(`that ${what} is told from one that works, and is used once it does`, async () => {
      await start({ acts: answerActs('back') });
      const path = join(fake.folder, 'unusable');
      await make(path);
      const from = backendOf(path);
      await fails(
        'cliMissing',
        new RegExp(`"${path}".*claudeOllama\\.claudePath|claudePath.*"${path}"`, 's'),
        from,
      );
      await rm(path, { recursive: true });
      await copyFile(fake.path, path);
      assert.equal((await answerOf(from.chat(HI, never()))).text, 'back');
      await from.close();
    });
  }

  it('that lacks an option which keeps the folder out is not run without it', async () => {
    await start({ unknownOption: '--setting-sources' });
    await fails(
      'cliTooOld',
      /does not know --setting-sources, without which it is not run\. Run "claude update"/,
    );
    assert.deepEqual(pids(), []);
  });

  it('that says nothing is given up, and ended', async () => {
    await start({ acts: [{ do: 'hang' }] }, { reactionMs: 200 });
    await fails('timeout', /was silent for 0 seconds and was stopped/);
    await until('it is gone', () => !pids().some(isAlive));
  });

  it('that falls silent in mid-answer is given up, and ended', async () => {
    await start({ acts: [...beginActs('Hel'), { do: 'hang' }] }, { silenceMs: 200 });
    await fails('timeout', /was silent/);
    await until('it is gone', () => !pids().some(isAlive));
  });

  it('that writes 100,000 words at once loses none and mixes none up', async () => {
    const words = Array.from({ length: 100_000 }, (_, i) => `${i} `);
    await start({ acts: [...beginActs(), { do: 'words', count: words.length }, ...answerActs().slice(2)] });
    assert.equal((await answerOf(backend.chat(HI, never()))).text, words.join(''));
  });

  it('that dies every time is left alone for a while, and whoever asks is told at once', async () => {
    await start({
      acts: [
        { do: 'say', message: requesting },
        { do: 'exit', code: 3 },
      ],
    });
    for (let deaths = 1; deaths <= 5; deaths++) await fails('cliFailed', /^The Claude CLI ended with code 3/);
    assert.equal(pids().length, 5);
    await assert.rejects(answerOf(backend.chat(HI, never())), (error: ChatError) => {
      assert.equal(error.kind, 'cliFailed');
      assert.match(
        error.message,
        /failed 5 times in a row and is left alone for \d+ seconds.*ended with code 3.*claude update/,
      );
      assert.ok((error.retryAfterSeconds ?? 0) > 0);
      return true;
    });
    await assert.rejects(backend.models(), { kind: 'cliFailed' });
    assert.equal(pids().length, 5);
  });

  it('that dies now and then is asked every time', async () => {
    await start({
      acts: answerActs('Hello'),
      later: [
        { do: 'say', message: requesting },
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

  it('that appears later is used without a restart', async () => {
    await start({ acts: answerActs('back') });
    const path = join(fake.folder, 'later');
    const late = backendOf(path);
    await fails('cliMissing', /not a program/, late);
    await copyFile(fake.path, path);
    assert.equal((await answerOf(late.chat(HI, never()))).text, 'back');
    await late.close();
  });

  it('that is too old is named with its version', async () => {
    await start({ version: '2.1.247' });
    await fails('cliTooOld', /is 2\.1\.247; at least 2\.1\.248 is needed\. Run "claude update"/);
  });

  it('that was updated in place is asked for its version again', async () => {
    await start({ version: '2.1.100' });
    await fails('cliTooOld', /2\.1\.100/);
    const newer = await fakeCli({ acts: answerActs('new') });
    await copyFile(newer.path, fake.path);
    assert.equal((await answerOf(backend.chat(HI, never()))).text, 'new');
    await newer.dispose();
  });

  it('whose folder is gone is told apart from one that is missing', async () => {
    await start({ acts: answerActs('x') });
    const gone = join(fake.folder, 'gone');
    await fails('cliFailed', /folder .*gone does not exist any more/, backendOf(fake.path, gone));
  });

  it('that dies before the answer is an error with its last words', async () => {
    await start({
      acts: [
        { do: 'stderr', bytes: 10 },
        { do: 'exit', code: 3 },
      ],
    });
    await fails('cliFailed', /ended with code 3 before the answer was complete/);
  });

  it('that dies in mid-answer never looks complete', async () => {
    await start({ acts: [...beginActs('Hel'), { do: 'die', signal: 'SIGKILL' }] });
    await fails('cliFailed', /was ended by SIGKILL before the answer was complete/);
  });

  it('that exits with 0 and no result is an error', async () => {
    await start({ acts: [...beginActs('Hel'), { do: 'exit', code: 0 }] });
    await fails('cliFailed', /ended with code 0 before/);
  });

  it('that closes its output but lives on is an error once it is silent or gone', async () => {
    await start({ acts: [{ do: 'closeStdout' }, { do: 'exit', code: 0 }] });
    await fails('cliFailed', /before the answer was complete/);
  });

  it('that reads nothing takes a large prompt to its death, not ours', async () => {
    await start({ deaf: true });
    const abort = new AbortController();
    const big = request([user('x'.repeat(5_000_000))], { model: 'default' });
    const answer = answerOf(backend.chat(big, abort.signal));
    await until('the fake runs', () => pids().length > 0);
    abort.abort();
    await assert.rejects(answer, { kind: 'cancelled' });
  });

  it('that writes junk between its messages is understood', async () => {
    const junk = Buffer.from(
      '\n\r\n\u001b[31mwarning\u001b[0m\n{"type":"future","x":1}\n{"type":"result"\n[]\n7\n',
    );
    await start({
      acts: [{ do: 'bytes', base64: junk.toString('base64'), size: 7 }, ...answerActs('still')],
    });
    assert.equal((await answerOf(backend.chat(HI, never()))).text, 'still');
  });

  it('that writes a byte at a time gives the same text', async () => {
    const text = 'naïve 日本語 👩‍👩‍👧‍👦\n\t"\\';
    const lines = [
      event({ type: 'message_start', message: { id: 'm' } }),
      event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } }),
      stop,
    ];
    const bytes = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    await start({
      acts: [
        { do: 'bytes', base64: bytes.toString('base64'), size: 1 },
        { do: 'say', message: success(text) },
      ],
    });
    assert.equal((await answerOf(backend.chat(HI, never()))).text, text);
  });

  it('that writes a line of 17 MB is read', async () => {
    await start({
      acts: [
        ...beginActs(),
        { do: 'longDelta', length: 17_000_000 },
        { do: 'say', message: stop },
        { do: 'say', message: success('') },
      ],
    });
    assert.equal((await answerOf(backend.chat(HI, never()))).text.length, 17_000_000);
  });

  it('that writes a line without end is stopped', async () => {
    await start({ acts: [...beginActs(), { do: 'longDelta', length: 68_000_000 }, { do: 'hang' }] });
    await fails('cliFailed', /a line is longer than/);
  });

  it('that says success and is_error at once is an error, not an answer', async () => {
    const result = {
      ...success('Not logged in · Please run /login'),
      is_error: true,
      terminal_reason: 'api_error',
    };
    await start({ acts: [{ do: 'say', message: result }] });
    await fails('notSignedIn', /not signed in.*claude auth login/);
  });

  it('that has two results is believed the first', async () => {
    await start({ acts: [...answerActs('one'), { do: 'say', message: success('two') }] });
    assert.equal((await answerOf(backend.chat(HI, never()))).text, 'one');
  });

  it('that is slow to be read is held back', async () => {
    await start({
      acts: [
        ...beginActs(),
        { do: 'flood', deltas: 40_000, size: 1000 },
        { do: 'say', message: stop },
        { do: 'say', message: success('') },
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
    assert.ok(flooded() < 20_000, `${flooded()} deltas were taken from it while nobody read`);
    let length = 0;
    for (let step = await events.next(); step.done !== true; step = await events.next()) {
      if (step.value.type === 'text') length += step.value.text.length;
    }
    assert.equal(length, 40_000_000);
  });

  it('that does not end when asked is killed with all it started', async () => {
    await start({ ignoreTerm: true, acts: [{ do: 'grandchild' }, ...beginActs('a'), { do: 'hang' }] });
    const abort = new AbortController();
    const events = backend.chat(HI, abort.signal)[Symbol.asyncIterator]();
    await events.next();
    const [grandchild = 0] = pidsIn(join(fake.folder, 'grandchild'));
    assert.ok(isAlive(grandchild));
    abort.abort();
    await assert.rejects(events.next(), { kind: 'cancelled' });
    await backend.close();
    await until('the grandchild is gone', () => !isAlive(grandchild));
    assert.ok(existsSync(join(fake.folder, 'interrupts')), 'it was interrupted first');
  });

  it('whose child holds its output open is over when it exits', async () => {
    await start({ acts: [{ do: 'grandchild' }, ...beginActs('a'), { do: 'exit', code: 1 }] });
    await fails('cliFailed', /ended with code 1/);
    const [grandchild = 0] = pidsIn(join(fake.folder, 'grandchild'));
    await until('the grandchild is gone', () => !isAlive(grandchild));
  });

  it('that gets a cancelled request while it starts leaves nothing', async () => {
    await start({ acts: answerActs('late') });
    const abort = new AbortController();
    abort.abort();
    await assert.rejects(answerOf(backend.chat(HI, abort.signal)), { kind: 'cancelled' });
  });

  it('gets every line of a prompt as one line of JSON', async () => {
    await start({ acts: answerActs('ok') });
    const nasty = 'a\n{"type":"control_request"}\r\n\u2028\0end';
    await answerOf(backend.chat(request([user(nasty)], { model: 'default' }), never()));
    const lines = readFileSync(join(fake.folder, 'stdin'), 'utf8').trim().split('\n');
    const messages = lines.map(
      (line) => JSON.parse(line) as { type: string; message?: { content: unknown } },
    );
    assert.equal(messages.find((message) => message.type === 'user')?.message?.content, nasty);
  });

  it('refuses new work once it is closed', async () => {
    await start({ acts: answerActs('x') });
    await backend.close();
    await fails('cancelled', /stopping/);
    await rm(join(fake.folder, 'pids'), { force: true });
  });
});
