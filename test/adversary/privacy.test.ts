/** What is said stays between client and model; what is written down elsewhere cannot be forged. */
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
/** A PNG of one pixel, which nobody else has for a file. */
const IMAGE =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const EVERYWHERE = [...Object.values(CANARY), API_KEY, IMAGE];

/** Control and direction characters, by which a line of a log could become another one. */
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;
const LINE = /^\d{4}-\d\d-\d\dT[\d:.]+Z \[(?:info|warn|error)\] /;

const UNSAFE_TEXTS: Readonly<Record<string, string>> = {
  colours: '\u001b[31mred\u001b[0m and \u009b1mbold',
  'window titles and links': '\u001b]0;owned\u0007 \u001b]8;;http://evil.test\u001b\\x',
  'lines of the log': 'x\r\n2026-01-01T00:00:00.000Z [error] #1 forged\n',
  'directions of writing': 'abc\u202efdp.exe\u2066x\u2069',
  'separators of lines': 'a\u2028b\u2029c\u0085d\u000be\u000cf',
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

  async function say(body: object): Promise<string> {
    const stream = await openChat(headless.url, body);
    assert.equal(stream.status, 200);
    return textOf(await stream.rest());
  }

  async function revealingChat(): Promise<void> {
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
    assert.equal(await say({ model: 'claude-sonnet', messages, tools }), CANARY.answer);
    messages.push(
      { role: 'assistant', content: CANARY.answer, tool_calls: [call] },
      { role: 'tool', content: CANARY.result, tool_name: 'look' },
    );
    assert.equal(await say({ model: 'claude-sonnet', messages, tools }), CANARY.answer);
  }

  it('leaves nothing of a conversation in the log, in temporary files, or with the CLI', async () => {
    await revealingChat();
    const told = headless.standIn.requests.map(({ raw }) => raw).join();
    for (const part of ['system', 'prompt', 'argument', 'result', 'tool'] as const) {
      assert.ok(told.includes(CANARY[part]), `the model was not told the ${part}`);
    }
    assert.ok(told.includes(IMAGE));
    const log = headless.stderr.join('\n');
    assert.deepEqual(
      EVERYWHERE.filter((canary) => log.includes(canary)),
      [],
    );
    const folders = [temporary, headless.environment.root];
    const files = (await Promise.all(folders.map((folder) => filesWith(folder, EVERYWHERE)))).flat();
    // The CLI notes the end of an approved key; nothing else of a person's may be there.
    assert.deepEqual(files, []);
    console.log(`    ${EVERYWHERE.length} canaries: 0 in the log, 0 in files`);
  });

  it('of an answer that fails is kept as well', async () => {
    headless.standIn.reply(errorReply(400, 'refused'));
    const body = chatOf(CANARY.prompt, { options: { stop: CANARY.answer } });
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

  it('an answer of control characters reaches the client as it is, and no log', async () => {
    const messages: object[] = [];
    for (const [what, words] of Object.entries(UNSAFE_TEXTS)) {
      headless.standIn.reply(textReply(words, { pieceSize: 1 }));
      messages.push({ role: 'user', content: `say ${what}` });
      assert.equal(await say({ model: 'claude-sonnet', messages }), words, what);
      messages.push({ role: 'assistant', content: words });
    }
    assertCleanLog(headless.stderr);
    console.log(
      `    ${Object.keys(UNSAFE_TEXTS).length} answers of control characters: the same text, a clean log`,
    );
  });

  it('a client’s name, a model and a path stay on one line of the log, escaped', async () => {
    const before = headless.stderr.length;
    let sent = 0;
    for (const words of Object.values(UNSAFE_TEXTS)) {
      // What an HTTP parser lets through of it: everything above 0x7f.
      const agent = Buffer.from(`evil ${words.replace(/[\u0000-\u001f\u007f]/g, '')}`);
      await raw(
        `GET /api/version HTTP/1.1\r\nHost: localhost\r\nUser-Agent: ${agent.toString('latin1')}\r\n`,
      );
      await raw(
        `GET /api/${encodeURIComponent(words)}?${encodeURIComponent(words)} HTTP/1.1\r\nHost: localhost\r\n`,
      );
      await raw(`GET /api/${agent.toString('latin1').replaceAll(' ', '')} HTTP/1.1\r\nHost: localhost\r\n`);
      await raw(
        `GET /api/tags HTTP/1.1\r\nHost: ${agent.toString('latin1')}\r\nOrigin: ${agent.toString('latin1')}\r\n`,
      );
      const reply = await ask(headless.url, { path: '/api/show', body: { model: words } });
      assert.equal(reply.status, 400);
      sent += 5;
    }
    headless.standIn.reply(errorReply(400, UNSAFE_TEXTS['lines of the log'] ?? ''));
    assert.equal((await ask(headless.url, { path: '/api/chat', body: chatOf('fail') })).status, 400);
    await headless.logged(/ 400 .*forged/);
    assertCleanLog(headless.stderr);
    // One line for each request that the parser took for one, and the one that failed.
    assert.ok(headless.stderr.length - before <= sent + 1, `${headless.stderr.length - before} lines`);
    console.log(`    ${sent + 1} forged names, models, paths and errors: each on a line of its own`);
  });

  async function raw(head: string): Promise<void> {
    const socket = connect(Number(new URL(headless.url).port), '127.0.0.1');
    socket.on('error', () => undefined).resume();
    socket.end(Buffer.from(`${head}Connection: close\r\n\r\n`, 'latin1'));
    await once(socket, 'close');
  }
});

/** Files below a folder that hold one of the texts, or the image. The CLI is at work there: what vanishes is left out. */
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
