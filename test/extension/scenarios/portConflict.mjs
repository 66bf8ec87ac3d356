// Ollama uses the port when the editor starts.
import assert from 'node:assert/strict';
import { freePort } from '../../support/ports.mjs';
import { STATUS_ITEM } from '../packagedEditor.mjs';

/**
 * @param {import('../packagedEditor.mjs').PackagedEditor} editor
 * @returns {import('../report.mjs').Step[]}
 */
export function portConflict(editor) {
  const { page, workbench, port } = editor;
  const message = workbench.notification(`Port ${port} is in use by Ollama itself`);
  return [
    [
      'names the program that uses the port, and offers actions',
      async () => {
        await editor.open();
        await message.waitFor();
        for (const name of ['Use Another Port…', 'Try Again', 'Show Log']) {
          await message.getByRole('button', { name }).waitFor();
        }
        const color = await workbench
          .statusItem(STATUS_ITEM)
          .evaluate((item) => getComputedStyle(item).backgroundColor);
        assert.notEqual(color, 'rgba(0, 0, 0, 0)');
        await editor.screenshot('8-port-conflict');
      },
    ],
    [
      'starts on another port that the user enters',
      async () => {
        const other = await freePort();
        await message.getByRole('button', { name: 'Use Another Port…' }).click();
        const input = page.locator('.quick-input-widget input').first();
        await input.fill('0');
        await page.locator('.quick-input-message', { hasText: 'A number from 1 to 65535' }).waitFor();
        await input.fill(String(other));
        await page.keyboard.press('Enter');
        await editor.untilStatus(new RegExp(`Claude :${other}`));
        assert.equal((await fetch(`http://127.0.0.1:${other}/api/version`)).status, 200);
      },
    ],
  ];
}
