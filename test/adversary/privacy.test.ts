/** Conversations are stored nowhere, and log lines cannot be forged. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask, chatOf, openChat, textOf } from '../support/httpClient.js';
import { startHeadless, type Headless } from '../support/headless.js';
import { errorReply, messageReply, textReply } from '../standin/server.js';

const PARTS = ['system', 'prompt', 'answer', 'thought', 'argument', 'result', 'tool'] as const;
const CANARY = Object.fromEntries(PARTS.map((part) => [part, `canary-of-a-${part}-6f20`])) as Record<
  (typeof PARTS)[number],
  string
>;
const API_KEY = 'sk-ant-api03-canary-of-a-key-6f20';
/** A PNG of one pixel that no other file contains. */
const IMAGE =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const ALL_CANARIES = [...Object.values(CANARY), API_KEY, IMAGE];

/** Control and bidirectional characters, which could change how a log line looks. */
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;
const LINE = /^\d{4}-\d\d-\d\dT[\d:.]+Z \[(?:info|warn|error)\] /;

const UNSAFE_TEXTS: Readonly<Record<string, string>> = {
  colours: '\u001b[31mred\u001b[0m and \u009b1mbold',
  'window titles and links': '\u001b]0;owned\u0007 \u001b]8;;http://evil.test\u001b\\x',
  'log lines': 'x\r\n2026-01-01T00:00:00.000Z [error] #1 forged\n',
  'bidirectional text': 'abc\u202efdp.exe\u2066x\u2069',
  'line separators': 'a\u2028b\u2029c\u0085d\u000be\u000cf',
  'bells and NUL': 'a\u0000b\u0007c\u0008\u007f',
};

describe('privacy', function () {
  this.timeout(120_000);
  let headless: Headless;
  let temporary: string;

  before(async () => {
    temporary = await mkdtemp(join(tmpdir(), 'claude-private-'));
    headless = await startHeadless({
      env: {
        ANTHROPIC_API_KEY: API_KEY,
        TMPDIR: temporary,
        CLAUDE_CODE_TMPDIR: temporary,
        CLAUDE_CODE_MAX_RETRIES: '1',
      },
    });
  });
  after(async () => {
    await headless.stop();
    await rm(temporary, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  });

  async function chat(body: object): Promise<string> {
    const stream = await openChat(headless.url, body);
    assert.equal(stream.status, 200);
    return textOf(await stream.rest());
  }

  async function chatWithCanaries(): Promise<void> {
    headless.standIn.reply(
      messageReply([
        { type: 'thinking', thinking: CANARY.thought, signature: 'sig' },
        { type: 'text', text: CANARY.answer },
        { type: 'tool_use', id: 'toolu_1', name: 'look', input: { at: CANARY.argument } },
      ]),
      textReply(CANARY.answer),
    );
    const tools = [
      { type: 'function', function: { name: 'look', description: CANARY.tool, parameters: {} } },
    ];
    const call = { function: { name: 'look', arguments: { at: CANARY.argument } } };
    const messages: object[] = [
      { role: 'system', content: CANARY.system },
      { role: 'user', content: CANARY.prompt, images: [IMAGE] },
    ];
    assert.equal(await chat({ model: 'claude-sonnet', messages, tools }), CANARY.answer);
    messages.push(
      { role: 'assistant', content: CANARY.answer, tool_calls: [call] },
      { role: 'tool', content: CANARY.result, tool_name: 'look' },
    );
    assert.equal(await chat({ model: 'claude-sonnet', messages, tools }), CANARY.answer);
  }

  it("keeps conversations out of the log, temporary files and the CLI's files", async () => {
    await chatWithCanaries();
    const sent = headless.standIn.requests.map(({ raw }) => raw).join();
    for (const part of ['system', 'prompt', 'argument', 'result', 'tool'] as const) {
      assert.ok(sent.includes(CANARY[part]), `the ${part} did not reach the model`);
    }
    assert.ok(sent.includes(IMAGE));
    const log = headless.stderr.join('\n');
    assert.deepEqual(
      ALL_CANARIES.filter((canary) => log.includes(canary)),
      [],
    );
    const folders = [temporary, headless.environment.root];
    const files = (await Promise.all(folders.map((folder) => filesWith(folder, ALL_CANARIES)))).flat();
    // The CLI stores the last characters of an approved key, which is shorter than a canary.
    assert.deepEqual(files, []);
    console.log(`    ${ALL_CANARIES.length} canaries: 0 in the log, 0 in files`);
  });

  it('keeps failed requests out of the log', async () => {
    headless.standIn.reply(errorReply(400, 'refused'));
    const body = chatOf(CANARY.prompt, { options: { temperature: CANARY.answer } });
    assert.equal((await ask(headless.url, { path: '/api/chat', body })).status, 500);
    assert.equal((await ask(headless.url, { path: '/api/chat', body: chatOf(CANARY.prompt) })).status, 400);
    assert.equal(
      (await ask(headless.url, { path: '/api/chat', body: `{"model":"${CANARY.prompt}` })).status,
      400,
    );
    const secretPath = `/api/tags?key=${CANARY.prompt}`;
    const headers = {
      authorization: `Bearer ${CANARY.prompt}`,
      'x-api-key': CANARY.prompt,
      cookie: CANARY.prompt,
    };
    assert.equal((await ask(headless.url, { path: secretPath, headers })).status, 200);
    await headless.logged(/GET \/api\/tags 200/);
    assert.equal(headless.stderr.join('\n').includes(CANARY.prompt), false);
  });

  it('passes control characters of an answer to the client, and not to the log', async () => {
    const messages: object[] = [];
    for (const [what, text] of Object.entries(UNSAFE_TEXTS)) {
      headless.standIn.reply(textReply(text, { pieceSize: 1 }));
      messages.push({ role: 'user', content: `say ${what}` });
      assert.equal(await chat({ model: 'claude-sonnet', messages }), text, what);
      messages.push({ role: 'assistant', content: text });
    }
    assertCleanLog(headless.stderr);
    console.log(
      `    ${Object.keys(UNSAFE_TEXTS).length} answers of control characters: the same text, a clean log`,
    );
  });

  it('writes hostile client names, models and paths escaped, on one log line each', async () => {
    const before = headless.stderr.length;
    let sent = 0;
    for (const text of Object.values(UNSAFE_TEXTS)) {
      // The part that an HTTP parser accepts: everything above 0x7f.
      const agent = Buffer.from(`evil ${text.replace(/[\u0000-\u001f\u007f]/g, '')}`);
      await raw(
        `GET /api/version HTTP/1.1\r\nHost: localhost\r\nUser-Agent: ${agent.toString('latin1')}\r\n`,
      );
      await raw(
        `GET /api/${encodeURIComponent(text)}?${encodeURIComponent(text)} HTTP/1.1\r\nHost: localhost\r\n`,
      );
      await raw(`GET /api/${agent.toString('latin1').replaceAll(' ', '')} HTTP/1.1\r\nHost: localhost\r\n`);
      await raw(
        `GET /api/tags HTTP/1.1\r\nHost: ${agent.toString('latin1')}\r\nOrigin: ${agent.toString('latin1')}\r\n`,
      );
      const reply = await ask(headless.url, { path: '/api/show', body: { model: text } });
      assert.equal(reply.status, 400);
      sent += 5;
    }
    headless.standIn.reply(errorReply(400, UNSAFE_TEXTS['log lines'] ?? ''));
    assert.equal((await ask(headless.url, { path: '/api/chat', body: chatOf('fail') })).status, 400);
    await headless.logged(/ 400 .*forged/);
    assertCleanLog(headless.stderr);
    // One line for each request that the parser accepted, and one for the failed chat.
    assert.ok(headless.stderr.length - before <= sent + 1, `${headless.stderr.length - before} lines`);
    console.log(`    ${sent + 1} forged names, models, paths and errors: one log line each`);
  });

  async function raw(head: string): Promise<void> {
    const socket = connect(Number(new URL(headless.url).port), '127.0.0.1');
    socket.on('error', () => undefined).resume();
    socket.end(Buffer.from(`${head}Connection: close\r\n\r\n`, 'latin1'));
    await once(socket, 'close');
  }
});

/** Files below a folder that contain one of the texts or the image. Skips files that the running CLI removes meanwhile. */
async function filesWith(folder: string, texts: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) found.push(...(await filesWith(path, texts)));
    if (!entry.isFile()) continue;
    const bytes = await readFile(path).catch(() => Buffer.alloc(0));
    const held = texts.filter((text) => bytes.includes(text) || entry.name.includes(text));
    if (held.length > 0 || bytes.includes(Buffer.from(IMAGE, 'base64')))
      found.push(`${path}: ${held.join()}`);
  }
  return found;
}

function assertCleanLog(lines: readonly string[]): void {
  assert.deepEqual(
    lines.filter((line) => UNSAFE.test(line)),
    [],
  );
  assert.deepEqual(
    lines.filter((line) => !LINE.test(line)),
    [],
  );
}
