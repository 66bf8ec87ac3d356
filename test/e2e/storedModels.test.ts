import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { textReply } from '../standin/server.js';
import { ask, openChat, textOf } from '../support/httpClient.js';
import { startHeadless, type Headless } from '../support/headless.js';

const CREATE = {
  model: 'My-Pirate:V1',
  from: 'claude-haiku',
  system: 'You are a pirate.',
  messages: [
    { role: 'user', content: 'Hello' },
    { role: 'assistant', content: 'Ahoy' },
  ],
};

describe('--state', function () {
  this.timeout(120_000);
  const folder = mkdtempSync(join(tmpdir(), 'state-'));
  let headless: Headless | undefined;
  afterEach(async () => {
    await headless?.stop();
    headless = undefined;
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('keeps the models that clients create when the server is restarted', async () => {
    headless = await startHeadless({ args: ['--state', join(folder, 'models.jsonl')] });
    const created = await ask(headless.url, { path: '/api/create', body: CREATE });
    assert.equal(created.status, 200, created.body);
    headless = await headless.restart();
    const { url, standIn } = headless;
    assert.match((await ask(url, { path: '/api/tags' })).body, /"name":"My-Pirate:V1"/);
    standIn.reply(textReply('Aye.'));
    const chat = await openChat(url, {
      model: 'my-pirate:v1',
      messages: [{ role: 'user', content: 'Who?' }],
    });
    assert.equal(textOf(await chat.rest()), 'Aye.');
    const [request] = standIn.requests;
    assert.ok(request !== undefined);
    assert.match(request.raw, /haiku/);
    const [system, hello, ahoy, who] = ['You are a pirate.', '"Hello"', '"Ahoy"', '"Who?"'].map((text) =>
      request.raw.indexOf(text),
    );
    assert.ok(system! > 0 && hello! > 0 && hello! < ahoy! && ahoy! < who!, request.raw);
  });
});
