// The Activity view, driven by keyboard.
import assert from 'node:assert/strict';
import { retry } from '../host/retry.mjs';

/** A context menu ignores clicks for a moment after it opens. */
const MENU_DELAY_MS = 300;
/** A context menu closes when the list under it changes. */
const MENU_TRIES = 5;
const ATTEMPT_MS = 5_000;

/**
 * @param {import('../packagedEditor.mjs').PackagedEditor} editor
 * @param {import('../model.ts').Model} model
 * @returns {import('../report.mjs').Step[]}
 */
export function activityView(editor, model) {
  const { page, workbench } = editor;
  const rows = page.locator('.pane-body .monaco-list-row').filter({ visible: true });
  const row = (/** @type {string} */ text) => rows.filter({ hasText: text }).first();
  /** @type {Promise<string> | undefined} */
  let stream;

  /** Chooses an action from the context menu of the first row. */
  async function chooseAction(/** @type {string} */ name) {
    const attempt = async () => {
      await workbench.run('Claude Ollama: Show Activity');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Home');
      await page.keyboard.press('Shift+F10');
      const item = page.getByRole('menuitem', { name });
      await item.waitFor({ timeout: ATTEMPT_MS });
      await page.waitForTimeout(MENU_DELAY_MS);
      await item.click({ timeout: ATTEMPT_MS });
    };
    await retry(MENU_TRIES, attempt, () => page.keyboard.press('Escape'));
  }

  return [
    [
      'shows completed requests with tokens and costs',
      async () => {
        await workbench.run('Claude Ollama: Show Activity');
        await rows
          .filter({ hasText: 'VS Code Chat' })
          .filter({ hasText: /s · claude:latest → claude-.* tokens · .*\$/ })
          .first()
          .waitFor();
      },
    ],
    [
      'shows an active request of a client, with a label for screen readers',
      async () => {
        stream = editor.chat('ask-count:', 'sample-client/1.0').then((response) => response.text());
        // A later step awaits the stream. Ignore its errors until then, in case that step is skipped.
        stream.catch(() => undefined);
        await row('sample-client').filter({ hasText: 'answering' }).waitFor();
        const label = await row('sample-client').getAttribute('aria-label');
        assert.match(label ?? '', /sample-client, answering, \d+ s, claude-sonnet → claude-/);
        await editor.screenshot('activity');
      },
    ],
    [
      'shows usage and active requests in the tooltip of the status bar item',
      async () => {
        await workbench.statusItem(editor.statusItem).locator('a').first().hover();
        const tooltip = page.locator('.workbench-hover', { hasText: 'Claude Ollama' });
        await tooltip.filter({ hasText: /1 active request/ }).waitFor();
        await tooltip
          .filter({ hasText: /Today: \d+ requests, 1 failed · [\d,]+ tokens in, [\d,]+ out · \$/ })
          .waitFor();
        await page.mouse.move(0, 0);
        await tooltip.waitFor({ state: 'hidden' });
      },
    ],
    [
      'cancels the selected request with the Delete key, ends it at the API and sends an error to its client',
      async () => {
        await workbench.run('Claude Ollama: Show Activity');
        await page.keyboard.press('ArrowDown');
        await page.keyboard.press('Home');
        await page.keyboard.press('Delete');
        assert.match((await stream) ?? '', /cancelled in VS Code/);
        const apiRequest = model.requests.findLast(({ raw }) => raw.includes('ask-count:'));
        assert.equal(await apiRequest?.closed, 'client');
        await row('sample-client').filter({ hasText: 'cancelled' }).waitFor();
      },
    ],
    [
      'shows the requests of one client only, and all again',
      async () => {
        await workbench.pick('Claude Ollama: Filter Activity…', 'Requests of sample-client');
        await row('VS Code Chat').waitFor({ state: 'detached' });
        await page.getByText('Shown: requests of sample-client').waitFor();
        await workbench.pick('Claude Ollama: Filter Activity…', 'All requests');
        await row('VS Code Chat').waitFor();
      },
    ],
    [
      'shows the log line of a request',
      async () => {
        await chooseAction('Show Request in Log');
        await workbench.untilOutput(/#\d+ POST \/api\/chat .*sample-client/s);
        await page.locator('.output-view .selected-text').first().waitFor();
      },
    ],
    [
      'clears completed requests',
      async () => {
        await workbench.run('Claude Ollama: Clear Activity');
        await workbench.run('Claude Ollama: Show Activity');
        await page.getByText(/appear here/).waitFor();
      },
    ],
  ];
}
