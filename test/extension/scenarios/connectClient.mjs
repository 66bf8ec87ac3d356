// Connects clients by keyboard: copied configurations work unchanged, and files change only after the user has confirmed.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { chmod, lstat, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runCommand } from '../../support/command.mjs';

const OPENCODE_CONFIG = '{\n  // my own\n  "theme": "system",\n}\n';

/**
 * @param {import('../packagedEditor.mjs').PackagedEditor} editor
 * @returns {import('../report.mjs').Step[]}
 */
export function connectClient(editor) {
  const { page, workbench, port, home, configHome, userData } = editor;
  const continueFile = join(home, '.continue/config.yaml');
  const opencodeFile = join(configHome, 'opencode/opencode.json');
  const linkTarget = join(home, 'my-opencode.json');
  const modeOf = async (/** @type {string} */ path) => (await stat(path)).mode & 0o777;
  const chatFile = join(userData, 'User/chatLanguageModels.json');
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  const untilCopied = (/** @type {RegExp} */ pattern) =>
    workbench.until('the clipboard', clipboard, (text) => pattern.test(text));
  const untilConfirmation = (/** @type {string} */ file) =>
    page.locator('.quick-input-title', { hasText: `Apply this change to ${file}?` }).waitFor();
  const input = page.locator('.quick-input-widget input').first();
  let guidesOpened = 0;

  /** Waits until a file is open: an editor that opens later would close the palette. */
  const untilOpen = (/** @type {string} */ file) =>
    page.getByRole('tab', { name: file, exact: true, selected: true }).waitFor();

  /** Does not wait for the palette to close, because the confirmation opens in the same widget. */
  const add = () => workbench.invoke('Claude Ollama: Add to Configuration File…');

  /** Chooses a client from the list, and waits for its guide. */
  async function chooseClient(/** @type {string} */ title) {
    await workbench.runUntilPrompt(
      'Claude Ollama: Connect a Client…',
      'Which client do you want to connect?',
    );
    await input.fill(title);
    await page.keyboard.press('Enter');
    await page
      .getByRole('tab', { name: `Connect ${title}.md` })
      .first()
      .waitFor();
    guidesOpened += 1;
    // A guide of the same client may be open from before: each has another number.
    const guide = page.locator(
      `.monaco-editor.focused[data-uri^="claude-ollama-guide:"][data-uri$="?${guidesOpened}"]`,
    );
    await guide.waitFor();
    await guide.locator('.codelens-decoration', { hasText: 'Copy' }).first().waitFor();
  }

  return [
    [
      'shows a command that is selected for copying and works unchanged',
      async () => {
        await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
        await workbench.run('Notifications: Clear All Notifications');
        const panel = page.locator('.part.panel');
        await panel.getByRole('button', { name: /^Hide Panel/ }).click();
        await panel.waitFor({ state: 'hidden' });
        await workbench.runUntilPrompt(
          'Claude Ollama: Connect a Client…',
          'Which client do you want to connect?',
        );
        const entries = (await workbench.listEntries()).join('\n');
        for (const name of ['VS Code Chat', 'Continue', 'Cline', 'Zed', 'JetBrains']) {
          assert.ok(entries.includes(name), entries);
        }
        await editor.screenshot('connect-1-list');
        await page.keyboard.press('Escape');
        await chooseClient('curl');
        await page.keyboard.press('Control+C');
        const command = await untilCopied(/^curl /);
        await editor.screenshot('connect-2-guide');
        assert.equal(command.split('\n').length, 1);
        const script = command.replace('Why is the sky blue?', 'say: By curl.');
        // curl writes its progress to stderr when its output is not a terminal.
        const answer = JSON.parse(await runCommand('sh', ['-c', `${script} 2>/dev/null`]));
        assert.equal(answer.message.content, 'By curl.');
      },
    ],
    [
      'copies the configuration with the command Copy Configuration',
      async () => {
        await chooseClient('Continue');
        await workbench.run('Claude Ollama: Copy Configuration');
        const text = await untilCopied(/provider: ollama/);
        assert.match(text, new RegExp(`\\n {4}apiBase: http://127\\.0\\.0\\.1:${port}\\n`));
        assert.match(text, /\n {4}model: claude-sonnet\n/);
      },
    ],
    [
      'shows a file change, and writes it only after confirmation',
      async () => {
        await add();
        await untilConfirmation('~/.continue/config.yaml');
        await page.locator('.monaco-diff-editor .line-insert').first().waitFor();
        await editor.screenshot('connect-3-change');
        assert.equal(existsSync(continueFile), false);
        await page.keyboard.press('Enter');
        await workbench.until('the file', () => existsSync(continueFile), Boolean);
        await untilOpen('config.yaml');
        assert.equal(await readFile(continueFile, 'utf8'), `${await clipboard()}\n`);
      },
    ],
    [
      'creates files and folders that only the user can read',
      async () => {
        assert.equal(await modeOf(continueFile), 0o600);
        assert.equal(await modeOf(dirname(continueFile)), 0o700);
      },
    ],
    [
      'says when a file already has the configuration',
      async () => {
        await chooseClient('Continue');
        await add();
        const message = workbench.notification('already contains these lines');
        await message.getByRole('button', { name: 'Show File' }).click();
        await untilOpen('config.yaml');
      },
    ],
    [
      'changes nothing when the user declines, and keeps other content when the user applies the change by keyboard',
      async () => {
        await mkdir(dirname(opencodeFile), { recursive: true });
        await writeFile(linkTarget, OPENCODE_CONFIG);
        await chmod(linkTarget, 0o640);
        await symlink(linkTarget, opencodeFile);
        await chooseClient('opencode');
        await add();
        await untilConfirmation(opencodeFile);
        await page.keyboard.press('ArrowDown');
        await page.keyboard.press('Enter');
        await page.locator('.monaco-diff-editor').waitFor({ state: 'detached' });
        assert.equal(await readFile(opencodeFile, 'utf8'), OPENCODE_CONFIG);
        await chooseClient('opencode');
        await add();
        await untilConfirmation(opencodeFile);
        await page.keyboard.press('Escape');
        await page.locator('.monaco-diff-editor .line-insert').first().waitFor();
        await workbench.run('Claude Ollama: Apply Change');
        const written = () => readFile(opencodeFile, 'utf8');
        const text = await workbench.until('the file', written, (content) => content !== OPENCODE_CONFIG);
        await untilOpen('opencode.json');
        assert.ok(
          text.startsWith('{\n  // my own\n  "theme": "system",\n  "provider": {\n    "claude": {'),
          text,
        );
        // The symbolic link and the file mode are unchanged.
        assert.ok((await lstat(opencodeFile)).isSymbolicLink());
        assert.equal(await modeOf(linkTarget), 0o640);
      },
    ],
    [
      "adds a model to VS Code's chat, whose file only the editor can locate",
      async () => {
        await chooseClient('VS Code Chat');
        await add();
        await untilConfirmation('chatLanguageModels.json');
        await page.keyboard.press('Enter');
        const written = () => readFile(chatFile, 'utf8').catch(() => '');
        const text = await workbench.until('the file', written, (content) =>
          content.includes('customendpoint'),
        );
        const [group] = JSON.parse(text);
        assert.equal(group.models[0].url, `http://127.0.0.1:${port}/v1/chat/completions`);
        await editor.screenshot('connect-4-chat');
      },
    ],
  ];
}
