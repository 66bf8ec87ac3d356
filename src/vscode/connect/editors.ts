/** Editors and their extensions as clients. Pure. */
import type { Client, Snippet, Target } from './guide.js';
import { BASE_URL, field, json, keyField, modelField, agentConfiguration, titleOf } from './snippets.js';

const GROUP = 'Editors and Their Extensions';

/** What every model of Claude takes and gives at least, in tokens. */
const INPUT_TOKENS = 168_000;
const OUTPUT_TOKENS = 32_000;

/** The fields of the settings pages that know Ollama. */
const ollamaFields = (target: Target): [Snippet, ...Snippet[]] => [
  field(BASE_URL, target.url),
  modelField(target.model),
  ...keyField(target),
];

/** A group of models as VS Code's chat keeps it; it has no place for a key. */
const chatGroup = ({ base, models }: Target) => ({
  name: 'Claude',
  vendor: 'customendpoint',
  apiType: 'chat-completions',
  models: models.map((model) => ({
    id: model,
    name: titleOf(model),
    url: `${base}/v1/chat/completions`,
    toolCalling: true,
    vision: true,
    maxInputTokens: INPUT_TOKENS,
    maxOutputTokens: OUTPUT_TOKENS,
  })),
});

const CONTINUE_NAME = 'Claude by Ollama';

/** Continue takes names with "claude" for models without tools of their own, unless it is told. */
function continueModel({ url, model, token }: Target): string {
  return [
    `name: ${CONTINUE_NAME}`,
    'provider: ollama',
    `model: ${model}`,
    `apiBase: ${url}`,
    ...(token === undefined ? [] : [`apiKey: ${token}`]),
    'roles: [chat, edit, apply]',
    'capabilities: [tool_use, image_input]',
  ].join('\n');
}

export const EDITORS: readonly Client[] = [
  {
    id: 'vscode',
    title: 'VS Code Chat',
    group: GROUP,
    reach: 'near',
    docs: 'https://code.visualstudio.com/docs/copilot/customization/language-models',
    guide: (target) => ({
      steps: [
        'Open the Chat view and choose Claude in its list of models.',
        'Is it not in the list, as in windows without this extension? Add the group below to the file that "Chat: Open Language Models (JSON)" opens (VS Code 1.122 or newer).',
      ],
      snippets: [json('chatLanguageModels.json', [chatGroup(target)])],
      file: {
        place: { root: 'userData', openedBy: 'workbench.action.openLanguageModelsJson' },
        edit: { kind: 'json', path: [], value: chatGroup(target) },
      },
    }),
  },
  {
    id: 'ollama-extension',
    title: 'Ollama for VS Code',
    group: GROUP,
    reach: 'near',
    docs: 'https://marketplace.visualstudio.com/items?itemName=Ollama.ollama',
    guide: ({ url, token }) => ({
      steps: [
        'Install the extension "Ollama" (Ollama.ollama).',
        'Put the lines below into your settings.',
        'Choose a Claude model in the Chat view.',
      ],
      snippets: [
        json('settings.json', {
          'ollama.endpoint': url,
          ...(token === undefined ? {} : { 'ollama.headers': { Authorization: `Bearer ${token}` } }),
        }),
      ],
      settings: 'ollama.endpoint',
    }),
  },
  {
    id: 'continue',
    title: 'Continue',
    group: GROUP,
    reach: 'near',
    docs: 'https://docs.continue.dev/customize/model-providers/top-level/ollama',
    guide: (target) => {
      const item = continueModel(target);
      const listed = `models:\n  - ${item.replaceAll('\n', '\n    ')}`;
      return {
        steps: [
          'Add the model to the list in ~/.continue/config.yaml.',
          `Choose "${CONTINUE_NAME}" in Continue's list of models. For autocompletion keep another model: Claude is too slow for it.`,
        ],
        snippets: [
          {
            label: 'config.yaml',
            language: 'yaml',
            text: `name: My Assistant\nversion: 1.0.0\nschema: v1\n${listed}`,
          },
        ],
        file: {
          place: { root: 'home', names: ['.continue/config.yaml'] },
          edit: { kind: 'yaml', list: 'models', item },
        },
      };
    },
  },
  {
    id: 'cline',
    title: 'Cline',
    group: GROUP,
    reach: 'near',
    docs: 'https://docs.cline.bot/running-models-locally/ollama',
    guide: (target) => {
      const { model, url, token } = target;
      const provider = {
        settings: {
          provider: 'ollama',
          model,
          baseUrl: url,
          ...(token === undefined ? {} : { apiKey: token }),
        },
        updatedAt: '2026-01-01T00:00:00.000Z',
        tokenSource: 'manual',
      };
      return {
        steps: [
          "In VS Code: Cline's settings, API Provider Ollama, Use custom base URL. Enter the fields below.",
          'On the command line: Cline reads ~/.cline/data/settings/providers.json.',
          'Set the context window to 200000: Cline does not ask for it.',
        ],
        snippets: [
          json('providers.json', { version: 1, lastUsedProvider: 'ollama', providers: { ollama: provider } }),
          ...ollamaFields(target),
        ],
        file: {
          place: { root: 'home', names: ['.cline/data/settings/providers.json'] },
          edit: { kind: 'json', path: ['providers', 'ollama'], value: provider },
        },
      };
    },
  },
  {
    id: 'roo',
    title: 'Roo Code',
    group: GROUP,
    reach: 'near',
    docs: 'https://docs.roocode.com/providers/ollama',
    guide: (target) => ({
      steps: [
        "Open Roo Code's settings, Providers, API Provider Ollama.",
        'Enter the fields below and save.',
      ],
      snippets: ollamaFields(target),
    }),
  },
  {
    id: 'kilo',
    title: 'Kilo Code',
    group: GROUP,
    reach: 'near',
    docs: 'https://kilo.ai/docs/providers/openai-compatible',
    guide: (target) => ({
      steps: [
        "In VS Code: Kilo Code's settings, Providers, OpenAI Compatible, with the base URL, the model and any API key.",
        'On the command line: Kilo reads ~/.config/kilo/kilo.json.',
      ],
      snippets: [
        json('kilo.json', agentConfiguration('https://app.kilo.ai/config.json', target)),
        field(BASE_URL, `${target.url}/v1`),
        modelField(target.model),
        ...keyField(target),
      ],
    }),
  },
  {
    id: 'zed',
    title: 'Zed',
    group: GROUP,
    reach: 'far',
    docs: 'https://zed.dev/docs/ai/use-a-local-model',
    guide: ({ base, models }) => ({
      steps: [
        'Run "zed: open settings file" and add the lines below.',
        "Choose a Claude model in the Agent panel's list.",
      ],
      snippets: [
        json('settings.json', {
          language_models: {
            ollama: {
              api_url: base,
              auto_discover: false,
              available_models: models.map((name) => ({
                name,
                display_name: titleOf(name),
                max_tokens: INPUT_TOKENS + OUTPUT_TOKENS,
                supports_tools: true,
                supports_images: true,
              })),
            },
          },
        }),
      ],
    }),
  },
  {
    id: 'jetbrains',
    title: 'JetBrains AI Assistant',
    group: GROUP,
    reach: 'far',
    docs: 'https://www.jetbrains.com/help/ai-assistant/use-custom-models.html',
    guide: ({ base }) => ({
      steps: [
        'Open Settings, Tools, AI Assistant, Providers & API keys.',
        'Choose the third-party provider Ollama, enter the host URL below and press Test Connection.',
        'Choose a Claude model in the chat.',
      ],
      snippets: [field('Host URL', base)],
    }),
  },
];
