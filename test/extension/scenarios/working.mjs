// Claude at work in the open folder, for a plain Ollama client: the person is asked, and answers.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { answerOf, ITEM } from '../packagedEditor.mjs';

const CART = `"""The cart of the shop."""


def total(prices):
    return sum(prices)
`;
const CHANGED = CART.replace('sum(prices)', 'round(sum(prices), 2)');
const SECRET = 'PASSWORD=of-the-shop';
const SLEEP = 'sleep 998877';

const read = { name: 'Read', input: { file_path: 'cart.py' } };
const edit = {
  name: 'Edit',
  input: { file_path: 'cart.py', old_string: 'sum(prices)', new_string: 'round(sum(prices), 2)' },
};
const run = (command) => ({ name: 'Bash', input: { command } });

/** What the editor must be opened with. */
export const WORKING = {
  settings: {
    'claudeOllama.workspace.permissions': 'ask',
    // In a browser the editor saves by itself.
    'files.autoSave': 'off',
    'remote.autoForwardPorts': false,
  },
  async prepare({ workspace }) {
    await writeFile(join(workspace, 'cart.py'), CART);
    await writeFile(join(workspace, '.env'), SECRET);
  },
};

/** Whether a process of that command line lives. Linux only. */
function lives(command) {
  return readdirSync('/proc').some((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      return readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() === command;
    } catch {
      return false;
    }
  });
}

/** @returns {[string, () => Promise<void>][]} */
export function working(editor) {
  const { page, workbench, model } = editor;
  const file = join(editor.folder, 'cart.py');
  const disk = () => readFile(file, 'utf8');
  const running = new RegExp(`Claude :${editor.port}`);
  const question = (text) => workbench.notification(text);
  const answer = (text, button) => question(text).getByRole('button', { name: button, exact: true }).click();
  const code = page.locator('.editor-instance[data-mode-id=python] .view-lines');
  const diff = page.locator('.monaco-diff-editor');
  /** Without what the editor puts between words. */
  const textOf = async (locator) => ((await locator.first().textContent()) ?? '').replaceAll('\u00a0', ' ');
  const untilCode = (pattern) =>
    workbench.until(
      'the open file',
      () => textOf(code),
      (text) => pattern.test(text),
    );
  const told = async (response) => answerOf(await response);

  return [
    [
      'lists each model for work in the folder, too',
      async () => {
        await editor.open();
        await editor.untilStatus(running);
        const { models } = await (await fetch(`${editor.base}/api/tags`)).json();
        assert.ok(models.some(({ name }) => name === 'claude-sonnet:workspace'));
      },
    ],
    [
      'reads a file and answers, without a question',
      async () => {
        await page.getByRole('treeitem', { name: 'cart.py' }).dblclick();
        await untilCode(/def total/);
        const response = await editor.work([read]);
        assert.equal(response.status, 200);
        assert.match(await answerOf(response), /It gave: .*return sum\(prices\)/);
      },
    ],
    [
      'tells Claude what is open in the editor, and nothing of a secret file',
      async () => {
        const sent = async () => {
          await told(editor.work([]));
          return /<editor-context>.*?<\/editor-context>/.exec(model.requests.at(-1).raw)?.[0];
        };
        // The extension hears a moment later of what is done in the editor.
        const untilBlock = (fits) => workbench.until('the block', sent, fits);
        await untilBlock((block) => /looking at cart\.py \(python\)/.test(block));
        await code.first().click();
        await page.keyboard.press('Control+Home');
        await page.keyboard.press('Shift+End');
        await untilBlock((block) => /Selected, lines 1-1:\\n.*The cart of the shop/.test(block));
        await page.getByRole('treeitem', { name: '.env' }).dblclick();
        await untilBlock((block) => block === undefined);
        await page.getByRole('treeitem', { name: 'cart.py' }).dblclick();
        await untilBlock((block) => /looking at cart\.py/.test(block));
        assert.ok(model.requests.every(({ raw }) => !raw.includes(SECRET)));
      },
    ],
    [
      'asks before an edit, and shows it as a comparison',
      async () => {
        const response = editor.work([read, edit]);
        await question('Claude wants to edit cart.py, for sample-client/1.0').waitFor();
        await diff.getByText('round(sum(prices), 2)').first().waitFor();
        await editor.untilStatus(/Claude asks/);
        await editor.shot('9-question');
        assert.equal(await disk(), CART);
        await answer('Claude wants to edit', 'Allow');
        assert.match(await told(response), /It gave: .*cart\.py has been updated/);
        assert.equal(await disk(), CHANGED);
      },
    ],
    [
      'puts everything away that belongs to the question, and shows the changed file',
      async () => {
        await editor.untilStatus(running);
        await diff.waitFor({ state: 'detached' });
        await untilCode(/round\(sum\(prices\), 2\)/);
      },
    ],
    [
      "lets the person undo Claude's edit as their own",
      async () => {
        await code.first().click();
        await page.keyboard.press('Control+Z');
        await untilCode(/return sum\(prices\)/);
        await page.keyboard.press('Control+S');
        await workbench.until('the file', disk, (text) => text === CART);
      },
    ],
    [
      'tells the model when an edit is denied, and does not make it',
      async () => {
        const response = editor.work([read, edit]);
        await answer('Claude wants to edit', 'Deny');
        assert.match(await told(response), /did not allow this/);
        assert.equal(await disk(), CART);
        await diff.waitFor({ state: 'detached' });
      },
    ],
    [
      'saves what the person has typed before Claude edits the file, and both are kept',
      async () => {
        await code.first().click();
        await page.keyboard.press('Control+End');
        await page.keyboard.type('# typed by hand');
        const response = editor.work([read, edit]);
        await question('It has unsaved changes').waitFor();
        assert.equal(await disk(), CART);
        await editor.shot('10-unsaved');
        await answer('It has unsaved changes', 'Save and Allow');
        assert.match(await told(response), /has been updated/);
        assert.equal(await disk(), `${CHANGED}# typed by hand`);
        await untilCode(/round.*# typed by hand/);
      },
    ],
    [
      'asks about changes that are not saved, although edits are allowed for the conversation',
      async () => {
        const again = { ...edit, input: { ...edit.input, old_string: 'total', new_string: 'sum_of' } };
        const first = { ...edit, input: { ...again.input, old_string: 'prices):', new_string: 'items):' } };
        const response = editor.work([read, first, run('touch pause'), again]);
        await answer('Claude wants to edit', 'Allow for This Conversation');
        await question('The command: touch pause').waitFor();
        await untilCode(/items\):/);
        await code.first().click();
        await page.keyboard.press('Control+End');
        await page.keyboard.type(', twice');
        await answer('The command: touch pause', 'Allow');
        await answer('It has unsaved changes', 'Deny');
        assert.match(await told(response), /did not allow this/);
        assert.doesNotMatch(await disk(), /sum_of|twice/);
        await untilCode(/by hand, twice/);
      },
    ],
    [
      'asks before a command, runs it when it is allowed, and not when it is denied',
      async () => {
        const denied = editor.work([run('touch denied')]);
        await question('The command: touch denied').waitFor();
        await answer('The command: touch denied', 'Deny');
        assert.match(await told(denied), /did not allow this/);
        const allowed = editor.work([run('touch allowed')]);
        await answer('The command: touch allowed', 'Allow');
        await told(allowed);
        assert.equal(existsSync(join(editor.folder, 'denied')), false);
        assert.equal(existsSync(join(editor.folder, 'allowed')), true);
      },
    ],
    [
      'shows a question again that was put aside, and does not ask twice what is allowed for the conversation',
      async () => {
        const response = editor.work([
          run('echo once >> twice'),
          run('echo more >> twice'),
          run('echo once >> twice'),
        ]);
        await question('echo once').waitFor();
        await workbench.run('Notifications: Clear All Notifications');
        await question('echo once').waitFor({ state: 'detached' });
        await workbench.statusItem(ITEM).locator('a').first().click();
        await answer('echo once', 'Allow for This Conversation');
        await answer('echo more', 'Allow');
        await told(response);
        assert.equal(await readFile(join(editor.folder, 'twice'), 'utf8'), 'once\nmore\nonce\n');
      },
    ],
    [
      'withdraws a question when its client leaves',
      async () => {
        const client = new AbortController();
        const response = editor.work([run('touch one\ntouch two')], client.signal).catch(() => 'left');
        await page.locator('.editor-instance', { hasText: 'touch two' }).first().waitFor();
        await question('The command: see the editor').waitFor();
        await editor.untilStatus(/Claude asks/);
        client.abort();
        assert.equal(await response, 'left');
        await editor.untilStatus(running);
        await question('The command: see the editor').waitFor({ state: 'hidden' });
        await page
          .locator('.editor-instance', { hasText: 'touch two' })
          .first()
          .waitFor({ state: 'detached' });
      },
    ],
    [
      'stops a running command when its client leaves, with nothing left',
      async () => {
        const client = new AbortController();
        const response = editor
          .work([run(`touch started && ${SLEEP}`)], client.signal)
          .then((reply) => reply.text())
          .catch(() => 'left');
        await answer(SLEEP, 'Allow');
        await workbench.until('the command', () => lives(SLEEP), Boolean);
        client.abort();
        assert.equal(await response, 'left');
        await workbench.until(
          'the command',
          () => lives(SLEEP),
          (left) => !left,
        );
      },
    ],
    [
      'has questions and answers in the log, without contents',
      async () => {
        const log = await workbench.until('the log', editor.output, (text) => /withdrawn/.test(text));
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
