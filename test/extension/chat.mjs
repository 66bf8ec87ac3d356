// VS Code's own chat answers through the packaged extension, the real CLI and a stand-in for the model.
import assert from 'node:assert/strict';
import { loadChatModel } from './bundle.mjs';
import { API_PATHS, customName, FILE_NAME, openChatEditor } from './chatEditor.mjs';
import { freePort } from '../support/ports.mjs';
import { runSteps } from './report.mjs';

/** The output panel has room for the last requests beside the chat. */
const VIEWPORT = { width: 1240, height: 800 };
/** As VS Code names it. */
const OLLAMA = 'claude-sonnet:latest';
const SECRET = '"Zwölf 🦙"';
const FILES = { 'notes.txt': `The secret is ${SECRET}.\n` };

/**
 * @param {import('./report.mjs').Report} report
 * @param {import('./host/install.mjs').Host} host
 * @param {string} vsix
 */
export async function runChat(report, host, vsix) {
  report.title(`VS Code ${host.version.vscode}'s own chat`);
  const { startChatModel, chatFile } = await loadChatModel();
  const model = await startChatModel();
  const editor = await openChatEditor({ host, vsix, model, port: await freePort(), files: FILES, chatFile });
  try {
    await runSteps(report, steps(editor, model), () => editor.explain());
  } finally {
    await editor.close();
  }
  await runSteps(report, [['asks for nothing unexpected', () => model.stop()]], () => Promise.resolve(''));
}

const sessionOf = (request) => request.headers['x-claude-code-session-id'];

/** @returns {[string, () => Promise<void>][]} */
function steps(editor, model) {
  return [
    [
      'lists the models, with the provider that it has for Ollama',
      async () => {
        await editor.page.setViewportSize(VIEWPORT);
        await editor.open();
        await editor.untilStatus(new RegExp(`Claude :${editor.port}`));
        await editor.untilListed(OLLAMA);
        await editor.shot('chat-1-models');
        await editor.closeList();
      },
    ],
    [
      'answers',
      async () => {
        await editor.begin(OLLAMA);
        await editor.ask('ask-say: Hello from Claude, in your own editor.');
        await editor.untilAnswer(/Hello from Claude, in your own editor\./);
        await editor.shot('chat-2-answer');
        assert.match(model.requests.at(-1).body.model, /sonnet/);
        await editor.dismiss('internal Ollama language model provider');
      },
    ],
    [
      'reads a file for Claude, in the one live process of the conversation',
      async () => {
        const before = model.requests.length;
        await editor.ask(`ask-read: ${editor.pathOf('notes.txt')}`);
        await editor.untilAnswer(new RegExp(`It says: ${SECRET}`));
        await editor.shot('chat-3-tool');
        const [asked, told, ...more] = model.requests.slice(before);
        assert.deepEqual(more, []);
        assert.ok(asked.body.tools.length > 20, `${asked.body.tools.length} tools`);
        assert.ok(
          told.raw.includes(JSON.stringify(FILES['notes.txt']).slice(1, -3)),
          'the file, word for word',
        );
        const sessions = [...model.requests.slice(0, before), asked, told].map(sessionOf);
        assert.equal(new Set(sessions).size, 1);
      },
    ],
    [
      'says in words that the plan is used up',
      async () => {
        await editor.ask('ask-limit:');
        await editor.untilAnswer(/This request would exceed your account rate limit/);
        await editor.shot('chat-4-limit');
      },
    ],
    [
      'ends the request to the API when it is stopped',
      async () => {
        await editor.ask('ask-count:');
        await editor.untilAnswer(/0 1 2 3/);
        await editor.stopAnswering();
        assert.equal(await model.requests.at(-1).closed, 'client');
        await editor.shot('chat-5-stopped');
      },
    ],
    ...Object.keys(API_PATHS).map((apiType) => [
      `answers as a custom endpoint of the kind ${apiType}`,
      async () => {
        await editor.begin(customName(apiType));
        await editor.ask(`ask-say: By ${apiType}.`);
        await editor.untilAnswer(new RegExp(`By ${apiType}\\.`));
      },
    ]),
    [
      'answers by the file that Connect a Client gives',
      async () => {
        await editor.begin(FILE_NAME);
        await editor.ask('ask-say: By the file.');
        await editor.untilAnswer(/By the file\./);
        assert.match(model.requests.at(-1).body.model, /haiku/);
      },
    ],
    [
      'has asked in the ways that were chosen',
      async () => {
        await editor.workbench.run('Claude Ollama: Show Log');
        for (const path of Object.values(API_PATHS)) {
          await editor.workbench.untilOutput(new RegExp(`POST ${path} `));
        }
      },
    ],
  ];
}
