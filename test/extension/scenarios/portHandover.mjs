// Two windows of one editor: only one of them serves the port at a time.
import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createWorkbench } from '../host/workbench.mjs';
import { answerOf, STATUS_ITEM } from '../packagedEditor.mjs';
import assert from 'node:assert/strict';

/**
 * @param {import('../packagedEditor.mjs').PackagedEditor} editor
 * @returns {import('../report.mjs').Step[]}
 */
export function portHandover(editor) {
  const { port, workbench } = editor;
  const icon = (/** @type {string} */ name) => `.codicon-${name}`;
  /** @type {import('playwright-core').Page} */
  let page;
  /** @type {import('../host/workbench.mjs').Workbench} */
  let second;
  /**
   * @param {import('../host/workbench.mjs').Workbench} window
   * @param {string} name
   */
  const untilIcon = (window, name) => window.statusItem(STATUS_ITEM).locator(icon(name)).waitFor();
  return [
    [
      'keeps the port in the first window, and names its folder in the second',
      async () => {
        const folder = join(editor.workspace, '..', 'garden');
        await mkdir(folder);
        page = await editor.newPage();
        second = createWorkbench(page, editor.url);
        await second.open(folder);
        await untilIcon(second, 'window');
        await second.statusItem(STATUS_ITEM).locator('a').first().click();
        await page
          .getByPlaceholder(
            `Another window is serving port ${port}, in the folder ${basename(editor.workspace)}`,
          )
          .waitFor();
        await editor.screenshot('handover-1-elsewhere', page);
        await page.keyboard.press('Escape');
      },
    ],
    [
      'hands over the port on request of the second window',
      async () => {
        await second.run('Claude Ollama: Serve From This Window');
        await untilIcon(second, 'broadcast');
        await untilIcon(workbench, 'window');
        assert.equal(await answerOf(await editor.chat('ask-say: from the garden')), 'from the garden');
        await editor.screenshot('handover-2-here', page);
      },
    ],
    [
      'serves the port from the first window again when the second closes',
      async () => {
        await page.close();
        await untilIcon(workbench, 'broadcast');
        assert.equal(await answerOf(await editor.chat('ask-say: from the shop')), 'from the shop');
      },
    ],
  ];
}
