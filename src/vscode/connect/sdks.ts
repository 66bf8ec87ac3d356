/** The guides for libraries in the user's own programs. Pure. */
import type { Client } from './guide.js';
import { BASE_URL, EXAMPLE_PROMPT, fieldSnippet, keyOrDummy, keySnippets, modelSnippet } from './snippets.js';
import { t } from '../platform/localize.js';

const GROUP = 'Your Own Programs';

export const SDKS: readonly Client[] = [
  {
    id: 'python',
    title: 'Python: ollama',
    group: GROUP,
    docs: 'https://github.com/ollama/ollama-python',
    guide: ({ url, model, token }) => ({
      steps: [t('Run "pip install ollama", then use the code below.')],
      snippets: [
        {
          label: 'Python',
          language: 'python',
          text: [
            'from ollama import Client',
            '',
            `client = Client(host='${url}'${token === undefined ? '' : `, headers={'Authorization': 'Bearer ${token}'}`})`,
            `messages = [{'role': 'user', 'content': '${EXAMPLE_PROMPT}'}]`,
            `for part in client.chat(model='${model}', messages=messages, stream=True):`,
            "    print(part.message.content, end='', flush=True)",
          ].join('\n'),
        },
      ],
    }),
  },
  {
    id: 'javascript',
    title: 'JavaScript: ollama',
    group: GROUP,
    docs: 'https://github.com/ollama/ollama-js',
    guide: ({ url, model, token }) => ({
      steps: [t('Run "npm install ollama", then use the code below.')],
      snippets: [
        {
          label: 'JavaScript',
          language: 'javascript',
          text: [
            "import { Ollama } from 'ollama';",
            '',
            `const ollama = new Ollama({ host: '${url}'${token === undefined ? '' : `, headers: { Authorization: 'Bearer ${token}' }`} });`,
            `const messages = [{ role: 'user', content: '${EXAMPLE_PROMPT}' }];`,
            `for await (const part of await ollama.chat({ model: '${model}', messages, stream: true })) {`,
            '  process.stdout.write(part.message.content);',
            '}',
          ].join('\n'),
        },
      ],
    }),
  },
  {
    id: 'openai',
    title: t('OpenAI SDKs and Compatible Clients'),
    group: GROUP,
    docs: 'https://docs.ollama.com/api/openai-compatibility',
    guide: (target) => ({
      steps: [
        t('Set the base URL, an API key and the model. Both Chat Completions and Responses are supported.'),
      ],
      snippets: [
        {
          label: 'JavaScript',
          language: 'javascript',
          text: [
            "import OpenAI from 'openai';",
            '',
            `const client = new OpenAI({ baseURL: '${target.url}/v1', apiKey: '${keyOrDummy(target)}' });`,
            `const messages = [{ role: 'user', content: '${EXAMPLE_PROMPT}' }];`,
            `const answer = await client.chat.completions.create({ model: '${target.model}', messages });`,
            'console.log(answer.choices[0].message.content);',
          ].join('\n'),
        },
        fieldSnippet(BASE_URL, `${target.url}/v1`),
        modelSnippet(target.model),
        ...keySnippets(target),
      ],
    }),
  },
  {
    id: 'anthropic',
    title: 'Anthropic SDKs',
    group: GROUP,
    docs: 'https://docs.ollama.com/api/anthropic-compatibility',
    guide: (target) => ({
      steps: [t('Set the base URL, an API key and the model.')],
      snippets: [
        {
          label: 'JavaScript',
          language: 'javascript',
          text: [
            "import Anthropic from '@anthropic-ai/sdk';",
            '',
            `const client = new Anthropic({ baseURL: '${target.url}', apiKey: '${keyOrDummy(target)}' });`,
            `const messages = [{ role: 'user', content: '${EXAMPLE_PROMPT}' }];`,
            `const answer = await client.messages.create({ model: '${target.model}', max_tokens: 1000, messages });`,
            'console.log(answer.content[0].text);',
          ].join('\n'),
        },
        fieldSnippet(BASE_URL, target.url),
      ],
    }),
  },
];
