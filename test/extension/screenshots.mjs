// Takes the screenshots for the README (screenshot.png, permission.png and activity.png in media/screenshots) with real clients,
// the real CLI and a real VS Code. A stand-in for the model answers. Run it manually when the user interface changes:
// node test/extension/screenshots.mjs [THEME [FOLDER]]
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ollama } from 'ollama';
import { inRoot } from '../../scripts/paths.mjs';
import { loadModel } from './bundle.mjs';
import { runCommand } from '../support/command.mjs';
import { ensureHost } from './host/install.mjs';
import { NEWEST } from './host/versions.mjs';
import { packageExtension } from './package.mjs';
import { openPackaged } from './packagedEditor.mjs';

const [, , theme = 'Dark Modern', outputFolder = inRoot('media/screenshots')] = process.argv;
const PORT = 11434;
const CODE = `"""The cart of the shop."""


def total(prices: list[int]) -> int:
    """What the cart costs, in cents."""
    return sum(prices)
`;
const EDIT = {
  file_path: 'cart.py',
  old_string: 'return sum(prices)',
  new_string:
    'if any(price < 0 for price in prices):\n        raise ValueError("a price below zero")\n    return sum(prices)',
};
const PROMPT = 'say: It adds up the prices of all items. The sum of an empty cart is 0.';

const folder = join(tmpdir(), 'shop');
await mkdir(folder);
await writeFile(join(folder, 'cart.py'), CODE);
const { startModel } = await loadModel();
const model = await startModel();
try {
  const host = await ensureHost(NEWEST, console.error);
  const settings = {
    'workbench.colorTheme': theme,
    'breadcrumbs.enabled': false,
    'editor.minimap.enabled': false,
    'files.autoSave': 'off',
    'claudeOllama.workspace.permissions': 'ask',
  };
  const editor = await openPackaged({
    host,
    vsix: await packageExtension(),
    model,
    port: PORT,
    settings,
    folder,
  });
  try {
    await takeLog(editor);
    await takePermissionRequest(editor);
    await takeActivity(editor);
  } finally {
    await editor.close();
  }
} finally {
  await model.stop();
  await rm(folder, { recursive: true });
}

/** @typedef {import('./packagedEditor.mjs').PackagedEditor} PackagedEditor */

/**
 * Requests of two clients in the log.
 * @param {PackagedEditor} editor
 */
async function takeLog({ page, workbench, open, untilStatus }) {
  await page.setViewportSize({ width: 1240, height: 560 });
  await open();
  await untilStatus(new RegExp(`Claude :${PORT}`));
  await workbench.notification('Open Chat switches it on').waitFor();
  await workbench.run('Notifications: Clear All Notifications');
  await page.getByRole('treeitem', { name: 'cart.py' }).dblclick();
  await page.locator('.editor-instance .view-line').first().waitFor();
  await workbench.run('View: Toggle Primary Side Bar Visibility');
  await workbench.run('Claude Ollama: Show Log');
  await workbench.untilOutput(/listening on/);

  const messages = [{ role: 'user', content: PROMPT }];
  const client = new Ollama({ host: `http://127.0.0.1:${PORT}` });
  await client.list();
  for await (const _part of await client.chat({ model: 'claude-sonnet', messages, stream: true })) {
    // Only the log is in the screenshot.
  }
  const body = JSON.stringify({ model: 'claude-haiku', messages });
  await runCommand('curl', ['--silent', `http://127.0.0.1:${PORT}/api/chat`, '--data', body]);
  await workbench.untilOutput(/claude-haiku.*tokens out/s);
  await page.screenshot({ path: join(outputFolder, 'screenshot.png') });
}

/**
 * A permission request with the edit as a diff.
 * @param {PackagedEditor} editor
 */
async function takePermissionRequest({ page, workbench, workspaceChat }) {
  await workbench.run('View: Toggle Panel Visibility');
  await page.setViewportSize({ width: 1000, height: 420 });
  const client = new AbortController();
  const calls = [
    { name: 'Read', input: { file_path: EDIT.file_path } },
    { name: 'Edit', input: EDIT },
  ];
  const answer = workspaceChat(calls, client.signal).catch(() => undefined);
  await workbench.notification('Claude wants to edit').waitFor();
  await page.getByText('a price below zero').first().waitFor();
  await page.screenshot({ path: join(outputFolder, 'permission.png'), animations: 'disabled' });
  client.abort();
  await answer;
}

/**
 * The Activity view with requests of several clients: completed, failed and active.
 * @param {PackagedEditor} editor
 */
async function takeActivity({ page, workbench, base }) {
  const chat = (/** @type {string} */ client, /** @type {string} */ content, model = 'claude-sonnet') =>
    fetch(`${base}/api/chat`, {
      method: 'POST',
      headers: { 'User-Agent': client },
      body: JSON.stringify({ model, messages: [{ role: 'user', content }] }),
    });
  for (const [client, content, model] of /** @type {[string, string, string?][]} */ ([
    ['Continue/1.3.0', PROMPT],
    ['opencode/1.2.1', PROMPT, 'claude-opus'],
    ['aider', 'refuse'],
  ])) {
    await (await chat(client, content, model)).text();
  }
  const stream = await chat('cline/4.1.13', `slowly: ${PROMPT}`, 'claude-haiku');
  await page.setViewportSize({ width: 1240, height: 560 });
  await workbench.run('Claude Ollama: Show Activity');
  const row = page.locator('.pane-body .monaco-list-row', { hasText: 'cline' });
  await row.filter({ hasText: 'answering · 2 s' }).waitFor();
  await page.screenshot({ path: join(outputFolder, 'activity.png') });
  await stream.body?.cancel();
}
