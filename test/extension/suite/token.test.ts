import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';
import { commands, env } from 'vscode';
import { isOpen } from '../../support/ports.mjs';
import { chat, isRunning, ready, set, streamOf, textOf, untilStatus } from './endpoint.js';

const run = (name: string): Thenable<unknown> => commands.executeCommand(`claudeOllama.${name}`);

async function copied(command: string): Promise<string> {
  await env.clipboard.writeText('');
  await run(command);
  return env.clipboard.readText();
}

async function statusOf(port: number, headers: Record<string, string> = {}, prefix = ''): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}${prefix}/api/version`, { headers });
  await response.text();
  return response.status;
}

/** A new token of that many characters, as nobody makes it now: the extension gets fewer random bytes than it asks for. */
async function createTokenOf(length: number): Promise<string> {
  // The extension host has one module of that name, whose members can be replaced.
  const crypto = createRequire(__filename)('node:crypto') as { randomBytes: (size: number) => Buffer };
  const { randomBytes } = crypto;
  crypto.randomBytes = () => randomBytes(Math.floor((length * 6) / 8));
  try {
    return await copied('createToken');
  } finally {
    crypto.randomBytes = randomBytes;
  }
}

/**
 * Copies the URL and takes the entry of the list that is so many below the first.
 * @param listMs what the list is given to come up; before that a step is lost
 */
async function copiedUrl(below: number, listMs = 300): Promise<string> {
  await env.clipboard.writeText('');
  const done = run('copyUrl');
  for (let step = 0; step < below; step += 1) {
    await delay(listMs);
    await commands.executeCommand('workbench.action.quickOpenSelectNext');
  }
  // Likewise, until one is taken.
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

  it('is made, put into the clipboard and asked for from then on', async () => {
    const { port } = await ready();
    assert.equal(await statusOf(port), 200);
    const token = await copied('createToken');
    assert.match(token, /^[\w-]{43}$/);
    assert.equal(await statusOf(port), 401);
    assert.equal(await statusOf(port, { authorization: `Bearer ${token}` }), 200);
    assert.equal(await statusOf(port, { 'x-api-key': token }), 200);
    assert.equal(await statusOf(port, {}, `/t/${token}`), 200);
    assert.equal(await copied('copyToken'), token);
  });

  it('replaces the one before, which is refused at once', async () => {
    const { port } = await ready();
    const before = await copied('createToken');
    const after = await copied('createToken');
    assert.notEqual(before, after);
    assert.equal(await statusOf(port, { authorization: `Bearer ${before}` }), 401);
    assert.equal(await statusOf(port, { authorization: `Bearer ${after}` }), 200);
  });

  it('replaces the one before while an answer is under way, which goes on to its end', async () => {
    const { port } = await ready();
    const before = await copied('createToken');
    const stream = streamOf(chat(port, 'hold: what was begun is told to its end', { token: before }));
    await stream.begun;
    const after = await copied('createToken');
    assert.equal(await statusOf(port, { authorization: `Bearer ${before}` }), 401);
    assert.equal((await chat(port, 'release', { token: before })).status, 401);
    assert.equal(stream.ended, false);
    assert.equal((await chat(port, 'release', { token: after })).status, 200);
    assert.equal(textOf(await stream.whole), 'what was begun is told to its end');
  });

  it('is no longer asked for once it is removed', async () => {
    const { port } = await ready();
    await copied('createToken');
    assert.equal(await statusOf(port), 401);
    await run('removeToken');
    assert.equal(await statusOf(port), 200);
    assert.equal(await copied('copyToken'), '');
  });

  it('is offered in the URL', async () => {
    const { port } = await ready();
    const token = await copied('createToken');
    const plain = await copiedUrl(0);
    assert.doesNotMatch(plain, /\/t\//);
    let offered = plain;
    for (let listMs = 300; offered === plain && listMs < 10_000; listMs *= 2)
      offered = await copiedUrl(1, listMs);
    assert.equal(offered, `${plain}/t/${token}`);
    assert.equal(await statusOf(port, {}, `/t/${token}`), 200);
  });

  it('lets the server listen beyond the loopback, and its loss ends that', async () => {
    const { port } = await ready();
    await set('host', '0.0.0.0');
    const failed = await untilStatus((status) => status.state === 'failed');
    assert.ok(failed.state === 'failed');
    assert.match(failed.message, /token of at least 32 characters/);
    const token = await copied('createToken');
    await untilStatus(isRunning);
    assert.equal(await statusOf(port), 401);
    assert.equal(await statusOf(port, { authorization: `Bearer ${token}` }), 200);
    await run('removeToken');
    await untilStatus((status) => status.state === 'failed');
  });

  it('of 31 characters does not let the server listen beyond the loopback, and one of 32 does', async () => {
    const { port } = await ready();
    const short = await createTokenOf(31);
    assert.equal(short.length, 31);
    assert.equal(await statusOf(port, { authorization: `Bearer ${short}` }), 200);
    await set('host', '0.0.0.0');
    const failed = await untilStatus((status) => status.state === 'failed');
    assert.ok(failed.state === 'failed');
    assert.match(failed.message, /token of at least 32 characters/);
    assert.equal(await isOpen(port), false);
    assert.equal((await createTokenOf(32)).length, 32);
    await untilStatus(isRunning);
    assert.equal(await isOpen(port), true);
  });
});
