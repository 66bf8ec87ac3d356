// Tests VS Code's chat with its Ollama provider and with custom endpoints, through the packaged extension, the real CLI and
// a stand-in for the model.
import assert from 'node:assert/strict';
import { loadChatModel } from './bundle.mjs';
import { API_PATHS, customName, FILE_MODEL_NAME, openChatEditor } from './chatEditor.mjs';
import { freePort } from '../support/ports.mjs';
import { runSteps } from './report.mjs';

/** Wide enough to show the output panel's last requests beside the chat. */
const VIEWPORT = { width: 1240, height: 800 };
/** Name of the model in VS Code's Ollama provider. */
const OLLAMA_MODEL = 'claude-sonnet:latest';
const SECRET = '"Zwölf 🦙"';
const FILES = { 'notes.txt': `The secret is ${SECRET}.\n` };

/**
 * @param {import('./report.mjs').Report} report
 * @param {import('./host/install.mjs').Host} host
 * @param {string} vsix
 */
export async function runChat(report, host, vsix) {
  report.title(`the chat of VS Code ${host.version.vscode}`);
  const { startChatModel, chatFile } = await loadChatModel();
  const model = await startChatModel();
  const editor = await openChatEditor({ host, vsix, model, port: await freePort(), files: FILES, chatFile });
  try {
    await runSteps(report, steps(editor, model), () => editor.failureDetails());
  } finally {
    await editor.close();
  }
  await runSteps(report, [['sends the model no unexpected request', () => model.stop()]], () =>
    Promise.resolve(''),
  );
}

/** @param {import('../standin/server.js').StandInRequest | undefined} request */
const sessionOf = (request) => request?.headers['x-claude-code-session-id'];

/**
 * @param {Awaited<ReturnType<typeof openChatEditor>>} editor
 * @param {import('./model.ts').Model} model
 * @returns {import('./report.mjs').Step[]}
 */
function steps(editor, model) {
  const apiTypes = /** @type {(keyof typeof API_PATHS)[]} */ (Object.keys(API_PATHS));
  return [
    [
      'lists the models of its Ollama provider',
      async () => {
        await editor.page.setViewportSize(VIEWPORT);
        await editor.open();
        await editor.untilStatus(new RegExp(`Claude :${editor.port}`));
        await editor.untilListed(OLLAMA_MODEL);
        await editor.screenshot('chat-1-models');
        await editor.closeList();
      },
    ],
    [
      'shows the answer of an Ollama model',
      async () => {
        await editor.startConversation(OLLAMA_MODEL);
        await editor.ask('ask-say: Hello from Claude, in your own editor.');
        await editor.untilAnswer(/Hello from Claude, in your own editor\./);
        await editor.screenshot('chat-2-answer');
        assert.match(model.requests.at(-1)?.body.model ?? '', /sonnet/);
        await editor.dismiss('internal Ollama language model provider');
      },
    ],
    [
      'runs tool calls in the editor, and keeps the conversation in one process',
      async () => {
        const before = model.requests.length;
        await editor.ask(`ask-read: ${editor.pathOf('notes.txt')}`);
        await editor.untilAnswer(new RegExp(`It says: ${SECRET}`));
        await editor.screenshot('chat-3-tool');
        const [call, result, ...more] = model.requests.slice(before);
        assert.deepEqual(more, []);
        const tools = call?.body.tools?.length ?? 0;
        assert.ok(tools > 20, `${tools} tools`);
        assert.ok(
          result?.raw.includes(JSON.stringify(FILES['notes.txt']).slice(1, -3)),
          'the tool result has the exact file contents',
        );
        const sessions = [...model.requests.slice(0, before), call, result].map(sessionOf);
        assert.equal(new Set(sessions).size, 1);
      },
    ],
    [
      'shows an error message when the plan limit is reached',
      async () => {
        await editor.ask('ask-limit:');
        await editor.untilAnswer(/This request would exceed your account rate limit/);
        await editor.screenshot('chat-4-limit');
      },
    ],
    [
      'cancels the API request when the user stops the answer',
      async () => {
        await editor.ask('ask-count:');
        await editor.untilAnswer(/0 1 2 3/);
        await editor.stopAnswering();
        assert.equal(await model.requests.at(-1)?.closed, 'client');
        await editor.screenshot('chat-5-stopped');
      },
    ],
    ...apiTypes.map(
      (apiType) =>
        /** @type {import('./report.mjs').Step} */ ([
          `shows the answer of a custom endpoint with the API type ${apiType}`,
          async () => {
            await editor.startConversation(customName(apiType));
            await editor.ask(`ask-say: By ${apiType}.`);
            await editor.untilAnswer(new RegExp(`By ${apiType}\\.`));
          },
        ]),
    ),
    [
      'shows the answer of the model from the file that Connect a Client provides',
      async () => {
        await editor.startConversation(FILE_MODEL_NAME);
        await editor.ask('ask-say: By the file.');
        await editor.untilAnswer(/By the file\./);
        assert.match(model.requests.at(-1)?.body.model ?? '', /haiku/);
      },
    ],
    [
      'sent a request to the path of each API type',
      async () => {
        await editor.workbench.run('Claude Ollama: Show Log');
        for (const path of Object.values(API_PATHS)) {
          await editor.workbench.untilOutput(new RegExp(`POST ${path} `));
        }
      },
    ],
  ];
}
