// Drives the VS Code workbench in a browser page, by keyboard where possible.
import { until } from '../../support/until.mjs';
import { retry } from './retry.mjs';

/** Normalizes text of the page: no non-breaking spaces and no invisible marks. */
const plain = (/** @type {string} */ text) =>
  text.replaceAll('\u00a0', ' ').replace(/[\u200b\u200e\u200f]/g, '');

const PALETTE_TRIES = 5;
/** Time limit of each step in a dialog, after which all steps are tried again. */
const DIALOG_MS = 5_000;
/** Time limit of every other wait; generous, for slow machines. */
const WAIT_MS = 60_000;

/** @typedef {ReturnType<typeof createWorkbench>} Workbench */

/**
 * @param {import('playwright-core').Page} page
 * @param {string} url of the editor
 */
export function createWorkbench(page, url) {
  page.setDefaultTimeout(WAIT_MS);
  const input = page.locator('.quick-input-widget input').first();
  const rows = page.locator('.quick-input-widget .quick-input-list .monaco-list-row');

  /**
   * Polls `read` until `matches` accepts its value; with a longer interval and limit, for a page in a browser.
   * @template T
   * @param {string} what
   * @param {() => T | Promise<T>} read
   * @param {(value: T) => boolean} matches
   */
  const untilMatches = (what, read, matches, timeoutMs = WAIT_MS) =>
    until(what, read, { fits: matches, timeoutMs, intervalMs: 100 });

  const statusItem = (/** @type {string} */ id) =>
    page.locator(`.part.statusbar .statusbar-item[id="${id}"]`);
  const statusText = async (/** @type {string} */ id) =>
    plain(
      (await statusItem(id)
        .first()
        .textContent({ timeout: 1000 })
        .catch(() => null)) ?? '',
    ).trim();

  /** @param {string} text */
  async function openPalette(text) {
    for (let attempt = 1; ; attempt += 1) {
      // The workbench drops the key until it has the focus.
      await page.keyboard.press('F1');
      // The palette closes when an editor that opens or closes takes the focus.
      const open = await input.fill(`>${text}`, { timeout: 3000 }).then(
        () => true,
        () => false,
      );
      if (open) return;
      if (attempt === PALETTE_TRIES) throw new Error('the command palette did not open');
    }
  }

  /**
   * Starts a command from the palette, and does not wait for its effect.
   * @param {string} title
   */
  async function invoke(title) {
    for (let attempt = 1; ; attempt += 1) {
      await openPalette(title);
      const focused = rows.and(page.locator('.focused')).filter({ hasText: title });
      const found = await focused.waitFor({ timeout: 3000 }).then(
        () => true,
        () => false,
      );
      if (found) break;
      // The palette lists the commands that were enabled when it opened: open it again.
      const entries = await rows.allInnerTexts();
      await page.keyboard.press('Escape');
      if (attempt === PALETTE_TRIES)
        throw new Error(`no command "${title}" in the palette: ${entries.join(', ')}`);
    }
    await page.keyboard.press('Enter');
  }

  return {
    page,
    until: untilMatches,
    statusItem,

    /**
     * Opens a folder, or an empty window, and waits until the editor is connected.
     * @param {string | undefined} folder
     */
    async open(folder) {
      await page.goto(`${url}/?${new URLSearchParams(folder === undefined ? { ew: 'true' } : { folder })}`);
      await page.locator('.part.statusbar').waitFor();
      await page.locator('[id="status.host"]').waitFor();
    },

    invoke,

    /**
     * Runs a command from the palette, and waits until the palette is closed.
     * @param {string} title
     */
    async run(title) {
      await invoke(title);
      await input.waitFor({ state: 'hidden' });
    },

    /**
     * Runs a command that opens a quick pick or an input box, and waits for its placeholder text.
     * @param {string} title
     * @param {string | RegExp} placeholder
     */
    async runUntilPrompt(title, placeholder) {
      for (let attempt = 1; ; attempt += 1) {
        await invoke(title);
        const open = await page
          .getByPlaceholder(placeholder)
          .waitFor({ timeout: 5000 })
          .then(
            () => true,
            () => false,
          );
        if (open) return;
        // It closes when something else takes the focus.
        if (attempt === PALETTE_TRIES) throw new Error(`"${title}" did not show the prompt "${placeholder}"`);
      }
    },

    /**
     * Runs a command that opens a quick pick, and chooses one of its entries.
     * @param {string} title
     * @param {string} entry
     */
    async pick(title, entry) {
      await invoke(title);
      await rows.filter({ hasText: entry }).first().waitFor();
      await input.fill(entry);
      await rows.and(page.locator('.focused')).filter({ hasText: entry }).waitFor();
      await page.keyboard.press('Enter');
      await input.waitFor({ state: 'hidden' });
    },

    /**
     * Runs a command that opens VS Code's folder dialog, and enters a path there.
     * @param {string} title of the command
     * @param {string} path
     * @param {string} inside a folder in `path`, which the dialog lists once it shows `path`
     * @param {string} button that accepts the folder
     */
    async chooseFolder(title, path, inside, button) {
      await invoke(title);
      const accept = page.locator('.quick-input-widget').getByRole('button', { name: button, exact: true });
      await accept.waitFor();
      // The dialog may overwrite the typed path with its initial one, and ignores clicks while it loads a folder.
      await retry(PALETTE_TRIES, async () => {
        // The click of the previous attempt may have had a delayed effect.
        if (!(await input.isVisible())) return;
        await input.fill(`${path}/`, { timeout: DIALOG_MS });
        await rows.filter({ hasText: inside }).waitFor({ timeout: DIALOG_MS });
        await accept.click({ timeout: DIALOG_MS });
        await input.waitFor({ state: 'hidden', timeout: DIALOG_MS });
      });
    },

    /**
     * The entries that the palette offers for a search text.
     * @param {string} text
     */
    async paletteEntries(text) {
      await openPalette(text);
      await rows.first().waitFor();
      const titles = (await rows.allInnerTexts()).map((title) => plain(title).trim());
      await page.keyboard.press('Escape');
      await input.waitFor({ state: 'hidden' });
      return titles;
    },

    /** The entries of the quick pick that is open. */
    async listEntries() {
      await rows.first().waitFor();
      return (await rows.allInnerTexts()).map((title) => plain(title).trim());
    },

    statusText,

    /**
     * Waits until the text of a status bar item, without icons, matches.
     * @param {string} id
     * @param {RegExp} pattern
     */
    untilStatus: (id, pattern) =>
      untilMatches(
        `the status item ${id}`,
        () => statusText(id),
        (text) => pattern.test(text),
      ),

    /**
     * Waits until the open output panel matches. Its lines are joined without line breaks, because the panel wraps long
     * lines.
     * @param {RegExp} pattern
     */
    untilOutput: (pattern) =>
      untilMatches(
        'the output',
        async () => {
          const lines = await page
            .locator('.output-view .view-lines .view-line')
            .evaluateAll((/** @type {HTMLElement[]} */ elements) =>
              elements
                .map((element) => ({
                  top: Number.parseInt(element.style.top, 10) || 0,
                  text: element.textContent,
                }))
                .sort((one, other) => one.top - other.top)
                .map(({ text }) => text),
            );
          return plain(lines.join(''));
        },
        (text) => pattern.test(text),
      ),

    notification: (/** @type {string | RegExp} */ text) =>
      page.locator('.notifications-toasts .notification-list-item', { hasText: text }),
  };
}
