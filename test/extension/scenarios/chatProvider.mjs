// VS Code's chat with the extension's own model provider, in a new profile without further setup.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const SECRET = '"Zwölf"';

/**
 * @param {import('../packagedEditor.mjs').PackagedEditor} editor
 * @param {import('../model.ts').Model} model
 * @returns {import('../report.mjs').Step[]}
 */
export function chatProvider(editor, model) {
  const { page, workbench } = editor;
  const session = page.locator('.interactive-session').filter({ visible: true });
  const input = session.locator('.chat-input-container .monaco-editor').first();
  const answer = session.locator('.interactive-item-container.interactive-response').last();
  const ask = async (/** @type {string} */ text) => {
    await input.click();
    await page.keyboard.type(text);
    await page.keyboard.press('Enter');
  };
  return [
    [
      'opens the chat with Claude selected, without a sign-in dialog',
      async () => {
        await editor.open();
        await editor.untilStatus(new RegExp(`Claude :${editor.port}`));
        await workbench.run('Claude Ollama: Open Chat');
        await session.locator('.model-picker-name', { hasText: 'Claude' }).first().waitFor();
        await page.getByRole('dialog').waitFor({ state: 'hidden' });
      },
    ],
    [
      'shows an answer in the chat',
      async () => {
        await ask('ask-say: Hello from your own Claude.');
        await answer.filter({ hasText: 'Hello from your own Claude.' }).waitFor();
      },
    ],
    [
      'uses the tools of VS Code',
      async () => {
        const file = join(editor.workspace, 'notes.txt');
        await writeFile(file, `The secret is ${SECRET}.\n`);
        await ask(`ask-read: ${file}`);
        await answer.filter({ hasText: `It says: ${SECRET}` }).waitFor();
        assert.ok((model.requests.at(-1)?.body.tools?.length ?? 0) > 20);
        await editor.screenshot('chat-provider');
      },
    ],
    [
      'shows an error without a stack trace when the limit of the plan is reached',
      async () => {
        await ask('ask-limit:');
        const text = await answer.filter({ hasText: 'rate limit' }).innerText();
        assert.doesNotMatch(text, /\bat .*:\d+:\d+|\.cjs/);
        await editor.screenshot('chat-provider-limit');
      },
    ],
    [
      'keeps the models and answers while the server is stopped, because the chat needs no port',
      async () => {
        await workbench.run('Claude Ollama: Stop');
        await editor.untilStatus(/Claude off/);
        await ask('ask-say: Without the port.');
        await answer.filter({ hasText: 'Without the port.' }).waitFor();
        await workbench.run('Claude Ollama: Start');
        await editor.untilStatus(new RegExp(`Claude :${editor.port}`));
      },
    ],
  ];
}
