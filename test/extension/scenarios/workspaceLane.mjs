// Workspace models: Claude works in the open folder for a plain Ollama client, and the user answers permission requests.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { answerOf } from '../packagedEditor.mjs';

const CART = `"""The cart of the shop."""


def total(prices):
    return sum(prices)
`;
const EDITED_CART = CART.replace('sum(prices)', 'round(sum(prices), 2)');
const SECRET = 'PASSWORD=of-the-shop';
const SLEEP = 'sleep 998877';

const read = { name: 'Read', input: { file_path: 'cart.py' } };
const edit = {
  name: 'Edit',
  input: { file_path: 'cart.py', old_string: 'sum(prices)', new_string: 'round(sum(prices), 2)' },
};
const run = (/** @type {string} */ command) => ({ name: 'Bash', input: { command } });

/** Options for opening the editor. */
export const WORKSPACE_LANE_OPTIONS = {
  settings: {
    'claudeOllama.workspace.permissions': 'ask',
    // In a browser, VS Code saves files automatically by default.
    'files.autoSave': 'off',
    'remote.autoForwardPorts': false,
  },
  async prepare(/** @type {import('../host/profile.mjs').Profile} */ { workspace }) {
    await writeFile(join(workspace, 'cart.py'), CART);
    await writeFile(join(workspace, '.env'), SECRET);
  },
};

/** Whether a process with that command line is running. Linux only. */
function isRunning(/** @type {string} */ command) {
  return readdirSync('/proc').some((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      return readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() === command;
    } catch {
      return false;
    }
  });
}

/**
 * @param {import('../packagedEditor.mjs').PackagedEditor} editor
 * @returns {import('../report.mjs').Step[]}
 */
export function workspaceLane(editor) {
  const { page, workbench, model } = editor;
  const file = join(editor.folder, 'cart.py');
  const disk = () => readFile(file, 'utf8');
  const running = new RegExp(`Claude :${editor.port}`);
  const permissionRequest = (/** @type {string} */ text) => workbench.notification(text);
  const click = (/** @type {string} */ text, /** @type {string} */ button) =>
    permissionRequest(text).getByRole('button', { name: button, exact: true }).click();
  const activityRow = (/** @type {string} */ text) =>
    page.locator('.pane-body .monaco-list-row', { hasText: text }).first();
  const code = page.locator('.editor-instance[data-mode-id=python] .view-lines');
  const diff = page.locator('.monaco-diff-editor');
  /** The text of an element, with plain spaces. */
  const textOf = async (/** @type {import('playwright-core').Locator} */ locator) =>
    ((await locator.first().textContent()) ?? '').replaceAll('\u00a0', ' ');
  const untilCode = (/** @type {RegExp} */ pattern) =>
    workbench.until(
      'the open file',
      () => textOf(code),
      (text) => pattern.test(text),
    );
  const answer = async (/** @type {Promise<Response>} */ response) => answerOf(await response);

  return [
    [
      'lists workspace models',
      async () => {
        await editor.open();
        await editor.untilStatus(running);
        const { models } = await (await fetch(`${editor.base}/api/tags`)).json();
        assert.ok(
          models.some((/** @type {{ name: string }} */ { name }) => name === 'claude-sonnet:workspace'),
        );
      },
    ],
    [
      'reads a file without asking for permission, and answers',
      async () => {
        await page.getByRole('treeitem', { name: 'cart.py' }).dblclick();
        await untilCode(/def total/);
        const response = await editor.workspaceChat([read]);
        assert.equal(response.status, 200);
        assert.match(await answerOf(response), /It gave: .*return sum\(prices\)/);
      },
    ],
    [
      'tells Claude what is open in the editor, except a file with secrets',
      async () => {
        const sentContext = async () => {
          await answer(editor.workspaceChat([]));
          return /<editor-context>.*?<\/editor-context>/.exec(model.requests.at(-1)?.raw ?? '')?.[0];
        };
        // VS Code reports changes in the editor to the extension with a short delay.
        /** @param {(context: string | undefined) => boolean} matches */
        const untilContext = (matches) => workbench.until('the editor context', sentContext, matches);
        await untilContext((context) => /looking at cart\.py \(python\)/.test(context ?? ''));
        await code.first().click();
        await page.keyboard.press('Control+Home');
        await page.keyboard.press('Shift+End');
        await untilContext((context) => /Selected, lines 1-1:\\n.*The cart of the shop/.test(context ?? ''));
        await page.getByRole('treeitem', { name: '.env' }).dblclick();
        await untilContext((context) => context === undefined);
        await page.getByRole('treeitem', { name: 'cart.py' }).dblclick();
        await untilContext((context) => /looking at cart\.py/.test(context ?? ''));
        assert.ok(model.requests.every(({ raw }) => !raw.includes(SECRET)));
      },
    ],
    [
      'asks before an edit, and shows it in a diff editor',
      async () => {
        const response = editor.workspaceChat([read, edit]);
        await permissionRequest(
          'Claude wants to edit cart.py (for sample-client). Denied after 5 minutes without an answer.',
        ).waitFor();
        await diff.getByText('round(sum(prices), 2)').first().waitFor();
        await editor.untilStatus(/Claude asks/);
        await editor.screenshot('9-permission-request');
        assert.equal(await disk(), CART);
        await click('Claude wants to edit', 'Allow');
        assert.match(await answer(response), /It gave: .*cart\.py has been updated/);
        assert.equal(await disk(), EDITED_CART);
      },
    ],
    [
      'closes the diff editor after the reply, and shows the edited file',
      async () => {
        await editor.untilStatus(running);
        await diff.waitFor({ state: 'detached' });
        await untilCode(/round\(sum\(prices\), 2\)/);
      },
    ],
    [
      "lets the user undo Claude's edit in the editor",
      async () => {
        await code.first().click();
        await page.keyboard.press('Control+Z');
        await untilCode(/return sum\(prices\)/);
        await page.keyboard.press('Control+S');
        await workbench.until('the file', disk, (text) => text === CART);
      },
    ],
    [
      'does not make an edit that the user denies by keyboard, and tells the model',
      async () => {
        const response = editor.workspaceChat([read, edit]);
        await page.getByRole('tab', { name: 'cart.py (proposed by Claude)' }).waitFor();
        await editor.untilStatus(/Claude asks/);
        await page.keyboard.press('Control+K');
        await page.keyboard.press('n');
        assert.match(await answer(response), /did not allow this/);
        assert.equal(await disk(), CART);
        await diff.waitFor({ state: 'detached' });
      },
    ],
    [
      'saves unsaved changes before an edit, and keeps both',
      async () => {
        await code.first().click();
        await page.keyboard.press('Control+End');
        await page.keyboard.type('# typed by hand');
        const response = editor.workspaceChat([read, edit]);
        await permissionRequest('It has unsaved changes').waitFor();
        assert.equal(await disk(), CART);
        await editor.screenshot('10-unsaved');
        await click('It has unsaved changes', 'Save and Allow');
        assert.match(await answer(response), /has been updated/);
        assert.equal(await disk(), `${EDITED_CART}# typed by hand`);
        await untilCode(/round.*# typed by hand/);
      },
    ],
    [
      'asks about unsaved changes even if edits are allowed for the conversation',
      async () => {
        const again = { ...edit, input: { ...edit.input, old_string: 'total', new_string: 'sum_of' } };
        const first = { ...edit, input: { ...again.input, old_string: 'prices):', new_string: 'items):' } };
        const response = editor.workspaceChat([read, first, run('touch pause'), again]);
        await click('Claude wants to edit', 'Allow for This Conversation');
        await permissionRequest('run `touch pause`').waitFor();
        await untilCode(/items\):/);
        await code.first().click();
        await page.keyboard.press('Control+End');
        await page.keyboard.type(', twice');
        await click('run `touch pause`', 'Allow');
        await click('It has unsaved changes', 'Deny');
        assert.match(await answer(response), /did not allow this/);
        assert.doesNotMatch(await disk(), /sum_of|twice/);
        await untilCode(/by hand, twice/);
      },
    ],
    [
      'asks before a command, and runs it only if the user allows it, in the row of the Activity view',
      async () => {
        const denied = editor.workspaceChat([run('touch denied')]);
        await click('Claude wants to run `touch denied` (for sample-client)', 'Deny');
        assert.match(await answer(denied), /did not allow this/);
        const allowed = editor.workspaceChat([run('touch allowed')]);
        await workbench.run('Claude Ollama: Show Activity');
        await activityRow('waiting for you: run touch allowed').hover();
        await activityRow('waiting for you').locator('.action-label.codicon-check').click();
        await answer(allowed);
        await activityRow('1 denied').waitFor();
        await workbench.run('View: Toggle Panel Visibility');
        assert.equal(existsSync(join(editor.folder, 'denied')), false);
        assert.equal(existsSync(join(editor.folder, 'allowed')), true);
      },
    ],
    [
      'shows a hidden permission request again, with the keyboard focus, and does not ask again for what is allowed for the conversation',
      async () => {
        const response = editor.workspaceChat([
          run('echo once >> twice'),
          run('echo more >> twice'),
          run('echo once >> twice'),
        ]);
        await permissionRequest('echo once').waitFor();
        await workbench.run('Notifications: Clear All Notifications');
        await permissionRequest('echo once').waitFor({ state: 'detached' });
        await workbench.run('Claude Ollama: Show Permission Request');
        await permissionRequest('echo once').waitFor();
        await page.waitForFunction(() => document.activeElement?.closest('.notifications-toasts') !== null);
        await click('echo once', 'Allow for This Conversation');
        await click('echo more', 'Allow');
        await answer(response);
        assert.equal(await readFile(join(editor.folder, 'twice'), 'utf8'), 'once\nmore\nonce\n');
      },
    ],
    [
      'shows a long command completely, with buttons in the title of its editor',
      async () => {
        const response = editor.workspaceChat([run(`touch ${'long-'.repeat(80)}end`)]);
        await permissionRequest('The editor shows the command').waitFor();
        const lines = page.locator('.editor-instance .view-line');
        await workbench.until(
          'the command, wrapped',
          async () => (await lines.allInnerTexts()).join(''),
          (text) => text.endsWith('long-end'),
        );
        assert.ok((await lines.count()) > 1);
        await page.locator('.editor-actions .action-label.codicon-close').click();
        assert.match(await answer(response), /did not allow this/);
      },
    ],
    [
      'withdraws a permission request when its client disconnects',
      async () => {
        const client = new AbortController();
        const response = editor
          .workspaceChat([run('touch one\ntouch two')], client.signal)
          .catch(() => 'disconnected');
        await page.locator('.editor-instance', { hasText: 'touch two' }).first().waitFor();
        await permissionRequest('The editor shows the command').waitFor();
        await editor.untilStatus(/Claude asks/);
        client.abort();
        assert.equal(await response, 'disconnected');
        await editor.untilStatus(running);
        await permissionRequest('The editor shows the command').waitFor({ state: 'hidden' });
        await page
          .locator('.editor-instance', { hasText: 'touch two' })
          .first()
          .waitFor({ state: 'detached' });
      },
    ],
    [
      'stops a running command when its client disconnects',
      async () => {
        const client = new AbortController();
        const response = editor
          .workspaceChat([run(`touch started && ${SLEEP}`)], client.signal)
          .then((reply) => reply.text())
          .catch(() => 'disconnected');
        await click(SLEEP, 'Allow');
        await workbench.until('the command', () => isRunning(SLEEP), Boolean);
        client.abort();
        assert.equal(await response, 'disconnected');
        await workbench.until(
          'the command',
          () => isRunning(SLEEP),
          (commandRuns) => !commandRuns,
        );
      },
    ],
    [
      'logs permission requests and replies without file contents',
      async () => {
        const log = await workbench.until(
          'the log',
          () => editor.output(),
          (text) => /withdrawn/.test(text),
        );
        for (const line of [
          /\[context\] sent: cart\.py \(python\)/,
          /\[permission\] asked \(sonnet\): Edit cart\.py/,
          /\[permission\] allowed once: Edit cart\.py/,
          /\[permission\] denied: Edit cart\.py/,
          /\[permission\] withdrawn, because the request has ended: Bash/,
        ]) {
          assert.match(log, line);
        }
        assert.doesNotMatch(log, /round\(sum/);
      },
    ],
  ];
}
