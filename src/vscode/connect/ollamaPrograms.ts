/** The guides for Ollama's own programs, and for curl. Pure. */
import type { Json } from '../../core/json.js';
import type { Client, Target } from './guide.js';
import { commandSnippet, EXAMPLE_PROMPT } from './snippets.js';
import { t } from '../platform/localize.js';

const TERMINAL = 'Terminal';

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

export const OLLAMA_PROGRAMS: readonly Client[] = [
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
