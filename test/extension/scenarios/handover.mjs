// Two windows of one editor, which can have the port only one at a time.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createWorkbench } from '../host/workbench.mjs';
import { answerOf, ITEM } from '../packagedEditor.mjs';
import assert from 'node:assert/strict';

/** @returns {[string, () => Promise<void>][]} */
export function handover(editor) {
  const { port, workbench } = editor;
  const icon = (name) => `.codicon-${name}`;
  let page;
  let other;
  const untilIcon = (which, name) => which.statusItem(ITEM).locator(icon(name)).waitFor();
  return [
    [
      'leaves the port to the first window, and names its folder in the second',
      async () => {
        const folder = join(editor.workspace, '..', 'garden');
        await mkdir(folder);
        page = await editor.newPage();
        other = createWorkbench(page, editor.url);
        await other.open(folder);
        await untilIcon(other, 'window');
        await other.statusItem(ITEM).locator('a').first().click();
        await page
          .getByPlaceholder(`Another window serves http://127.0.0.1:${port}, from ${editor.workspace}`)
          .waitFor();
        await editor.shot('handover-1-elsewhere', page);
        await page.keyboard.press('Escape');
      },
    ],
    [
      'hands the port over when the second window asks for it',
      async () => {
        await other.run('Claude Ollama: Serve From This Window');
        await untilIcon(other, 'broadcast');
        await untilIcon(workbench, 'window');
        assert.equal(await answerOf(await editor.chat('ask-say: from the garden')), 'from the garden');
        await editor.shot('handover-2-here', page);
      },
    ],
    [
      'takes the port back when the second window closes',
      async () => {
        await page.close();
        await untilIcon(workbench, 'broadcast');
        assert.equal(await answerOf(await editor.chat('ask-say: from the shop')), 'from the shop');
      },
    ],
  ];
}
