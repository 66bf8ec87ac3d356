// Opens VS Code with model providers for its chat that use the endpoint: Ollama and custom endpoints.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { retry } from './host/retry.mjs';
import { openPackaged } from './packagedEditor.mjs';

const PICK_TRIES = 5;
const PICK_MS = 5_000;

/** API type of a custom endpoint → path of its requests. */
export const API_PATHS = {
  'chat-completions': '/v1/chat/completions',
  responses: '/v1/responses',
  messages: '/v1/messages',
};

/** Name of the model that uses the API type. */
export const customName = (/** @type {string} */ apiType) => `Claude by ${apiType}`;

/** Model of the file that Connect a Client provides. No other provider has a model of that name. */
const ALIAS = 'claude-by-file';
/** How VS Code displays it. */
export const FILE_MODEL_NAME = 'Claude By File';

/** What a user would add in "Chat: Manage Language Models": the content of chatLanguageModels.json. */
function modelGroups(/** @type {string} */ base, /** @type {string} */ file) {
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
 * @param {Record<string, string>} options.files to create in the open folder: name → content
 */
export async function openChatEditor({ files, ...options }) {
  let folder = '';
  const editor = await openPackaged({
    ...options,
    settings: { 'remote.autoForwardPorts': false, 'claudeOllama.aliases': { [ALIAS]: 'claude-haiku' } },
    async prepare({ userData, workspace }) {
      folder = workspace;
      const base = `http://127.0.0.1:${options.port}`;
      const text = JSON.stringify(modelGroups(base, options.chatFile(base, ALIAS)));
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

  async function pick(/** @type {string} */ model) {
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

    pathOf: (/** @type {string} */ name) => join(folder, name),

    /** Waits for a model in the list of all models. In a new profile, VS Code's chat loads only when it is opened. */
    async untilListed(/** @type {string} */ model) {
      await workbench.run('Chat: Manage Language Models');
      // The list renders visible rows only: filter it.
      await page.getByText('Language Models', { exact: true }).first().waitFor();
      await page.keyboard.type(model);
      await page.getByText(model, { exact: true }).first().waitFor();
    },

    /** Presses Escape twice: the first press may only clear the search. */
    async closeList() {
      for (let press = 1; press <= 2; press += 1) await page.keyboard.press('Escape');
    },

    /** Starts a new conversation with a model, in a new chat editor. */
    async startConversation(/** @type {string} */ model) {
      await workbench.run('Chat: New Chat Editor');
      await workbench.until(
        'the old conversation',
        () => answers.count(),
        (count) => count === 0,
      );
      // The model picker stays empty when it opens while the layout is still changing.
      await retry(
        PICK_TRIES,
        () => pick(model),
        () => page.keyboard.press('Escape'),
      );
    },

    async ask(/** @type {string} */ text) {
      await input.click();
      await page.keyboard.type(text);
      await page.keyboard.press('Enter');
    },

    untilAnswer: (/** @type {RegExp} */ pattern) =>
      workbench.until('the answer', answer, (text) => pattern.test(text)),

    /** Waits for a notification and disables it, because it covers the chat. */
    async dismiss(/** @type {string} */ text) {
      const message = workbench.notification(text);
      await message.getByRole('button', { name: /^Don.t Show Again$/ }).click();
      await message.waitFor({ state: 'hidden' });
    },

    /** Clicks the button that stops the answer. */
    stopAnswering: () => session.locator('.chat-input-container a.codicon-stop-circle').click(),
  };
}
