// A day with the extension: start, chat, log, stop, menu, reload, close.
import assert from 'node:assert/strict';
import { answerOf, ITEM } from '../packagedEditor.mjs';

/** @returns {[string, () => Promise<void>][]} */
export function daily(editor) {
  const { port, page, workbench } = editor;
  const running = new RegExp(`Claude :${port}`);
  return [
    [
      'starts by itself, and the status bar names the port',
      async () => {
        await editor.open();
        await editor.untilStatus(running);
        assert.equal(await editor.isOpen(), true);
        await editor.shot('1-running');
      },
    ],
    [
      'has an item with a label for screen readers',
      async () => {
        const item = workbench.statusItem(ITEM).locator('a').first();
        const label = (await item.getAttribute('aria-label')) ?? '';
        assert.match(label, new RegExp(`Ollama Server for Claude: running on port ${port}`));
      },
    ],
    [
      'answers a chat through the port with the real CLI',
      async () => {
        const response = await editor.chat('say: Hello from Claude, through the port of Ollama.');
        assert.equal(response.status, 200);
        assert.equal(await answerOf(response), 'Hello from Claude, through the port of Ollama.');
      },
    ],
    [
      'shows the request in the log, and not the prompt',
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
        await editor.shot('2-log');
      },
    ],
    [
      'stops from the palette, and the port is free',
      async () => {
        await workbench.run('Claude Ollama: Stop');
        await editor.untilStatus(/Claude off/);
        assert.equal(await editor.isOpen(), false);
        assert.deepEqual(editor.processes(), []);
        await editor.shot('3-stopped');
      },
    ],
    [
      'offers Start in the palette while it is stopped, and not Stop',
      async () => {
        const offered = async (title) =>
          (await workbench.palette(title)).some((entry) => entry.split('\n')[0] === title);
        assert.equal(await offered('Claude Ollama: Start'), true);
        assert.equal(await offered('Claude Ollama: Stop'), false);
      },
    ],
    [
      'starts again from the palette',
      async () => {
        await workbench.run('Claude Ollama: Start');
        await editor.untilStatus(running);
        assert.equal(await answerOf(await editor.chat('say: again')), 'again');
      },
    ],
    [
      'opens a menu from the status bar item',
      async () => {
        await workbench.statusItem(ITEM).locator('a').first().click();
        const entries = (await workbench.listEntries()).join('\n');
        for (const entry of ['Copy Endpoint URL', 'Stop', 'Restart', 'Show Log', 'Settings']) {
          assert.ok(entries.includes(entry), entries);
        }
        await editor.shot('4-menu');
        await page.keyboard.press('Escape');
      },
    ],
    [
      'shows its state in the tooltip',
      async () => {
        await workbench.statusItem(ITEM).locator('a').first().hover();
        const tooltip = page.locator('.workbench-hover', { hasText: 'Claude Ollama' });
        await tooltip.waitFor();
        const text = await tooltip.innerText();
        assert.match(text, new RegExp(`http://127\\.0\\.0\\.1:${port}`));
        assert.match(text, /Idle/);
        await editor.shot('5-tooltip');
      },
    ],
    [
      'leaves no process and no port when the window reloads in the middle of an answer',
      async () => {
        const answer = editor.chat('hang').then(
          (response) => response.text(),
          () => 'cut',
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
          'processes',
          () => before.filter((pid) => editor.processes().includes(pid)),
          (pids) => pids.length === 0,
        );
        await editor.untilStatus(running);
        assert.equal(await answerOf(await editor.chat('say: after the reload')), 'after the reload');
      },
    ],
    [
      'leaves no process and no port when the window closes in the middle of an answer',
      async () => {
        const answer = editor.chat('hang').then(
          (response) => response.text(),
          () => 'cut',
        );
        await workbench.until(
          'the CLI',
          () => editor.processes(),
          (pids) => pids.length > 0,
        );
        await page.goto('about:blank');
        await answer;
        await workbench.until(
          'processes',
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
