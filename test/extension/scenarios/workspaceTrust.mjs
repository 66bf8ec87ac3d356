// A hostile folder that is opened untrusted and then trusted.
import assert from 'node:assert/strict';
import { answerOf } from '../packagedEditor.mjs';
import { requestsToEveryRoute } from '../requests.mjs';

const CONCURRENT_REQUESTS = 8;
const NO_EFFECTS = { sprung: [], requests: [] };

/**
 * @param {import('../packagedEditor.mjs').PackagedEditor} editor
 * @param {import('../hostileFolder.ts').HostileFolder} hostile
 * @returns {import('../report.mjs').Step[]}
 */
export function workspaceTrust(editor, hostile) {
  const { page, workbench, port } = editor;
  const dialog = page.locator('.monaco-dialog-box');

  /** @param {import('../requests.mjs').RouteRequest} request */
  async function send({ method, path, body, generates }) {
    const response = await fetch(`${editor.base}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { request: `${method} ${path}`, status: response.status, text: await response.text(), generates };
  }

  return [
    [
      'listens, rejects a chat with a reason, and starts no process',
      async () => {
        await editor.open();
        await dialog.waitFor();
        await editor.untilStatus(new RegExp(`Claude :${port}`));
        const response = await editor.chat('say: no');
        assert.equal(response.status, 403);
        assert.match((await response.json()).error, /not trusted/);
        await editor.screenshot('6-untrusted');
      },
    ],
    [
      'rejects every request that would run Claude, on every route, and no trap in the folder is triggered',
      async () => {
        const requests = requestsToEveryRoute();
        assert.ok(requests.length > 100);
        const replies = [];
        for (let start = 0; start < requests.length; start += CONCURRENT_REQUESTS) {
          replies.push(...(await Promise.all(requests.slice(start, start + CONCURRENT_REQUESTS).map(send))));
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
        assert.deepEqual(await hostile.effects(), NO_EFFECTS);
      },
    ],
    [
      'answers once the folder is trusted',
      async () => {
        await dialog.getByRole('button', { name: /Yes, I trust/ }).click();
        await dialog.waitFor({ state: 'hidden' });
        await workbench.until(
          'the answer',
          () => editor.chat('say: trusted').then((response) => response.status),
          (status) => status === 200,
        );
        assert.equal(await answerOf(await editor.chat('say: trusted')), 'trusted');
        await editor.screenshot('7-trusted');
      },
    ],
    [
      'triggers no trap in the trusted folder when a chat model answers',
      async () => {
        assert.notDeepEqual(await hostile.starts(), []);
        assert.deepEqual(await hostile.effects(), NO_EFFECTS);
      },
    ],
  ];
}
