// The VS Code workbench in a browser page, used as a person does: by keyboard where there is a way.
import { until } from '../../support/until.mjs';
import { repeatedly } from './repeatedly.mjs';

/** As people see it: without the editor's non-breaking spaces and marks. */
const plain = (text) => text.replaceAll('\u00a0', ' ').replace(/[\u200b\u200e\u200f]/g, '');

const PALETTE_TRIES = 5;
/** What each step in a dialog may take before all of it is tried again. */
const DIALOG_MS = 5_000;
/** What anything may take on a slow machine. */
const WAIT_MS = 60_000;

/**
 * @param {import('playwright-core').Page} page
 * @param {string} url of the editor
 */
export function createWorkbench(page, url) {
  page.setDefaultTimeout(WAIT_MS);
  const input = page.locator('.quick-input-widget input').first();
  const rows = page.locator('.quick-input-widget .quick-input-list .monaco-list-row');

  /**
   * `until`, as slowly as a page in a browser needs it.
   * @template T
   * @param {string} what
   * @param {() => T | Promise<T>} read
   * @param {(value: T) => boolean} fits
   */
  const untilFits = (what, read, fits, timeoutMs = WAIT_MS) =>
    until(what, read, { fits, timeoutMs, intervalMs: 100 });

  const statusItem = (id) => page.locator(`.part.statusbar .statusbar-item[id="${id}"]`);
  const statusText = async (id) =>
    plain(
      (await statusItem(id)
        .first()
        .textContent({ timeout: 1000 })
        .catch(() => null)) ?? '',
    ).trim();

  async function openPalette(text) {
    for (let attempt = 1; ; attempt += 1) {
      // The key is lost while the workbench is still taking the focus.
      await page.keyboard.press('F1');
      // And the palette closes when an editor that opens or closes takes it away.
      const open = await input.fill(`>${text}`, { timeout: 3000 }).then(
        () => true,
        () => false,
      );
      if (open) return;
      if (attempt === PALETTE_TRIES) throw new Error('the command palette did not open');
    }
  }

  /** Takes a command from the palette, by keyboard, and does not wait for what becomes of it. */
  async function enter(title) {
    for (let attempt = 1; ; attempt += 1) {
      await openPalette(title);
      const focused = rows.and(page.locator('.focused')).filter({ hasText: title });
      const found = await focused.waitFor({ timeout: 3000 }).then(
        () => true,
        () => false,
      );
      if (found) break;
      // The list is made when the palette opens: what has become possible since then is not in it.
      const seen = await rows.allInnerTexts();
      await page.keyboard.press('Escape');
      if (attempt === PALETTE_TRIES)
        throw new Error(`no command "${title}" in the palette: ${seen.join(', ')}`);
    }
    await page.keyboard.press('Enter');
  }

  return {
    page,
    until: untilFits,
    statusItem,

    /** Opens a folder, or an empty window, and waits until the editor is connected. */
    async open(folder) {
      await page.goto(`${url}/?${new URLSearchParams(folder === undefined ? { ew: 'true' } : { folder })}`);
      await page.locator('.part.statusbar').waitFor();
      await page.locator('[id="status.host"]').waitFor();
    },

    enter,

    /** Runs a command from the palette, by keyboard. */
    async run(title) {
      await enter(title);
      await input.waitFor({ state: 'hidden' });
    },

    /** The same for a command that asks something in the palette's place, in the words of `prompt`. */
    async runAsking(title, prompt) {
      for (let attempt = 1; ; attempt += 1) {
        await enter(title);
        const asks = await page
          .getByPlaceholder(prompt)
          .waitFor({ timeout: 5000 })
          .then(
            () => true,
            () => false,
          );
        if (asks) return;
        // What else takes the focus at that moment closes the list.
        if (attempt === PALETTE_TRIES) throw new Error(`"${title}" did not ask "${prompt}"`);
      }
    },

    /** Runs a command that opens a list, and picks an entry of it, by keyboard. */
    async pick(title, entry) {
      await enter(title);
      await rows.filter({ hasText: entry }).first().waitFor();
      await input.fill(entry);
      await rows.and(page.locator('.focused')).filter({ hasText: entry }).waitFor();
      await page.keyboard.press('Enter');
      await input.waitFor({ state: 'hidden' });
    },

    /**
     * Runs a command that asks for a folder, in the editor's own dialog, and types its path.
     * @param {string} inside a folder in it, which the dialog lists when it has arrived there
     */
    async chooseFolder(title, path, inside, button) {
      await enter(title);
      const accept = page.locator('.quick-input-widget').getByRole('button', { name: button, exact: true });
      await accept.waitFor();
      // What the dialog begins with may come after what is typed, and it takes no click while it is still listing.
      await repeatedly(PALETTE_TRIES, async () => {
        // It may have taken the last one after all.
        if (!(await input.isVisible())) return;
        await input.fill(`${path}/`, { timeout: DIALOG_MS });
        await rows.filter({ hasText: inside }).waitFor({ timeout: DIALOG_MS });
        await accept.click({ timeout: DIALOG_MS });
        await input.waitFor({ state: 'hidden', timeout: DIALOG_MS });
      });
    },

    /** What the palette offers for a text. */
    async palette(text) {
      await openPalette(text);
      await rows.first().waitFor();
      const titles = (await rows.allInnerTexts()).map((title) => plain(title).trim());
      await page.keyboard.press('Escape');
      await input.waitFor({ state: 'hidden' });
      return titles;
    },

    /** The entries of the list that is open now. */
    async listEntries() {
      await rows.first().waitFor();
      return (await rows.allInnerTexts()).map((title) => plain(title).trim());
    },

    statusText,

    /** Waits for the text of a status bar item. Icons are no text. */
    untilStatus: (id, pattern) =>
      untilFits(
        `the status item ${id}`,
        () => statusText(id),
        (text) => pattern.test(text),
      ),

    /** Waits for text in the output panel that is open; without line breaks, because the panel wraps long lines anywhere. */
    untilOutput: (pattern) =>
      untilFits(
        'the output',
        async () => {
          const lines = await page.locator('.output-view .view-lines .view-line').evaluateAll((elements) =>
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

    notification: (text) => page.locator('.notifications-toasts .notification-list-item', { hasText: text }),
  };
}
