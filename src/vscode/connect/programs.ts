/** Agents in the terminal and applications, as clients. Pure. */
import type { Client, Target } from './guide.js';
import {
  agentConfiguration,
  BASE_URL,
  command,
  field,
  modelField,
  openaiProvider,
  QUESTION,
} from './snippets.js';

const TERMINAL = 'Terminal';
const APPLICATIONS = 'Applications';

/** Docker on Linux has no way to the host's loopback but its network. */
function dockerOptions({ base, platform }: Target): string {
  if (platform === 'linux') return `--network=host -e OLLAMA_BASE_URL=${base}`;
  const inside = base.replace(/\/\/(?:localhost|127\.0\.0\.1)(?=[:/])/, '//host.docker.internal');
  return `-p 3000:8080 -e OLLAMA_BASE_URL=${inside}`;
}

export const PROGRAMS: readonly Client[] = [
  {
    id: 'open-webui',
    title: 'Open WebUI',
    group: APPLICATIONS,
    reach: 'far',
    docs: 'https://docs.openwebui.com/getting-started/quick-start/starting-with-ollama',
    guide: (target) => ({
      steps: [
        'Start it with the command below, or enter the base URL under Admin Panel, Settings, Connections, Ollama API.',
        `Open http://localhost:${target.platform === 'linux' ? 8080 : 3000} and choose a Claude model.`,
        'From a container of another host name, add that name to the setting claudeOllama.allowedHosts.',
      ],
      snippets: [
        command(
          target.platform,
          {},
          `docker run -d ${dockerOptions(target)} -v open-webui:/app/backend/data --name open-webui ghcr.io/open-webui/open-webui:main`,
        ),
        field(BASE_URL, target.base),
      ],
    }),
  },
  {
    id: 'obsidian',
    title: 'Obsidian Copilot',
    group: APPLICATIONS,
    reach: 'far',
    docs: 'https://www.obsidiancopilot.com/docs',
    guide: (target) => ({
      steps: [
        'Open the settings of the plugin Copilot, Model, Add Model, provider Ollama.',
        'Enter the fields below, then choose the model in the chat.',
      ],
      snippets: [field(BASE_URL, target.base), modelField(target.model)],
    }),
  },
  {
    id: 'opencode',
    title: 'opencode',
    group: TERMINAL,
    reach: 'near',
    docs: 'https://opencode.ai/docs/providers',
    guide: (target) => ({
      steps: [
        'Add the provider to ~/.config/opencode/opencode.json, or to opencode.json in a project.',
        'Choose a model of "Claude" with /models.',
      ],
      snippets: [
        {
          label: 'opencode.json',
          language: 'json',
          text: JSON.stringify(agentConfiguration('https://opencode.ai/config.json', target), undefined, 2),
        },
      ],
      file: {
        place: { root: 'config', names: ['opencode/opencode.jsonc', 'opencode/opencode.json'] },
        edit: { kind: 'json', path: ['provider', 'claude'], value: openaiProvider(target) },
      },
    }),
  },
  {
    id: 'codex',
    title: 'Codex',
    group: TERMINAL,
    reach: 'near',
    docs: 'https://developers.openai.com/codex/config-advanced',
    guide: ({ base, model }) => ({
      steps: [
        'Save the lines below as ~/.codex/claude.config.toml. Your own configuration stays as it is.',
        'Run: codex --profile claude',
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
            `base_url = "${base}/v1"`,
            'wire_api = "responses"',
          ].join('\n'),
        },
      ],
      file: { place: { root: 'home', names: ['.codex/claude.config.toml'] }, edit: { kind: 'whole' } },
    }),
  },
  {
    id: 'aider',
    title: 'aider',
    group: TERMINAL,
    reach: 'near',
    docs: 'https://aider.chat/docs/llms/ollama.html',
    guide: ({ base, model, platform }) => ({
      steps: ['Run the command below in your project.'],
      snippets: [command(platform, { OLLAMA_API_BASE: base }, `aider --model ollama_chat/${model}`)],
    }),
  },
  {
    id: 'ollama',
    title: 'ollama Command Line',
    group: TERMINAL,
    reach: 'near',
    docs: 'https://github.com/ollama/ollama/blob/main/docs/cli.mdx',
    guide: ({ base, model, platform }) => ({
      steps: ['Run the command below. "ollama list" and "ollama ps" work in the same way.'],
      snippets: [command(platform, { OLLAMA_HOST: base }, `ollama run ${model}`)],
    }),
  },
  {
    id: 'curl',
    title: 'curl',
    group: TERMINAL,
    reach: 'near',
    docs: 'https://docs.ollama.com/api/chat',
    guide: ({ url, model, token, platform }) => {
      const body = { model, messages: [{ role: 'user', content: QUESTION }], stream: false };
      return {
        steps: [
          'Run the command below. Without "stream" the answer comes word by word, a line of JSON each.',
        ],
        snippets: [
          platform === 'win32'
            ? command(
                platform,
                {},
                [
                  `$body = '${JSON.stringify(body)}'`,
                  `Invoke-RestMethod ${url}/api/chat -Method Post -Body $body${token === undefined ? '' : ` -Headers @{ Authorization = 'Bearer ${token}' }`}`,
                ].join('\n'),
              )
            : command(
                platform,
                {},
                `curl ${url}/api/chat${token === undefined ? '' : ` -H 'Authorization: Bearer ${token}'`} -d '${JSON.stringify(body)}'`,
              ),
        ],
      };
    },
  },
];
