import assert from 'node:assert/strict';
import { commands, env, Uri, workspace } from 'vscode';
import { ready } from './endpoint.js';

async function copied(...args: unknown[]): Promise<string> {
  await env.clipboard.writeText('');
  await commands.executeCommand('claudeOllama.copySnippet', ...args);
  return env.clipboard.readText();
}

const guide = async (id: string): Promise<string> => {
  const uri = Uri.from({
    scheme: 'claude-ollama-guide',
    path: `/${id}/Connect.md`,
    query: String(Math.random()),
  });
  return (await workspace.openTextDocument(uri)).getText();
};

describe('what a client is told', () => {
  afterEach(async () => {
    await commands.executeCommand('claudeOllama.removeToken');
    await ready();
  });

  it('names the port that is served and a model that is there', async () => {
    const { port } = await ready();
    const text = await copied('curl');
    assert.ok(text.includes(`http://127.0.0.1:${port}/api/chat`), text);
    assert.match(text, /"model":"claude-sonnet"/);
    assert.equal(await copied('roo', 1), 'claude-sonnet');
    assert.ok((await guide('curl')).includes(text));
  });

  it('has the token in what is copied, and not in what is shown', async () => {
    await ready();
    await commands.executeCommand('claudeOllama.createToken');
    const token = await env.clipboard.readText();
    assert.ok((await copied('curl')).includes(`Bearer ${token}`));
    const shown = await guide('curl');
    assert.ok(!shown.includes(token));
    assert.match(shown, /Bearer YOUR_TOKEN/);
  });

  it('says when the server does not run', async () => {
    await ready();
    assert.doesNotMatch(await guide('zed'), /is not running/);
    await commands.executeCommand('claudeOllama.stop');
    const shown = await guide('zed');
    assert.match(shown, /The server is not running\. Start it with "Claude Ollama: Start"\./);
    assert.match(shown, /"name": "claude-sonnet"/);
  });

  it('is nothing for a client that is not known, or where no guide is open', async () => {
    await ready();
    assert.equal(await copied('nobody'), '');
    assert.equal(await copied(), '');
  });
});
