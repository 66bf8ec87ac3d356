// Makes media/screenshot.png and media/activity.png, the README's pictures: real clients, the real CLI, a real VS Code.
// The model's words are the stand-in's. Run it by hand when the looks change: node test/extension/picture.mjs [THEME [FOLDER]]
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ollama } from 'ollama';
import { inRoot } from '../launch/place.mjs';
import { loadModel } from './bundle.mjs';
import { runCommand } from './host/command.mjs';
import { ensureHost } from './host/install.mjs';
import { NEWEST } from './host/versions.mjs';
import { packageExtension } from './package.mjs';
import { openPackaged } from './packagedEditor.mjs';

const [, , theme = 'Dark Modern', pictures = inRoot('media')] = process.argv;
const PORT = 11434;
const CODE = `"""The cart of the shop."""


def total(prices: list[int]) -> int:
    """What the cart costs, in cents."""
    return sum(prices)
`;
const QUESTION = 'say: It adds up the prices of all items. The sum of an empty cart is 0.';

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
    await take(editor);
    await takeActivity(editor);
  } finally {
    await editor.close();
  }
} finally {
  await model.stop();
  await rm(folder, { recursive: true });
}

async function take({ page, workbench, open, untilStatus }) {
  await page.setViewportSize({ width: 1240, height: 560 });
  await open();
  await untilStatus(new RegExp(`Claude :${PORT}`));
  await page.getByRole('treeitem', { name: 'cart.py' }).dblclick();
  await page.locator('.editor-instance .view-line').first().waitFor();
  await workbench.run('View: Toggle Primary Side Bar Visibility');
  await workbench.run('Claude Ollama: Show Log');
  await workbench.untilOutput(/listening on/);

  const messages = [{ role: 'user', content: QUESTION }];
  const client = new Ollama({ host: `http://127.0.0.1:${PORT}` });
  await client.list();
  for await (const _part of await client.chat({ model: 'claude-sonnet', messages, stream: true })) {
    // The answer is not in the picture.
  }
  const body = JSON.stringify({ model: 'claude-haiku', messages });
  await runCommand('curl', ['--silent', `http://127.0.0.1:${PORT}/api/chat`, '--data', body]);
  await workbench.untilOutput(/claude-haiku.*tokens out/s);
  await page.screenshot({ path: join(pictures, 'screenshot.png') });
}

/** Requests of several clients: answered ones, one that failed, and one at work. */
async function takeActivity({ page, workbench }) {
  const client = (agent) =>
    new Ollama({ host: `http://127.0.0.1:${PORT}`, headers: { 'User-Agent': agent } });
  const chat = (agent, content, model = 'claude-sonnet') =>
    client(agent).chat({ model, messages: [{ role: 'user', content }], stream: false });
  await chat('Continue/1.3.0', QUESTION);
  await chat('opencode/1.2.1', QUESTION, 'claude-opus');
  await chat('aider', 'refuse').catch(() => undefined); // which is what it is for
  const stream = await client('cline/4.1.13').chat({
    model: 'claude-haiku',
    messages: [{ role: 'user', content: `slowly: ${QUESTION}` }],
    stream: true,
  });
  await workbench.run('Claude Ollama: Show Activity');
  const row = page.locator('.pane-body .monaco-list-row', { hasText: 'cline' });
  await row.filter({ hasText: 'answering · 2 s' }).waitFor();
  await page.screenshot({ path: join(pictures, 'activity.png') });
  stream.abort();
}
