// A folder that nobody has said to trust yet.
import assert from 'node:assert/strict';
import { answerOf } from '../packagedEditor.mjs';

/** @returns {[string, () => Promise<void>][]} */
export function trusting(editor) {
  const { page, workbench, port } = editor;
  const dialog = page.locator('.monaco-dialog-box');
  return [
    [
      'listens, refuses chats with a reason, and starts no process',
      async () => {
        await editor.open();
        await dialog.waitFor();
        await editor.untilStatus(new RegExp(`Claude :${port}`));
        const response = await editor.chat('say: no');
        assert.equal(response.status, 403);
        assert.match((await response.json()).error, /not trusted/);
        assert.equal((await editor.work([])).status, 403);
        assert.deepEqual(editor.processes(), []);
        await editor.shot('6-untrusted');
      },
    ],
    [
      'answers as soon as the folder is trusted',
      async () => {
        await dialog.getByRole('button', { name: /Yes, I trust/ }).click();
        await dialog.waitFor({ state: 'hidden' });
        await workbench.until(
          'the answer',
          () => editor.chat('say: trusted').then((response) => response.status),
          (status) => status === 200,
        );
        assert.equal(await answerOf(await editor.chat('say: trusted')), 'trusted');
        await editor.shot('7-trusted');
      },
    ],
  ];
}
