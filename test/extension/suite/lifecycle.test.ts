import assert from 'node:assert/strict';
import { commands, env } from 'vscode';
import { isOpen } from '../../support/ports.mjs';
import { isRunning, ready, status, untilStatus } from './endpoint.js';

describe('start and stop', () => {
  afterEach(ready);

  it('stop frees the port, start takes it again', async () => {
    const { port } = await ready();
    await commands.executeCommand('claudeOllama.stop');
    assert.deepEqual(status(), { state: 'stopped' });
    assert.equal(await isOpen(port), false);
    await commands.executeCommand('claudeOllama.start');
    assert.equal(status().state, 'running');
    assert.equal(await isOpen(port), true);
  });

  it('end in the last state asked for, however quickly they are given', async () => {
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

  it('restart ends the connections of before and listens on the same port', async () => {
    const { port } = await ready();
    await commands.executeCommand('claudeOllama.restart');
    assert.equal((await untilStatus(isRunning)).port, port);
    assert.equal((await fetch(`http://127.0.0.1:${port}/api/version`)).status, 200);
  });

  it('the URL can be copied', async () => {
    await ready();
    await env.clipboard.writeText('');
    await commands.executeCommand('claudeOllama.copyUrl');
    assert.match(await env.clipboard.readText(), /^https?:\/\/\S+[^/]$/);
  });
});
