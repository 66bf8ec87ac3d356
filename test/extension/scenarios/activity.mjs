// The Activity view while requests come and go, by keyboard.
import assert from 'node:assert/strict';
import { repeatedly } from '../host/repeatedly.mjs';

/** A menu ignores what comes in the moment in which it opens. */
const MENU_MS = 300;
/** A menu closes when the list changes under it. */
const MENU_TRIES = 5;
const TRY_MS = 5_000;

/** @returns {[string, () => Promise<void>][]} */
export function activity(editor, model) {
  const { page, workbench } = editor;
  const rows = page.locator('.pane-body .monaco-list-row').filter({ visible: true });
  const row = (text) => rows.filter({ hasText: text }).first();
  let stream;

  /** Chooses from the menu of the first row. */
  async function choose(name) {
    const attempt = async () => {
      await workbench.run('Claude Ollama: Show Activity');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Home');
      await page.keyboard.press('Shift+F10');
      const item = page.getByRole('menuitem', { name });
      await item.waitFor({ timeout: TRY_MS });
      await page.waitForTimeout(MENU_MS);
      await item.click({ timeout: TRY_MS });
    };
    await repeatedly(MENU_TRIES, attempt, () => page.keyboard.press('Escape'));
  }

  return [
    [
      'shows what has been asked, with tokens and costs',
      async () => {
        await workbench.run('Claude Ollama: Show Activity');
        await row('VS Code Chat')
          .filter({ hasText: /claude:latest · .* tokens · .*\$/ })
          .waitFor();
      },
    ],
    [
      'shows a request of a client while it is answered, and reads it out in words',
      async () => {
        stream = editor.chat('ask-count:', 'sample-client/1.0').then((response) => response.text());
        // It is looked at by a later step, which may not come.
        stream.catch(() => undefined);
        await row('sample-client/1.0').filter({ hasText: 'answering' }).waitFor();
        const spoken = await row('sample-client/1.0').getAttribute('aria-label');
        assert.match(spoken, /sample-client\/1\.0, claude-sonnet:latest, answering, \d/);
        await editor.shot('activity');
      },
    ],
    [
      'tells in the tooltip what was used, and what is at work',
      async () => {
        await workbench.statusItem(editor.item).locator('a').first().hover();
        const tooltip = page.locator('.workbench-hover', { hasText: 'Claude Ollama' });
        await tooltip.filter({ hasText: /1 active request/ }).waitFor();
        await tooltip
          .filter({ hasText: /This session: \d requests · \d+ tokens in, \d+ out · \$/ })
          .waitFor();
        await page.mouse.move(0, 0);
        await tooltip.waitFor({ state: 'hidden' });
      },
    ],
    [
      'ends the request that is chosen, at the API too, and its client is told',
      async () => {
        await choose('Cancel Request');
        assert.match(await stream, /cancelled in VS Code/);
        const asked = model.requests.findLast(({ raw }) => raw.includes('ask-count:'));
        assert.equal(await asked.closed, 'client');
        await row('sample-client/1.0').filter({ hasText: 'cancelled' }).waitFor();
      },
    ],
    [
      'shows the line of the log about a request',
      async () => {
        await choose('Show Request in Log');
        await workbench.untilOutput(/#\d+ POST \/api\/chat .*sample-client/s);
        await page.locator('.output-view .selected-text').first().waitFor();
      },
    ],
    [
      'forgets what is over',
      async () => {
        await workbench.run('Claude Ollama: Clear Activity');
        await workbench.run('Claude Ollama: Show Activity');
        await page.getByText('Requests show up here').waitFor();
      },
    ],
  ];
}
