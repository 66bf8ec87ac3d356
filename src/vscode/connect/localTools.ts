/** The guides for Xcode, n8n and goose. Pure. */
import type { Client } from './guide.js';
import { BASE_URL, commandSnippet, fieldSnippet, keySnippets, modelSnippet } from './snippets.js';
import { t } from '../platform/localize.js';

export const LOCAL_TOOLS: readonly Client[] = [
  {
    id: 'xcode',
    title: 'Xcode',
    group: 'Editors and Extensions',
    runsOnUserMachine: true,
    docs: 'https://docs.ollama.com/integrations/xcode',
    guide: ({ authUrl, token }) => ({
      steps: [
        t('In Xcode 26 or newer, open Settings > Intelligence > Add a Model Provider.'),
        token === undefined
          ? t('Choose "Locally Hosted" and enter the port, which is the number at the end of the URL below.')
          : t('Choose "Internet Hosted" and enter the URL below, which contains the token.'),
        t('Choose a Claude model in the coding assistant.'),
      ],
      snippets: [fieldSnippet('URL', authUrl)],
    }),
  },
  {
    id: 'n8n',
    title: 'n8n',
    group: 'Applications',
    runsOnUserMachine: true,
    docs: 'https://docs.n8n.io/integrations/builtin/credentials/ollama/',
    guide: (target) => ({
      steps: [
        t(
          'Create a credential of the type "Ollama" and enter the fields below. If n8n runs in Docker, use host.docker.internal as the host.',
        ),
        t('Add an "Ollama Chat Model" node with this credential, and choose the model.'),
      ],
      snippets: [fieldSnippet(BASE_URL, target.url), modelSnippet(target.model), ...keySnippets(target)],
    }),
  },
  {
    id: 'goose',
    title: 'goose',
    group: 'Terminal',
    docs: 'https://docs.ollama.com/integrations/goose',
    guide: ({ authUrl, model, platform }) => ({
      steps: [t('Run the command below in your project. "goose configure" stores the same values.')],
      snippets: [
        commandSnippet({
          platform,
          env: { GOOSE_PROVIDER: 'ollama', GOOSE_MODEL: model, OLLAMA_HOST: authUrl },
          command: 'goose session',
        }),
      ],
    }),
  },
];
