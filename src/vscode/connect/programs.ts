/** The guides for applications and terminal programs. Pure. */
import type { Client, Target } from './guide.js';
import {
  BASE_URL,
  commandSnippet,
  fieldSnippet,
  keyOrDummy,
  modelSnippet,
  opencodeConfiguration,
  opencodeProvider,
} from './snippets.js';
import { t } from '../platform/localize.js';

const TERMINAL = 'Terminal';
const APPLICATIONS = 'Applications';

/** Docker Desktop maps `host.docker.internal` to the host's loopback. On Linux, only the host's network reaches it. */
function dockerOptions(target: Target): string {
  const key = `-e OPENAI_API_KEY=${keyOrDummy(target)} -e ENABLE_OLLAMA_API=false`;
  if (target.platform === 'linux') return `--network=host -e OPENAI_API_BASE_URL=${target.url}/v1 ${key}`;
  const urlInContainer = target.url.replace(
    /\/\/(?:localhost|127\.0\.0\.1)(?=[:/])/,
    '//host.docker.internal',
  );
  return `-p 3000:8080 -e OPENAI_API_BASE_URL=${urlInContainer}/v1 ${key}`;
}

export const PROGRAMS: readonly Client[] = [
  {
    id: 'open-webui',
    title: 'Open WebUI',
    group: APPLICATIONS,
    runsOnUserMachine: true,
    docs: 'https://docs.openwebui.com/getting-started/quick-start/starting-with-openai-compatible',
    guide: (target) => ({
      steps: [
        t(
          'Run the command below, open http://localhost:{0} and choose a Claude model. If Open WebUI is already running, enter the base URL under Admin Panel > Settings > Connections > OpenAI API instead. An Ollama connection works too, but it loses the text before a tool call and errors in the middle of an answer. With both, give one of them a prefix ID.',
          target.platform === 'linux' ? 8080 : 3000,
        ),
        t(
          'Open WebUI sends three more requests with each first message: for a title, tags and follow-up questions. Choose claude-haiku as the task model under Admin Panel > Settings > Interface, or turn them off there.',
        ),
        t(
          'If it uses another host name for this server, add that name to the setting claudeOllama.allowedHosts.',
        ),
      ],
      snippets: [
        commandSnippet({
          platform: target.platform,
          command: `docker run -d ${dockerOptions(target)} -v open-webui:/app/backend/data --name open-webui ghcr.io/open-webui/open-webui:main`,
        }),
        fieldSnippet(BASE_URL, `${target.url}/v1`),
        fieldSnippet(t('API Key'), keyOrDummy(target)),
      ],
    }),
  },
  {
    id: 'obsidian',
    title: 'Obsidian Copilot',
    group: APPLICATIONS,
    runsOnUserMachine: true,
    docs: 'https://www.obsidiancopilot.com/docs',
    guide: (target) => ({
      steps: [
        t('In the settings of the Copilot plugin, go to Model > Add Model and choose the provider "Ollama".'),
        t('Enter the fields below.'),
        t('Choose the model in the chat.'),
      ],
      snippets: [fieldSnippet(BASE_URL, target.authUrl), modelSnippet(target.model)],
    }),
  },
  {
    id: 'home-assistant',
    title: 'Home Assistant',
    group: APPLICATIONS,
    docs: 'https://www.home-assistant.io/integrations/ollama/',
    guide: (target) => ({
      steps: [
        t(
          'Home Assistant runs on another machine in most homes. This server must then listen on the network: set claudeOllama.host and create a token.',
        ),
        t(
          'Add the integration "Ollama" with the URL below. Choose the model, and "Assist" to let it control the home.',
        ),
      ],
      snippets: [fieldSnippet('URL', target.authUrl), modelSnippet(`${target.model}:latest`)],
    }),
  },
  {
    id: 'opencode',
    title: 'opencode',
    group: TERMINAL,
    docs: 'https://opencode.ai/docs/providers',
    guide: (target) => ({
      steps: [
        t('Add the provider to ~/.config/opencode/opencode.json, or to opencode.json in your project.'),
        t('Start opencode, enter /models and choose a model of the provider "Claude".'),
      ],
      snippets: [
        {
          label: 'opencode.json',
          language: 'json',
          text: JSON.stringify(
            opencodeConfiguration('https://opencode.ai/config.json', target),
            undefined,
            2,
          ),
        },
      ],
      file: {
        location: { root: 'config', names: ['opencode/opencode.jsonc', 'opencode/opencode.json'] },
        edit: { kind: 'json', path: ['provider', 'claude'], value: opencodeProvider(target) },
      },
    }),
  },
  {
    id: 'codex',
    title: 'Codex',
    group: TERMINAL,
    docs: 'https://developers.openai.com/codex/config-advanced',
    guide: ({ authUrl, model }) => ({
      steps: [
        t('Save the lines below as ~/.codex/claude.config.toml. Your main configuration does not change.'),
        t('Run "codex --profile claude".'),
      ],
      snippets: [
        {
          label: 'claude.config.toml',
          language: 'toml',
          text: [
            `model = "${model}"`,
            'model_provider = "claude"',
            'model_context_window = 200000',
            '',
            '[model_providers.claude]',
            'name = "Claude"',
            `base_url = "${authUrl}/v1"`,
            'wire_api = "responses"',
          ].join('\n'),
        },
      ],
      file: { location: { root: 'home', names: ['.codex/claude.config.toml'] }, edit: { kind: 'wholeFile' } },
    }),
  },
  {
    id: 'aider',
    title: 'aider',
    group: TERMINAL,
    docs: 'https://aider.chat/docs/llms/ollama.html',
    guide: ({ authUrl, model, platform }) => ({
      steps: [
        t(
          'Run the command below in your project. With another edit format than "diff", aider sends no map of the repository to a model that it does not know.',
        ),
      ],
      snippets: [
        commandSnippet({
          platform,
          env: { OLLAMA_API_BASE: authUrl },
          command: `aider --model ollama_chat/${model} --edit-format diff`,
        }),
      ],
    }),
  },
];
