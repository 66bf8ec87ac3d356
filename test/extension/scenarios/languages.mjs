// Windows of VS Code in other languages than English.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { createWorkbench } from '../host/workbench.mjs';
import { SCREENSHOTS, STATUS_ITEM } from '../packagedEditor.mjs';

/** What VS Code shows in each language. */
const EXPECTED = /** @type {const} */ ({
  de: {
    command: 'Client verbinden…',
    item: 'Endpunkt-URL kopieren',
    folder: 'Ordner:',
    step: 'Den Server starten',
  },
  ja: {
    command: 'クライアントを接続…',
    item: 'エンドポイントの URL をコピー',
    folder: 'フォルダー:',
    step: 'サーバーを開始する',
  },
  'zh-cn': { command: '连接客户端…', item: '复制端点 URL', folder: '文件夹：', step: '启动服务器' },
});

/**
 * @param {import('../packagedEditor.mjs').PackagedEditor} editor
 * @returns {import('../report.mjs').Step[]}
 */
export function languages(editor) {
  return Object.entries(EXPECTED).map(([language, { command, item, folder, step }]) => [
    `shows commands, menu, tooltip and walkthrough in ${language}`,
    async () => {
      const page = await editor.newPage();
      // VS Code's own texts of a language set this before the workbench starts. They stay in English here.
      await page.addInitScript(`globalThis._VSCODE_NLS_LANGUAGE = ${JSON.stringify(language)}`);
      const workbench = createWorkbench(page, editor.url);
      try {
        await workbench.open(editor.folder);
        await workbench.untilStatus(STATUS_ITEM, new RegExp(`Claude :${editor.port}`));
        const statusItem = workbench.statusItem(STATUS_ITEM);

        const entries = await workbench.paletteEntries('Ollama Server Connect');
        assert.ok(
          entries.some((entry) => entry.includes(command) && entry.includes('Connect a Client')),
          entries.join(', '),
        );

        await statusItem.locator('a').first().hover();
        await page.locator('.workbench-hover', { hasText: folder }).waitFor();
        await page.screenshot({ path: join(SCREENSHOTS, `tooltip-${language}.png`) });

        await statusItem.locator('a').first().click();
        const listed = await workbench.listEntries();
        assert.ok(
          listed.some((entry) => entry.includes(item)),
          listed.join(', '),
        );
        await page.screenshot({ path: join(SCREENSHOTS, `menu-${language}.png`) });
        await page.keyboard.press('Escape');

        await workbench.run('Ollama Server for Claude: Open Walkthrough');
        await page.locator('.getting-started-step', { hasText: step }).first().waitFor();
        await page.screenshot({ path: join(SCREENSHOTS, `walkthrough-${language}.png`) });
      } finally {
        await page.close();
      }
    },
  ]);
}
