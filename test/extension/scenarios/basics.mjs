// Everyday use: start, chat, log, stop, menu, tooltip, reload and close.
import assert from 'node:assert/strict';
import { answerOf, STATUS_ITEM } from '../packagedEditor.mjs';

/**
 * @param {import('../packagedEditor.mjs').PackagedEditor} editor
 * @returns {import('../report.mjs').Step[]}
 */
export function basics(editor) {
  const { port, page, workbench } = editor;
  const running = new RegExp(`Claude :${port}`);
  return [
    [
      'starts automatically and shows the port in the status bar',
      async () => {
        await editor.open();
        await editor.untilStatus(running);
        assert.equal(await editor.isOpen(), true);
        await editor.screenshot('1-running');
      },
    ],
    [
      'labels the status bar item for screen readers',
      async () => {
        const item = workbench.statusItem(STATUS_ITEM).locator('a').first();
        const label = (await item.getAttribute('aria-label')) ?? '';
        assert.match(label, new RegExp(`Ollama Server for Claude: running on port ${port}`));
      },
    ],
    [
      'answers a chat request with the real CLI',
      async () => {
        const response = await editor.chat('say: Hello from Claude, through the port of Ollama.');
        assert.equal(response.status, 200);
        assert.equal(await answerOf(response), 'Hello from Claude, through the port of Ollama.');
      },
    ],
    [
      'logs the request without the prompt',
      async () => {
        await workbench.run('Claude Ollama: Show Log');
        const log = await workbench.untilOutput(/tokens out/);
        const line = /#\d+ POST \/api\/chat.*/.exec(log)?.[0] ?? '';
        for (const part of [
          /#\d+/,
          /claude-sonnet:latest/,
          /sample-client\/1\.0/,
          / 200 /,
          /first \d+ ms/,
          /total \d+ ms/,
          /tokens out/,
        ]) {
          assert.match(line, part);
        }
        assert.doesNotMatch(log, /through the port of Ollama/);
        await editor.screenshot('2-log');
      },
    ],
    [
      'stops from the command palette and frees the port',
      async () => {
        await workbench.run('Claude Ollama: Stop');
        await editor.untilStatus(/Claude off/);
        assert.equal(await editor.isOpen(), false);
        assert.deepEqual(editor.processes(), []);
        await editor.screenshot('3-stopped');
      },
    ],
    [
      'offers Start but not Stop in the command palette while it is stopped, and finds commands by the product name',
      async () => {
        const offered = async (/** @type {string} */ title) =>
          (await workbench.paletteEntries(title)).some((entry) => entry.split('\n')[0] === title);
        assert.equal(await offered('Claude Ollama: Start'), true);
        assert.equal(await offered('Claude Ollama: Stop'), false);
        const found = await workbench.paletteEntries('Ollama Server Restart');
        assert.ok(
          found.some((entry) => entry.startsWith('Claude Ollama: ')),
          found.join(),
        );
      },
    ],
    [
      'starts again from the command palette',
      async () => {
        await workbench.run('Claude Ollama: Start');
        await editor.untilStatus(running);
        assert.equal(await answerOf(await editor.chat('say: again')), 'again');
      },
    ],
    [
      'opens a menu from the status bar item, which also changes the permissions of workspace models',
      async () => {
        await workbench.statusItem(STATUS_ITEM).locator('a').first().click();
        const entries = (await workbench.listEntries()).join('\n');
        for (const entry of [
          'Connect a Client…',
          'Open Chat',
          'Say Hello',
          'Copy Endpoint URL',
          'Create Token',
        ]) {
          assert.ok(entries.includes(entry), entries);
        }
        await editor.screenshot('4-menu');
        await page.keyboard.type('Workspace Models: Read Only');
        await page.keyboard.press('Enter');
        await page.getByPlaceholder('What may Claude do in the open folder?').waitFor();
        await page.keyboard.type('Ask');
        await page.keyboard.press('Enter');
        // The change takes effect with a new backend, which checks the CLI.
        await workbench.statusItem(STATUS_ITEM).locator('.codicon-loading').waitFor({ state: 'detached' });
      },
    ],
    [
      'shows its state in the tooltip',
      async () => {
        const tooltip = page.locator('.workbench-hover', { hasText: 'Claude Ollama' });
        // The new permissions take effect a moment after the choice, and an open tooltip keeps its text.
        const text = await workbench.until(
          'the tooltip after the check of the CLI',
          async () => {
            await page.mouse.move(0, 0);
            await tooltip.waitFor({ state: 'hidden' });
            await workbench.statusItem(STATUS_ITEM).locator('a').first().hover();
            await tooltip.waitFor();
            return tooltip.innerText();
          },
          (shown) => /Workspace models: Ask/.test(shown) && /paid by/.test(shown),
        );
        assert.match(text, new RegExp(`http://127\\.0\\.0\\.1:${port}`));
        assert.match(text, /Idle/);
        assert.match(text, /Workspace models: Ask/);
        assert.match(text, /Today: \d requests/);
        assert.match(text, /paid by API key \(ANTHROPIC_API_KEY\)/);
        await editor.screenshot('5-tooltip');
      },
    ],
    [
      'stops all processes and frees the port when the window reloads during an answer',
      async () => {
        const answer = editor.chat('hang').then(
          (response) => response.text(),
          () => 'connection lost',
        );
        await workbench.until(
          'the CLI',
          () => editor.processes(),
          (pids) => pids.length > 0,
        );
        const before = editor.processes();
        await workbench.run('Developer: Reload Window');
        await answer;
        await workbench.until(
          'the processes of before the reload',
          () => before.filter((pid) => editor.processes().includes(pid)),
          (pids) => pids.length === 0,
        );
        await editor.untilStatus(running);
        assert.equal(await answerOf(await editor.chat('say: after the reload')), 'after the reload');
      },
    ],
    [
      'stops all processes and frees the port when the window closes during an answer',
      async () => {
        const answer = editor.chat('hang').then(
          (response) => response.text(),
          () => 'connection lost',
        );
        await workbench.until(
          'the CLI',
          () => editor.processes(),
          (pids) => pids.length > 0,
        );
        await page.goto('about:blank');
        await answer;
        await workbench.until(
          'the processes',
          () => editor.processes(),
          (pids) => pids.length === 0,
        );
        await workbench.until(
          'the port',
          () => editor.isOpen(),
          (open) => !open,
        );
      },
    ],
  ];
}
