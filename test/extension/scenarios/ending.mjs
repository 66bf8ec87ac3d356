// A window whose folder is replaced while Claude works in it: nothing of that outlives it.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { repeatedly } from '../host/repeatedly.mjs';

/** As long as it takes when the editor is killed, too. */
const GONE_WITHIN_MS = 5_000;
const STREAMS = [1, 2, 3, 4];
/** How long a question may take to show. */
const MESSAGE_MS = 5_000;
const MESSAGE_TRIES = 6;
const OTHER = 'vscode-vfs://github/somebody/something';

/** @returns {[string, () => Promise<void>][]} */
export function ending(editor) {
  const { page, workbench } = editor;
  const question = (which) => workbench.notification(which);

  /** What an answer ends with: an error, or `whole`. */
  async function endOf(answer) {
    try {
      const text = await (await answer).text();
      const last = JSON.parse(text.trim().split('\n').at(-1));
      return last.error ?? 'whole';
    } catch (error) {
      return `cut: ${error.message}`;
    }
  }

  /**
   * The command that is asked about now. The editor shows no message that comes among several others; the person finds
   * it in the status bar then.
   */
  async function asked() {
    const text = await repeatedly(
      MESSAGE_TRIES,
      () =>
        question(/started-\d/)
          .first()
          .innerText({ timeout: MESSAGE_MS }),
      () => workbench.statusItem(editor.item).locator('a').first().click(),
    );
    return /started-\d/.exec(text)[0];
  }

  /** Says yes to the questions, in the order in which they come. */
  async function allow(count) {
    for (let answered = 0; answered < count; answered += 1) {
      const command = await asked();
      await question(command).first().getByRole('button', { name: 'Allow', exact: true }).click();
      await workbench.until(
        `the question about ${command}`,
        () => question(command).count(),
        (shown) => shown === 0,
      );
    }
  }

  return [
    [
      'leaves no process when its folder is replaced while four commands run, and tells so in every answer',
      async () => {
        const ends = STREAMS.map((number) => {
          const command = `touch started-${number} && sleep 99700${number}`;
          return endOf(editor.work([{ name: 'Bash', input: { command } }]));
        });
        await allow(STREAMS.length);
        await workbench.until(
          'commands',
          () => STREAMS.filter((number) => existsSync(join(editor.folder, `started-${number}`))).length,
          (count) => count === STREAMS.length,
        );
        assert.ok(editor.processes().length >= STREAMS.length);
        assert.ok(editor.commands().length >= STREAMS.length);
        const opened = workbench.open(OTHER);
        // Awaited below; without this an early failure would count as unhandled while the page opens.
        opened.catch(() => undefined);
        for (const end of await Promise.all(ends)) assert.match(end, /stopping|cut/);
        await workbench.until(
          'what is left',
          () => [...editor.processes(), ...editor.commands()],
          (left) => left.length === 0,
          GONE_WITHIN_MS,
        );
        await opened;
      },
    ],
    [
      'is switched off by the editor where the folder is not on the disk: nothing listens, nothing runs',
      async () => {
        await workbench.run('Extensions: Show Installed Extensions');
        await page.locator('.monaco-list-row.disabled', { hasText: 'Ollama Server for Claude' }).waitFor();
        assert.equal(await editor.isOpen(), false);
        assert.deepEqual(editor.processes(), []);
      },
    ],
  ];
}
