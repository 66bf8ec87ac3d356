// Makes media/screenshots/chat.png, the animated picture at the top of the README: VS Code's own chat, the packaged
// extension and the real CLI. The model's words are the stand-in's. Run it by hand when the looks change:
// node test/extension/chatScreenshot.mjs [THEME [FILE]]
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importBundled } from '../../scripts/bundle.mjs';
import { inRoot } from '../../scripts/paths.mjs';
import { animatedPng } from './animatedPng.mjs';
import { ensureHost } from './host/install.mjs';
import { NEWEST } from './host/versions.mjs';
import { ensurePrograms } from '../support/systemPackages.mjs';
import { packageExtension } from './package.mjs';
import { openPackaged } from './packagedEditor.mjs';

const [, , theme = 'Dark Modern', file = inRoot('media/screenshots/chat.png')] = process.argv;
const PORT = 11434;
const VIEWPORT = { width: 1100, height: 600 };
const CHAT_WIDTH = 440;
const TITLE_BAR = 30;
const STATUS_BAR = 32;
const FRAME_MS = 250;
/** How long the complete answer stays before the animation starts again. */
const LAST_FRAME_MS = 6_000;
const CODE = `"""The cart of the shop."""


def total(prices: list[int]) -> int:
    """What the cart costs, in cents."""
    return sum(prices)
`;

const folder = join(tmpdir(), 'shop');
await mkdir(folder, { recursive: true });
await writeFile(join(folder, 'cart.py'), CODE);
/** @type {unknown} */
const bundled = await importBundled('test/extension/chatScreenshotModel.ts', 'chatScreenshotModel');
const { startScreenshotModel, QUESTION, LAST_WORDS } =
  /** @type {typeof import('./chatScreenshotModel.js')} */ (bundled);
const model = await startScreenshotModel();
try {
  await ensurePrograms(['chromium'], console.error);
  const host = await ensureHost(NEWEST, console.error);
  const settings = {
    'workbench.colorTheme': theme,
    'breadcrumbs.enabled': false,
    'editor.minimap.enabled': false,
    'remote.autoForwardPorts': false,
  };
  const vsix = await packageExtension();
  const editor = await openPackaged({ host, vsix, model, port: PORT, settings, folder });
  try {
    const { still, frames } = await film(editor);
    await writeFile(file, animatedPng(still, frames));
  } catch (error) {
    console.error(await editor.failureDetails());
    throw error;
  } finally {
    await editor.close();
  }
} finally {
  await model.stop();
  await rm(folder, { recursive: true });
}

/**
 * The frames, from the empty chat to the complete answer, and the last one as a still picture. The first frame is the
 * whole window, the others are the chat only.
 * @param {Awaited<ReturnType<typeof openPackaged>>} editor
 */
async function film({ page, workbench, open, untilStatus }) {
  const session = page.locator('.interactive-session').filter({ visible: true });
  const answer = session.locator('.interactive-item-container.interactive-response').last();
  await page.setViewportSize(VIEWPORT);
  await open();
  await untilStatus(new RegExp(`Claude :${PORT}`));
  await page.getByRole('treeitem', { name: 'cart.py' }).dblclick();
  await page.locator('.editor-instance .view-line').first().waitFor();
  await workbench.run('View: Toggle Primary Side Bar Visibility');
  await workbench.run('Claude Ollama: Open Chat');
  await session.locator('.model-picker-name', { hasText: 'Claude' }).first().waitFor();
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  await workbench.run('Notifications: Clear All Notifications');
  const left = await widenChat(page);
  // The hint "Set BYOK utility models" would hide a part of the answer.
  await session.getByRole('button', { name: 'Dismiss notification' }).click();
  await session.locator('.chat-input-container .monaco-editor').first().click();
  await page.keyboard.type(QUESTION);

  let last = { png: await page.screenshot(), x: 0, y: 0, milliseconds: 1_500 };
  const frames = [last];
  const clip = { x: left, y: TITLE_BAR, width: VIEWPORT.width - left, height: 0 };
  clip.height = VIEWPORT.height - TITLE_BAR - STATUS_BAR;
  await page.keyboard.press('Enter');
  for (let complete = false; !complete;) {
    complete = (await answer.textContent({ timeout: 1_000 }).catch(() => ''))?.includes(LAST_WORDS) ?? false;
    if (complete) await page.waitForTimeout(1_000);
    const png = await page.screenshot({ clip });
    const milliseconds = complete ? LAST_FRAME_MS : FRAME_MS;
    if (last.png.equals(png)) last.milliseconds += milliseconds;
    else {
      last = { png, x: clip.x, y: clip.y, milliseconds };
      frames.push(last);
    }
    await page.waitForTimeout(FRAME_MS);
  }
  return { still: await page.screenshot(), frames };
}

/**
 * Drags the border between the editor and the chat.
 * @param {import('playwright-core').Page} page
 * @returns {Promise<number>} the left edge of the chat
 */
async function widenChat(page) {
  const chat = page.locator('.part.auxiliarybar');
  const before = await chat.boundingBox();
  if (before === null) throw new Error('The chat is not visible.');
  const y = before.y + before.height / 2;
  await page.mouse.move(before.x - 1, y);
  await page.mouse.down();
  await page.mouse.move(VIEWPORT.width - CHAT_WIDTH, y, { steps: 5 });
  await page.mouse.up();
  return Math.floor((await chat.boundingBox())?.x ?? before.x);
}
