import assert from 'node:assert/strict';
import { commands, workspace } from 'vscode';
import { isOpen } from '../../support/ports.mjs';
import { extension, isReady, setting, untilStatus } from './endpoint.js';

interface Manifest {
  contributes: { commands: { command: string }[] };
}

describe('activation', () => {
  it('happens automatically and starts the server on the configured port', async () => {
    await extension().activate();
    const running = await untilStatus(isReady);
    assert.equal(running.port, setting('port'));
    assert.equal(running.url, `http://127.0.0.1:${running.port}`);
    assert.equal(await isOpen(running.port), true);
  });

  it('finds the CLI and its models', async () => {
    const { readiness } = await untilStatus(isReady);
    assert.ok(readiness.kind === 'ready');
    assert.match(readiness.version, /^\d+\.\d+\.\d+/);
    assert.ok(readiness.models !== undefined && readiness.models > 0);
  });

  it('uses the open folder', async () => {
    const { folder } = await untilStatus(isReady);
    assert.equal(folder, workspace.workspaceFolders?.[0]?.uri.fsPath);
  });

  it('forwards the port of a remote window without a notification', () => {
    const attributes = workspace.getConfiguration('remote').get<Record<string, unknown>>('portsAttributes');
    assert.deepEqual(attributes?.['11434-11444'], {
      label: 'Ollama Server for Claude',
      onAutoForward: 'silent',
      protocol: 'http',
    });
  });

  it('registers every command of the manifest', async () => {
    const registered = new Set(await commands.getCommands(true));
    const { contributes } = extension().packageJSON as Manifest;
    assert.ok(contributes.commands.length > 0);
    for (const { command } of contributes.commands) assert.ok(registered.has(command), command);
  });
});
