/** The guides for applications and terminal programs. Pure. */
import type { Json } from '../../core/json.js';
import type { Client, Target } from './guide.js';
import {
  BASE_URL,
  commandSnippet,
  EXAMPLE_PROMPT,
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

/** Where the other Ollama of the guide listens: its own port may be the one of this server. */
const OTHER_OLLAMA = '127.0.0.1:11435';

/** A command that posts JSON. */
function postCommand(url: string, body: Json, platform: NodeJS.Platform): string {
  const text = JSON.stringify(body);
  return platform === 'win32'
    ? `Invoke-RestMethod ${url} -Method Post -Body '${text}'`
    : `curl ${url} -d '${text}'`;
}

/** What another Ollama must know of a model, which it does not ask for (`ConfigV2` in its types/model/config.go). */
const remoteModel = ({ model, authUrl }: Target): Json => ({
  model,
  from: model,
  remote_host: authUrl,
  info: {
    capabilities: ['completion', 'tools', 'vision', 'thinking'],
    context_length: 200_000,
    model_family: 'claude',
    base_name: model,
  },
  stream: false,
});

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
  {
    id: 'ollama',
    title: 'ollama Command Line',
    group: TERMINAL,
    docs: 'https://github.com/ollama/ollama/blob/main/docs/cli.mdx',
    guide: ({ authUrl, model, platform }) => ({
      steps: [t('Run the command below. "ollama list" and "ollama ps" work with the same variable.')],
      snippets: [commandSnippet({ platform, env: { OLLAMA_HOST: authUrl }, command: `ollama run ${model}` })],
    }),
  },
  {
    id: 'ollama-server',
    title: t('Another Ollama'),
    group: TERMINAL,
    docs: 'https://docs.ollama.com/api/create',
    guide: (target) => ({
      steps: [
        t(
          "Start that Ollama with the second command: on another port than this server, and with this server's host in OLLAMA_REMOTES. If you use models of ollama.com, too, add it: OLLAMA_REMOTES=127.0.0.1,ollama.com.",
        ),
        t(
          'Run the first command for each model, and again after a change of "context_length", which "ollama show" of this server tells. The clients of that Ollama then have the model in their list.',
        ),
        t(
          'A token is a part of the address. That Ollama shows the address to its clients, so use one that only you can reach.',
        ),
      ],
      snippets: [
        commandSnippet({
          platform: target.platform,
          command: postCommand(`http://${OTHER_OLLAMA}/api/create`, remoteModel(target), target.platform),
        }),
        commandSnippet({
          platform: target.platform,
          env: { OLLAMA_HOST: OTHER_OLLAMA, OLLAMA_REMOTES: new URL(target.url).hostname },
          command: 'ollama serve',
        }),
      ],
    }),
  },
  {
    id: 'curl',
    title: 'curl',
    group: TERMINAL,
    docs: 'https://docs.ollama.com/api/chat',
    guide: ({ url, model, token, platform }) => {
      const body = JSON.stringify({
        model,
        messages: [{ role: 'user', content: EXAMPLE_PROMPT }],
        stream: false,
      });
      const header = token === undefined ? undefined : `Bearer ${token}`;
      const command =
        platform === 'win32'
          ? [
              `$body = '${body}'`,
              `Invoke-RestMethod ${url}/api/chat -Method Post -Body $body${header === undefined ? '' : ` -Headers @{ Authorization = '${header}' }`}`,
            ].join('\n')
          : `curl ${url}/api/chat${header === undefined ? '' : ` -H 'Authorization: ${header}'`} -d '${body}'`;
      return {
        steps: [
          t(
            'Run the command below. Without "stream": false, the answer arrives in pieces, one JSON object per line.',
          ),
        ],
        snippets: [commandSnippet({ platform, command })],
      };
    },
  },
];
