import assert from 'node:assert/strict';
import { commands, env, Uri, workspace } from 'vscode';
import { ready } from './endpoint.js';

async function copySnippet(...args: unknown[]): Promise<string> {
  await env.clipboard.writeText('');
  await commands.executeCommand('claudeOllama.copySnippet', ...args);
  return env.clipboard.readText();
}

const guideText = async (id: string): Promise<string> => {
  const uri = Uri.from({
    scheme: 'claude-ollama-guide',
    path: `/${id}/Connect.md`,
    query: String(Math.random()),
  });
  return (await workspace.openTextDocument(uri)).getText();
};

describe('the configuration of a client', () => {
  afterEach(async () => {
    await commands.executeCommand('claudeOllama.removeToken');
    await ready();
  });

  it('contains the port of the server and an existing model', async () => {
    const { port } = await ready();
    const text = await copySnippet('curl');
    assert.ok(text.includes(`http://127.0.0.1:${port}/api/chat`), text);
    assert.match(text, /"model":"claude-sonnet"/);
    assert.equal(await copySnippet('roo', 1), 'claude-sonnet');
    assert.ok((await guideText('curl')).includes(text));
  });

  it('contains the token when it is copied, but not in the guide', async () => {
    await ready();
    await commands.executeCommand('claudeOllama.createToken');
    const token = await env.clipboard.readText();
    assert.ok((await copySnippet('curl')).includes(`Bearer ${token}`));
    const shown = await guideText('curl');
    assert.ok(!shown.includes(token));
    assert.match(shown, /Bearer YOUR_TOKEN/);
  });

  it('comes with a note when the server is not running', async () => {
    await ready();
    assert.doesNotMatch(await guideText('zed'), /is not running/);
    await commands.executeCommand('claudeOllama.stop');
    const shown = await guideText('zed');
    assert.match(shown, /The server is not running\. Start it with "Claude Ollama: Start"\./);
    assert.match(shown, /"name": "claude-sonnet"/);
  });

  it('is not copied for an unknown client or without an open guide', async () => {
    await ready();
    assert.equal(await copySnippet('unknown'), '');
    assert.equal(await copySnippet(), '');
  });
});
