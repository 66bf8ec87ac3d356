import assert from 'node:assert/strict';
import type { Server } from 'node:http';
import { commands } from 'vscode';
import { closeServer, listenAs, ready, status, type PortOwner } from './endpoint.js';

describe('a port that is in use', () => {
  let server: Server | undefined;
  let port: number;

  /** Stops the extension's server, starts another one on the port, and starts the extension's server again. */
  async function startWithPortUsedBy(owner: PortOwner): Promise<void> {
    ({ port } = await ready());
    await commands.executeCommand('claudeOllama.stop');
    server = await listenAs(owner, port);
    await commands.executeCommand('claudeOllama.start');
  }
  async function freePort(): Promise<void> {
    if (server !== undefined) await closeServer(server);
    server = undefined;
  }
  afterEach(async () => {
    await freePort();
    await ready();
  });

  it('by Ollama is a failure that names Ollama', async () => {
    await startWithPortUsedBy('ollama');
    const now = status();
    assert.ok(now.state === 'failed' && now.taken);
    assert.match(now.message, new RegExp(`Port ${port} is in use by Ollama itself`));
  });

  it('by an unknown program is a failure, and Start tries again', async () => {
    await startWithPortUsedBy('other');
    const now = status();
    assert.ok(now.state === 'failed' && now.taken);
    assert.match(now.message, new RegExp(`Port ${port} is in use by another program`));
    await freePort();
    await commands.executeCommand('claudeOllama.start');
    assert.equal(status().state, 'running');
  });

  it('by a server that only claims to be another window is a failure', async () => {
    await startWithPortUsedBy('claudeOllama');
    const now = status();
    assert.ok(now.state === 'failed' && now.taken);
    assert.match(now.message, new RegExp(`Port ${port} is in use by another Ollama Server for Claude`));
  });
});
