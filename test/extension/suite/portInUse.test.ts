import assert from 'node:assert/strict';
import type { Server } from 'node:http';
import { commands } from 'vscode';
import { closeServer, isRunning, listenAs, ready, status, untilStatus } from './endpoint.js';

describe('a port in use', () => {
  let owner: Server | undefined;
  let port: number;

  /** Stops, lets somebody else have the port, and starts again. */
  async function startBehind(who: 'ollama' | 'ours' | 'nobody'): Promise<void> {
    ({ port } = await ready());
    await commands.executeCommand('claudeOllama.stop');
    owner = await listenAs(who, port);
    await commands.executeCommand('claudeOllama.start');
  }
  async function leave(): Promise<void> {
    if (owner !== undefined) await closeServer(owner);
    owner = undefined;
  }
  afterEach(async () => {
    await leave();
    await ready();
  });

  it('by a real Ollama is a failure that says so', async () => {
    await startBehind('ollama');
    const now = status();
    assert.ok(now.state === 'failed' && now.taken);
    assert.match(now.message, new RegExp(`Port ${port} is in use by Ollama itself`));
  });

  it('by a stranger is a failure that says so, and Start tries again', async () => {
    await startBehind('nobody');
    const now = status();
    assert.ok(now.state === 'failed' && now.taken);
    assert.match(now.message, new RegExp(`Port ${port} is in use by another program`));
    await leave();
    await commands.executeCommand('claudeOllama.start');
    assert.equal(status().state, 'running');
  });

  it('by another window of ours is no failure: this one takes over when that one goes', async () => {
    await startBehind('ours');
    assert.equal(status().state, 'elsewhere');
    await leave();
    await untilStatus(isRunning);
  });

  it('by another window of ours can be left alone', async () => {
    await startBehind('ours');
    await commands.executeCommand('claudeOllama.stop');
    assert.equal(status().state, 'stopped');
  });
});
