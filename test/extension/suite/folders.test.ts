import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commands, Uri, window, workspace } from 'vscode';
import { until } from '../../support/until.mjs';
import { chat, children, isReady, ready, streamOf, textOf, untilStatus } from './endpoint.js';

const BOTH_LANES = ['claude-sonnet', 'claude-sonnet:workspace'];

describe('a window with several folders', () => {
  const [first, second] = workspace.workspaceFolders!.map(({ uri }) => uri.fsPath) as [string, string];
  const untilFolder = (folder: string) =>
    untilStatus((status) => isReady(status) && status.folder === folder);

  beforeEach(async () => {
    await ready();
    const file = join(second, 'plan.txt');
    writeFileSync(file, 'Water the flowers.\n');
    await window.showTextDocument(await workspace.openTextDocument(Uri.file(file)));
    await untilFolder(second);
  });
  after(async () => {
    await commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('uses the folder of the file that the user opened last', async () => {
    await commands.executeCommand('workbench.action.closeAllEditors');
    await untilFolder(second);
    const file = join(first, 'cart.txt');
    writeFileSync(file, 'Nothing.\n');
    await window.showTextDocument(await workspace.openTextDocument(Uri.file(file)));
    await untilFolder(first);
  });

  it('completes running answers when the active folder is closed, and answers new requests in another folder', async function () {
    if (process.platform === 'win32') this.skip();
    const { port } = await ready();
    const streams = BOTH_LANES.map((model) => streamOf(chat(port, 'hold: completed', { model })));
    await Promise.all(streams.map(({ started }) => started));
    const before = children();
    assert.ok(before.length >= 2);
    assert.ok(workspace.updateWorkspaceFolders(1, 1));
    await untilFolder(first);
    assert.deepEqual(
      streams.map(({ ended }) => ended),
      [false, false],
    );
    assert.equal((await chat(port, 'release')).status, 200);
    for (const { lines: pending } of streams) {
      const lines = await pending;
      assert.deepEqual([textOf(lines), lines.at(-1)?.done], ['completed', true]);
    }
    await until('the old processes have ended', () => !before.some((pid) => children().includes(pid)), {
      timeoutMs: 45_000,
    });
    for (const model of BOTH_LANES) {
      const lines = await streamOf(chat(port, 'say: from the other folder', { model })).lines;
      assert.equal(textOf(lines), 'from the other folder');
    }
    assert.ok(workspace.updateWorkspaceFolders(1, 0, { uri: Uri.file(second) }));
    await until('two folders are open', () => workspace.workspaceFolders?.length === 2);
  });
});
