// A VS Code whose own chat knows the endpoint as a provider of models.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repeatedly } from './host/repeatedly.mjs';
import { openPackaged } from './packagedEditor.mjs';

const PICK_TRIES = 5;
const PICK_MS = 5_000;

/** Kinds of API that a custom endpoint may have → where it is asked. */
export const API_PATHS = {
  'chat-completions': '/v1/chat/completions',
  responses: '/v1/responses',
  messages: '/v1/messages',
};

/** The name of the model that is asked in that way. */
export const customName = (apiType) => `Claude by ${apiType}`;

/** A name that no other provider has: the one in the file that Connect a Client gives. */
const ALIAS = 'claude-by-file';
export const FILE_NAME = 'Claude By File';

/** What a person adds under "Chat: Manage Language Models". */
function groups(base, file) {
  const custom = Object.entries(API_PATHS).map(([apiType, path]) => ({
    name: `Custom ${apiType}`,
    vendor: 'customendpoint',
    apiType,
    models: [
      {
        id: 'claude-haiku',
        name: customName(apiType),
        url: `${base}${path}`,
        toolCalling: true,
        vision: true,
        maxInputTokens: 128_000,
        maxOutputTokens: 16_000,
      },
    ],
  }));
  return [{ name: 'Ollama', vendor: 'ollama', url: base }, ...custom, ...JSON.parse(file)];
}

/**
 * @param {object} options
 * @param {import('./host/install.mjs').Host} options.host
 * @param {string} options.vsix
 * @param {import("./model.ts").Model} options.model
 * @param {number} options.port
 * @param {typeof import('./chatModel.ts').chatFile} options.chatFile
 * @param {Record<string, string>} options.files of the folder that is open: name → text
 */
export async function openChatEditor({ files, ...options }) {
  let folder = '';
  const editor = await openPackaged({
    ...options,
    settings: { 'remote.autoForwardPorts': false, 'claudeOllama.aliases': { [ALIAS]: 'claude-haiku' } },
    async prepare({ userData, workspace }) {
      folder = workspace;
      const base = `http://127.0.0.1:${options.port}`;
      const text = JSON.stringify(groups(base, options.chatFile(base, ALIAS)));
      await writeFile(join(userData, 'User/chatLanguageModels.json'), text);
      for (const [name, content] of Object.entries(files)) await writeFile(join(workspace, name), content);
    },
  });
  const { page, workbench } = editor;
  const session = page.locator('.interactive-session').filter({ visible: true });
  const input = session.locator('.chat-input-container .monaco-editor').first();
  const picker = session.locator('.model-picker-name').first();
  const answers = session.locator('.interactive-item-container.interactive-response');
  const answer = async () => {
    const text = await answers
      .last()
      .innerText({ timeout: 1000 })
      .catch(() => '');
    return text.replaceAll('\u00a0', ' ');
  };

  async function pick(model) {
    await picker.click();
    await page.getByPlaceholder('Search models').fill(model);
    await page
      .locator('.action-widget .monaco-list-row', { hasText: model })
      .first()
      .click({ timeout: PICK_MS });
    await picker.filter({ hasText: model }).waitFor({ timeout: PICK_MS });
  }

  return {
    ...editor,

    pathOf: (name) => join(folder, name),

    /** Waits for a model in the list of all models. VS Code's chat is asleep on a new profile until it is opened. */
    async untilListed(model) {
      await workbench.run('Chat: Manage Language Models');
      // The list shows no more than fits: what is looked for may be further down.
      await page.getByText('Language Models', { exact: true }).first().waitFor();
      await page.keyboard.type(model);
      await page.getByText(model, { exact: true }).first().waitFor();
    },

    /** The first Escape may only empty the search. */
    async closeList() {
      for (let press = 1; press <= 2; press += 1) await page.keyboard.press('Escape');
    },

    /** Starts a new conversation with a model, in an editor of its own. */
    async begin(model) {
      await workbench.run('Chat: New Chat Editor');
      await workbench.until(
        'the old conversation',
        () => answers.count(),
        (count) => count === 0,
      );
      // A list that opens while the editor is still moving is empty.
      await repeatedly(
        PICK_TRIES,
        () => pick(model),
        () => page.keyboard.press('Escape'),
      );
    },

    async ask(text) {
      await input.click();
      await page.keyboard.type(text);
      await page.keyboard.press('Enter');
    },

    untilAnswer: (pattern) => workbench.until('the answer', answer, (text) => pattern.test(text)),

    /** Waits for a message, and never wants to see it again: it lies over the chat. */
    async dismiss(text) {
      const message = workbench.notification(text);
      await message.getByRole('button', { name: /^Don.t Show Again$/ }).click();
      await message.waitFor({ state: 'hidden' });
    },

    /** Presses the button that ends the answer. */
    stopAnswering: () => session.locator('.chat-input-container a.codicon-stop-circle').click(),
  };
}
