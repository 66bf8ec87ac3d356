// The folder of a window is replaced while Claude runs commands in it: no process may survive.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { retry } from '../host/retry.mjs';

/** Time limit for the end of all processes; the same limit applies when the editor is killed. */
const EXIT_MS = 5_000;
const REQUESTS = [1, 2, 3, 4];
/** Time limit for a permission request to appear. */
const MESSAGE_MS = 5_000;
const MESSAGE_TRIES = 6;
const VIRTUAL_FOLDER = 'vscode-vfs://github/somebody/something';

/**
 * @param {import('../packagedEditor.mjs').PackagedEditor} editor
 * @returns {import('../report.mjs').Step[]}
 */
export function replacedFolder(editor) {
  const { page, workbench } = editor;
  const permissionRequest = (/** @type {string | RegExp} */ text) => workbench.notification(text);

  /** How a response ends: `complete`, the error in it, or a lost connection. */
  async function endOf(/** @type {Promise<Response>} */ response) {
    try {
      const text = await (await response).text();
      const last = JSON.parse(text.trim().split('\n').at(-1) ?? '');
      return last.error ?? 'complete';
    } catch (error) {
      return `connection lost: ${String(error)}`;
    }
  }

  /**
   * The command of the permission request that is shown. VS Code may hide a notification when it shows several others; a
   * click on the status bar item shows it again.
   */
  async function requestedCommand() {
    const text = await retry(
      MESSAGE_TRIES,
      () =>
        permissionRequest(/started-\d/)
          .first()
          .innerText({ timeout: MESSAGE_MS }),
      () => workbench.statusItem(editor.statusItem).locator('a').first().click(),
    );
    return /started-\d/.exec(text)?.[0] ?? '';
  }

  /** Allows that number of permission requests, in the order in which they appear. */
  async function allow(/** @type {number} */ count) {
    for (let allowed = 0; allowed < count; allowed += 1) {
      const command = await requestedCommand();
      await permissionRequest(command).first().getByRole('button', { name: 'Allow', exact: true }).click();
      await workbench.until(
        `the permission request for ${command}`,
        () => permissionRequest(command).count(),
        (shown) => shown === 0,
      );
    }
  }

  return [
    [
      'ends all processes and every response when the folder is replaced while four commands run',
      async () => {
        const ends = REQUESTS.map((number) => {
          const command = `touch started-${number} && sleep 99700${number}`;
          return endOf(editor.workspaceChat([{ name: 'Bash', input: { command } }]));
        });
        await allow(REQUESTS.length);
        await workbench.until(
          'the number of started commands',
          () => REQUESTS.filter((number) => existsSync(join(editor.folder, `started-${number}`))).length,
          (count) => count === REQUESTS.length,
        );
        assert.ok(editor.processes().length >= REQUESTS.length);
        assert.ok(editor.commands().length >= REQUESTS.length);
        const opened = workbench.open(VIRTUAL_FOLDER);
        // Awaited below. Without this handler, a failure while the page opens would be an unhandled rejection.
        opened.catch(() => undefined);
        for (const end of await Promise.all(ends)) assert.match(end, /stopping|connection lost/);
        await workbench.until(
          'the remaining processes',
          () => [...editor.processes(), ...editor.commands()],
          (pids) => pids.length === 0,
          EXIT_MS,
        );
        await opened;
      },
    ],
    [
      'is disabled by VS Code in a virtual workspace, where it neither listens nor runs processes',
      async () => {
        await workbench.run('Extensions: Show Installed Extensions');
        await page.locator('.monaco-list-row.disabled', { hasText: 'Ollama Server for Claude' }).waitFor();
        assert.equal(await editor.isOpen(), false);
        assert.deepEqual(editor.processes(), []);
      },
    ],
  ];
}
