// A folder that nobody has said to trust yet, and that is full of traps.
import assert from 'node:assert/strict';
import { answerOf } from '../packagedEditor.mjs';
import { everyRequest } from '../requests.mjs';

const AT_ONCE = 8;
const NOTHING = { sprung: [], requests: [] };

/** @returns {[string, () => Promise<void>][]} */
export function trusting(editor, hostile) {
  const { page, workbench, port } = editor;
  const dialog = page.locator('.monaco-dialog-box');

  async function send({ method, path, body, generates }) {
    const response = await fetch(`${editor.base}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { what: `${method} ${path}`, status: response.status, text: await response.text(), generates };
  }

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
        await editor.shot('6-untrusted');
      },
    ],
    [
      'refuses whatever would make Claude work, on every route, and nothing of the folder has any effect',
      async () => {
        const requests = everyRequest();
        assert.ok(requests.length > 100);
        const replies = [];
        for (let start = 0; start < requests.length; start += AT_ONCE) {
          replies.push(...(await Promise.all(requests.slice(start, start + AT_ONCE).map(send))));
        }
        assert.deepEqual(
          replies.filter(
            ({ generates, status, text }) => generates && !(status === 403 && /not trusted/.test(text)),
          ),
          [],
        );
        assert.deepEqual(
          replies.filter(({ status }) => status >= 500),
          [],
        );
        assert.deepEqual(await hostile.starts(), []);
        assert.deepEqual(editor.processes(), []);
        assert.deepEqual(await hostile.effects(), NOTHING);
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
    [
      'lets nothing of a trusted folder have an effect on a plain model',
      async () => {
        assert.notDeepEqual(await hostile.starts(), []);
        assert.deepEqual(await hostile.effects(), NOTHING);
      },
    ],
  ];
}
