import assert from 'node:assert/strict';
import { commands, env } from 'vscode';
import { isOpen } from '../../support/ports.mjs';
import { isRunning, ready, status, untilStatus } from './endpoint.js';

describe('the lifecycle commands', () => {
  afterEach(ready);

  it('free the port on Stop, and use it again on Start', async () => {
    const { port } = await ready();
    await commands.executeCommand('claudeOllama.stop');
    assert.deepEqual(status(), { state: 'stopped' });
    assert.equal(await isOpen(port), false);
    await commands.executeCommand('claudeOllama.start');
    assert.equal(status().state, 'running');
    assert.equal(await isOpen(port), true);
  });

  it('reach the last requested state when they run in quick succession', async () => {
    const { port } = await ready();
    await Promise.all(
      ['stop', 'start', 'restart', 'stop'].map((name) => commands.executeCommand(`claudeOllama.${name}`)),
    );
    assert.equal(status().state, 'stopped');
    assert.equal(await isOpen(port), false);
    await Promise.all(
      ['start', 'stop', 'start'].map((name) => commands.executeCommand(`claudeOllama.${name}`)),
    );
    await untilStatus(isRunning);
    assert.equal(await isOpen(port), true);
  });

  it('listen on the same port after Restart', async () => {
    const { port } = await ready();
    await commands.executeCommand('claudeOllama.restart');
    assert.equal((await untilStatus(isRunning)).port, port);
    assert.equal((await fetch(`http://127.0.0.1:${port}/api/version`)).status, 200);
  });

  it('copy the URL', async () => {
    await ready();
    await env.clipboard.writeText('');
    await commands.executeCommand('claudeOllama.copyUrl');
    assert.match(await env.clipboard.readText(), /^https?:\/\/\S+[^/]$/);
  });
});
