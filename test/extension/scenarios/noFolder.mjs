// A window in which no folder is open.
import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { answerOf, ITEM } from '../packagedEditor.mjs';

/** @returns {[string, () => Promise<void>][]} */
export function noFolder(editor) {
  const { page, workbench, port } = editor;
  return [
    [
      'answers from a private empty folder',
      async () => {
        await editor.openWithoutFolder();
        await editor.untilStatus(new RegExp(`Claude :${port}`));
        assert.equal(await answerOf(await editor.chat('say: nowhere')), 'nowhere');
        await workbench.statusItem(ITEM).locator('a').first().hover();
        const tooltip = page.locator('.workbench-hover', { hasText: 'Ollama Server for Claude' });
        await tooltip.waitFor();
        const folder = /Folder: (.+)/.exec(await tooltip.innerText())?.[1] ?? '';
        assert.match(folder, /claude-ollama-server.+no-folder$/);
        assert.equal(statSync(folder).mode & 0o777, 0o700);
      },
    ],
    [
      'lists no model for work in a folder',
      async () => {
        const { models } = await (await fetch(`${editor.base}/api/tags`)).json();
        assert.ok(models.length > 0);
        assert.deepEqual(
          models.filter(({ name }) => name.endsWith(':workspace')),
          [],
        );
      },
    ],
  ];
}
