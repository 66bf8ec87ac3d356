// Clients are connected by keyboard, in an editor whose server runs: what is copied works as it is, and files change only after a yes.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { chmod, lstat, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runCommand } from '../../support/command.mjs';

const OPENCODE = '{\n  // my own\n  "theme": "system",\n}\n';

/** @returns {[string, () => Promise<void>][]} */
export function connecting(editor) {
  const { page, workbench, port, home, config, userData } = editor;
  const continueFile = join(home, '.continue/config.yaml');
  const opencodeFile = join(config, 'opencode/opencode.json');
  const ownFile = join(home, 'my-opencode.json');
  const modeOf = async (path) => (await stat(path)).mode & 0o777;
  const chatFile = join(userData, 'User/chatLanguageModels.json');
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  const untilCopied = (pattern) => workbench.until('the clipboard', clipboard, (text) => pattern.test(text));
  const untilAsked = (file) =>
    page.locator('.quick-input-title', { hasText: `Write this change to ${file}?` }).waitFor();
  const input = page.locator('.quick-input-widget input').first();

  /** Waits for a file to be open: an editor that comes later takes the palette away. */
  const untilOpen = (file) => page.getByRole('tab', { name: file, exact: true, selected: true }).waitFor();

  /** The list of answers may open in the palette's place. */
  const add = () => workbench.enter('Claude Ollama: Add the Lines to My File…');

  /** Chooses a client from the list, and waits for its document. */
  async function choose(title) {
    await workbench.runAsking('Claude Ollama: Connect a Client…', 'Which program shall talk to Claude?');
    await input.fill(title);
    await page.keyboard.press('Enter');
    await page
      .getByRole('tab', { name: `Connect ${title}.md` })
      .first()
      .waitFor();
    await page.locator('.codelens-decoration', { hasText: 'Copy' }).first().waitFor();
  }

  return [
    [
      'shows what to enter, selected, so that the keyboard copies it; and it works as it is',
      async () => {
        await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
        await workbench.run('Notifications: Clear All Notifications');
        const panel = page.locator('.part.panel');
        await panel.getByRole('button', { name: /^Hide Panel/ }).click();
        await panel.waitFor({ state: 'hidden' });
        await workbench.runAsking('Claude Ollama: Connect a Client…', 'Which program shall talk to Claude?');
        const entries = (await workbench.listEntries()).join('\n');
        for (const name of ['VS Code Chat', 'Continue', 'Cline', 'Zed', 'JetBrains']) {
          assert.ok(entries.includes(name), entries);
        }
        await editor.shot('connect-1-list');
        await page.keyboard.press('Escape');
        await choose('curl');
        await page.keyboard.press('Control+C');
        const command = await untilCopied(/^curl /);
        await editor.shot('connect-2-guide');
        assert.equal(command.split('\n').length, 1);
        const asked = command.replace('Why is the sky blue?', 'say: By curl.');
        // Without the progress that curl tells where no terminal is.
        const answer = JSON.parse(await runCommand('sh', ['-c', `${asked} 2>/dev/null`]));
        assert.equal(answer.message.content, 'By curl.');
      },
    ],
    [
      'copies by its command too',
      async () => {
        await choose('Continue');
        await workbench.run('Claude Ollama: Copy the Lines for This Client');
        const text = await untilCopied(/provider: ollama/);
        assert.match(text, new RegExp(`\\n {4}apiBase: http://127\\.0\\.0\\.1:${port}\\n`));
        assert.match(text, /\n {4}model: claude-sonnet\n/);
      },
    ],
    [
      'shows a change of a file, and writes it only after a yes',
      async () => {
        await add();
        await untilAsked('~/.continue/config.yaml');
        await page.locator('.monaco-diff-editor .line-insert').first().waitFor();
        await editor.shot('connect-3-change');
        assert.equal(existsSync(continueFile), false);
        await page.keyboard.press('Enter');
        await workbench.until('the file', () => existsSync(continueFile), Boolean);
        await untilOpen('config.yaml');
        assert.equal(await readFile(continueFile, 'utf8'), `${await clipboard()}\n`);
      },
    ],
    [
      'makes files, and folders for them, that only the person can read',
      async () => {
        assert.equal(await modeOf(continueFile), 0o600);
        assert.equal(await modeOf(dirname(continueFile)), 0o700);
      },
    ],
    [
      'says that a file has the lines already',
      async () => {
        await choose('Continue');
        await add();
        const message = workbench.notification('has these lines already');
        await message.getByRole('button', { name: 'Show File' }).click();
        await untilOpen('config.yaml');
      },
    ],
    [
      "leaves a file as it is after a no, and keeps what is the person's own after a yes by keyboard",
      async () => {
        await mkdir(dirname(opencodeFile), { recursive: true });
        await writeFile(ownFile, OPENCODE);
        await chmod(ownFile, 0o640);
        await symlink(ownFile, opencodeFile);
        await choose('opencode');
        await add();
        await untilAsked(opencodeFile);
        await page.keyboard.press('ArrowDown');
        await page.keyboard.press('Enter');
        await page.locator('.monaco-diff-editor').waitFor({ state: 'detached' });
        assert.equal(await readFile(opencodeFile, 'utf8'), OPENCODE);
        await choose('opencode');
        await add();
        await untilAsked(opencodeFile);
        await page.keyboard.press('Escape');
        await page.locator('.monaco-diff-editor .line-insert').first().waitFor();
        await workbench.run('Claude Ollama: Write This Change');
        const written = () => readFile(opencodeFile, 'utf8');
        const text = await workbench.until('the file', written, (now) => now !== OPENCODE);
        await untilOpen('opencode.json');
        assert.ok(
          text.startsWith('{\n  // my own\n  "theme": "system",\n  "provider": {\n    "claude": {'),
          text,
        );
        // The link that the person has made, and who may read the file.
        assert.ok((await lstat(opencodeFile)).isSymbolicLink());
        assert.equal(await modeOf(ownFile), 0o640);
      },
    ],
    [
      "adds to the file of VS Code's own chat, which only the editor can find",
      async () => {
        await choose('VS Code Chat');
        await add();
        await untilAsked('chatLanguageModels.json');
        await page.keyboard.press('Enter');
        const written = () => readFile(chatFile, 'utf8').catch(() => '');
        const text = await workbench.until('the file', written, (now) => now.includes('customendpoint'));
        const [group] = JSON.parse(text);
        assert.equal(group.models[0].url, `http://127.0.0.1:${port}/v1/chat/completions`);
        await editor.shot('connect-4-chat');
      },
    ],
  ];
}
