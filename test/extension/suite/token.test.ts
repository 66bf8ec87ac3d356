import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';
import { commands, env } from 'vscode';
import { isOpen } from '../../support/ports.mjs';
import { chat, isRunning, ready, set, streamOf, textOf, untilStatus } from './endpoint.js';

const run = (name: string): Thenable<unknown> => commands.executeCommand(`claudeOllama.${name}`);

async function runAndReadClipboard(command: string): Promise<string> {
  await env.clipboard.writeText('');
  await run(command);
  return env.clipboard.readText();
}

async function statusOf(port: number, headers: Record<string, string> = {}, prefix = ''): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}${prefix}/api/version`, { headers });
  await response.text();
  return response.status;
}

/** Creates a token of that length: the extension gets fewer random bytes than it requests. */
async function createTokenOf(length: number): Promise<string> {
  // All code in the extension host shares this module object, so its members can be replaced.
  const crypto = createRequire(__filename)('node:crypto') as { randomBytes: (size: number) => Buffer };
  const { randomBytes } = crypto;
  crypto.randomBytes = () => randomBytes(Math.floor((length * 6) / 8));
  try {
    return await runAndReadClipboard('createToken');
  } finally {
    crypto.randomBytes = randomBytes;
  }
}

/** Runs Create Token and confirms that it replaces the present one. */
async function replaceToken(): Promise<string> {
  // Repeat until the list is open and accepts its first entry.
  const accept = setInterval(() => {
    void commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
  }, 300);
  try {
    return await runAndReadClipboard('createToken');
  } finally {
    clearInterval(accept);
  }
}

/**
 * Runs Copy Endpoint URL and chooses an entry of its list.
 * @param index of the entry
 * @param listMs delay before each step, because the list drops steps until it is open
 */
async function copyUrl(index: number, listMs = 300): Promise<string> {
  await env.clipboard.writeText('');
  const done = run('copyUrl');
  for (let step = 0; step < index; step += 1) {
    await delay(listMs);
    await commands.executeCommand('workbench.action.quickOpenSelectNext');
  }
  // Repeat until the list is open and accepts the entry.
  const accept = setInterval(() => {
    void commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
  }, 300);
  await done;
  clearInterval(accept);
  return env.clipboard.readText();
}

describe('the token', () => {
  afterEach(async () => {
    await set('host', undefined);
    await run('removeToken');
    await ready();
  });

  it('is copied to the clipboard when it is created, and required from then on', async () => {
    const { port } = await ready();
    assert.equal(await statusOf(port), 200);
    const token = await runAndReadClipboard('createToken');
    assert.match(token, /^[\w-]{43}$/);
    assert.equal(await statusOf(port), 401);
    assert.equal(await statusOf(port, { authorization: `Bearer ${token}` }), 200);
    assert.equal(await statusOf(port, { 'x-api-key': token }), 200);
    assert.equal(await statusOf(port, {}, `/t/${token}`), 200);
    assert.equal(await runAndReadClipboard('copyToken'), token);
  });

  it('replaces the previous token, which is rejected at once', async () => {
    const { port } = await ready();
    const before = await runAndReadClipboard('createToken');
    const after = await replaceToken();
    assert.notEqual(before, after);
    assert.equal(await statusOf(port, { authorization: `Bearer ${before}` }), 401);
    assert.equal(await statusOf(port, { authorization: `Bearer ${after}` }), 200);
  });

  it('replaces the previous token during an answer, which still completes', async () => {
    const { port } = await ready();
    const before = await runAndReadClipboard('createToken');
    const stream = streamOf(chat(port, 'hold: this answer still completes', { token: before }));
    await stream.started;
    const after = await replaceToken();
    assert.equal(await statusOf(port, { authorization: `Bearer ${before}` }), 401);
    assert.equal((await chat(port, 'release', { token: before })).status, 401);
    assert.equal(stream.ended, false);
    assert.equal((await chat(port, 'release', { token: after })).status, 200);
    assert.equal(textOf(await stream.lines), 'this answer still completes');
  });

  it('is no longer required after it is removed', async () => {
    const { port } = await ready();
    await runAndReadClipboard('createToken');
    assert.equal(await statusOf(port), 401);
    await run('removeToken');
    assert.equal(await statusOf(port), 200);
    assert.equal(await runAndReadClipboard('copyToken'), '');
  });

  it('can be copied as part of the URL', async () => {
    const { port } = await ready();
    const token = await runAndReadClipboard('createToken');
    const plain = await copyUrl(0);
    assert.doesNotMatch(plain, /\/t\//);
    let offered = plain;
    for (let listMs = 300; offered === plain && listMs < 10_000; listMs *= 2)
      offered = await copyUrl(1, listMs);
    assert.equal(offered, `${plain}/t/${token}`);
    assert.equal(await statusOf(port, {}, `/t/${token}`), 200);
  });

  it('allows the server to listen on other interfaces until it is removed', async () => {
    const { port } = await ready();
    await set('host', '0.0.0.0');
    const failed = await untilStatus((status) => status.state === 'failed');
    assert.ok(failed.state === 'failed');
    assert.match(failed.message, /token of at least 32 characters/);
    const token = await runAndReadClipboard('createToken');
    await untilStatus(isRunning);
    assert.equal(await statusOf(port), 401);
    assert.equal(await statusOf(port, { authorization: `Bearer ${token}` }), 200);
    await run('removeToken');
    await untilStatus((status) => status.state === 'failed');
  });

  it('must have at least 32 characters for the server to listen on other interfaces', async () => {
    const { port } = await ready();
    const short = await createTokenOf(31);
    assert.equal(short.length, 31);
    assert.equal(await statusOf(port, { authorization: `Bearer ${short}` }), 200);
    await set('host', '0.0.0.0');
    const failed = await untilStatus((status) => status.state === 'failed');
    assert.ok(failed.state === 'failed');
    assert.match(failed.message, /token of at least 32 characters/);
    assert.equal(await isOpen(port), false);
    await run('removeToken');
    assert.equal((await createTokenOf(32)).length, 32);
    await untilStatus(isRunning);
    assert.equal(await isOpen(port), true);
  });
});
