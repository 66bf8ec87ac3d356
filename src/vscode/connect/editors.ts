/** The guides for editors and their extensions. Pure. */
import type { Client, Snippet, Target } from './guide.js';
import {
  BASE_URL,
  displayName,
  fieldSnippet,
  jsonSnippet,
  keySnippets,
  modelSnippet,
  opencodeConfiguration,
} from './snippets.js';
import { t } from '../platform/localize.js';

const GROUP = 'Editors and Extensions';

/** Limits, in tokens, that every model of Claude has at least. */
const INPUT_TOKENS = 168_000;
const OUTPUT_TOKENS = 32_000;

/** The fields of a settings page for Ollama. */
const ollamaFields = (target: Target): [Snippet, ...Snippet[]] => [
  fieldSnippet(BASE_URL, target.url),
  modelSnippet(target.model),
  ...keySnippets(target),
];

/** A group of models in VS Code's `chatLanguageModels.json`, which has no field for an API key. */
const chatModelGroup = ({ authUrl, models }: Target) => ({
  name: 'Claude',
  vendor: 'customendpoint',
  apiType: 'chat-completions',
  models: models.map((model) => ({
    id: model,
    name: displayName(model),
    url: `${authUrl}/v1/chat/completions`,
    toolCalling: true,
    vision: true,
    maxInputTokens: INPUT_TOKENS,
    maxOutputTokens: OUTPUT_TOKENS,
  })),
});

const CONTINUE_MODEL_NAME = 'Claude by Ollama';

/** Lists the capabilities, because Continue otherwise assumes none for an Ollama model with "claude" in its name. */
function continueModel({ url, model, token }: Target): string {
  return [
    `name: ${CONTINUE_MODEL_NAME}`,
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
    docs: 'https://code.visualstudio.com/docs/copilot/customization/language-models',
    guide: (target) => ({
      steps: [
        t(
          'Run "Claude Ollama: Open Chat" and choose a Claude model in the model list. The first time, this also switches VS Code\'s chat on, without a GitHub sign-in.',
        ),
        t(
          'In a window without this extension: run "Chat: Open Language Models (JSON)" (VS Code 1.122 or newer) and add the group below.',
        ),
      ],
      snippets: [jsonSnippet('chatLanguageModels.json', [chatModelGroup(target)])],
      file: {
        location: { root: 'userData', openCommand: 'workbench.action.openLanguageModelsJson' },
        edit: { kind: 'json', path: [], value: chatModelGroup(target) },
      },
    }),
  },
  {
    id: 'ollama-extension',
    title: 'Ollama for VS Code',
    group: GROUP,
    docs: 'https://marketplace.visualstudio.com/items?itemName=Ollama.ollama',
    guide: ({ url, token }) => ({
      steps: [
        t('Install the extension "Ollama" (Ollama.ollama).'),
        t('Add the lines below to your settings.json.'),
        t('Open the Chat view and choose a Claude model.'),
      ],
      snippets: [
        jsonSnippet('settings.json', {
          'ollama.endpoint': url,
          ...(token === undefined ? {} : { 'ollama.headers': { Authorization: `Bearer ${token}` } }),
        }),
      ],
      settingsQuery: 'ollama.endpoint',
    }),
  },
  {
    id: 'continue',
    title: 'Continue',
    group: GROUP,
    docs: 'https://docs.continue.dev/customize/model-providers/top-level/ollama',
    guide: (target) => {
      const item = continueModel(target);
      const modelList = `models:\n  - ${item.replaceAll('\n', '\n    ')}`;
      return {
        steps: [
          t('Add the model below to the "models" list in ~/.continue/config.yaml.'),
          t('Choose "{0}" in Continue\'s model list.', CONTINUE_MODEL_NAME),
          t('Keep another model for autocompletion: Claude is too slow for it.'),
        ],
        snippets: [
          {
            label: 'config.yaml',
            language: 'yaml',
            text: `name: My Assistant\nversion: 1.0.0\nschema: v1\n${modelList}`,
          },
        ],
        file: {
          location: { root: 'home', names: ['.continue/config.yaml'] },
          edit: { kind: 'yaml', list: 'models', item },
        },
      };
    },
  },
  {
    id: 'cline',
    title: 'Cline',
    group: GROUP,
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
          t(
            'In VS Code: in the settings of Cline, choose the API provider "Ollama", select "Use custom base URL" and enter the fields below.',
          ),
          t('On the command line: add the provider below to ~/.cline/data/settings/providers.json.'),
          t('Set the context window to 200000. Cline does not read it from the server.'),
        ],
        snippets: [
          jsonSnippet('providers.json', {
            version: 1,
            lastUsedProvider: 'ollama',
            providers: { ollama: provider },
          }),
          ...ollamaFields(target),
        ],
        file: {
          location: { root: 'home', names: ['.cline/data/settings/providers.json'] },
          edit: { kind: 'json', path: ['providers', 'ollama'], value: provider },
        },
      };
    },
  },
  {
    id: 'roo',
    title: 'Roo Code',
    group: GROUP,
    docs: 'https://docs.roocode.com/providers/ollama',
    guide: (target) => ({
      steps: [
        t('In the settings of Roo Code, go to "Providers" and choose the API provider "Ollama".'),
        t('Enter the fields below and save.'),
      ],
      snippets: ollamaFields(target),
    }),
  },
  {
    id: 'kilo',
    title: 'Kilo Code',
    group: GROUP,
    docs: 'https://kilo.ai/docs/providers/openai-compatible',
    guide: (target) => ({
      steps: [
        t(
          'In VS Code: in the settings of Kilo Code, go to "Providers", choose "OpenAI Compatible" and enter the base URL, the model and any API key.',
        ),
        t('On the command line: save the configuration below as ~/.config/kilo/kilo.json.'),
      ],
      snippets: [
        jsonSnippet('kilo.json', opencodeConfiguration('https://app.kilo.ai/config.json', target)),
        fieldSnippet(BASE_URL, `${target.url}/v1`),
        modelSnippet(target.model),
        ...keySnippets(target),
      ],
    }),
  },
  {
    id: 'zed',
    title: 'Zed',
    group: GROUP,
    runsOnUserMachine: true,
    docs: 'https://zed.dev/docs/ai/use-a-local-model',
    guide: ({ authUrl, models }) => ({
      steps: [
        t('Run "zed: open settings file" and add the lines below.'),
        t('Choose a Claude model in the Agent panel.'),
      ],
      snippets: [
        jsonSnippet('settings.json', {
          language_models: {
            ollama: {
              api_url: authUrl,
              auto_discover: false,
              available_models: models.map((name) => ({
                name,
                display_name: displayName(name),
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
    runsOnUserMachine: true,
    docs: 'https://www.jetbrains.com/help/ai-assistant/use-custom-models.html',
    guide: ({ authUrl }) => ({
      steps: [
        t('Open Settings > Tools > AI Assistant > Providers & API keys.'),
        t('Choose the third-party provider "Ollama", enter the host URL below and press "Test Connection".'),
        t('Choose a Claude model in the chat.'),
      ],
      snippets: [fieldSnippet(t('Host URL'), authUrl)],
    }),
  },
];
