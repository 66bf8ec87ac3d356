/** Programs that people write themselves, as clients. Pure. */
import type { Client } from './guide.js';
import { BASE_URL, field, keyField, keyOf, modelField, QUESTION } from './snippets.js';

const OWN = 'Programs of Your Own';

export const SDKS: readonly Client[] = [
  {
    id: 'python',
    title: 'Python: ollama',
    group: OWN,
    reach: 'near',
    docs: 'https://github.com/ollama/ollama-python',
    guide: ({ url, model, token }) => ({
      steps: ['pip install ollama'],
      snippets: [
        {
          label: 'Python',
          language: 'python',
          text: [
            'from ollama import Client',
            '',
            `client = Client(host='${url}'${token === undefined ? '' : `, headers={'Authorization': 'Bearer ${token}'}`})`,
            `messages = [{'role': 'user', 'content': '${QUESTION}'}]`,
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
    group: OWN,
    reach: 'near',
    docs: 'https://github.com/ollama/ollama-js',
    guide: ({ url, model, token }) => ({
      steps: ['npm install ollama'],
      snippets: [
        {
          label: 'JavaScript',
          language: 'javascript',
          text: [
            "import { Ollama } from 'ollama';",
            '',
            `const ollama = new Ollama({ host: '${url}'${token === undefined ? '' : `, headers: { Authorization: 'Bearer ${token}' }`} });`,
            `const messages = [{ role: 'user', content: '${QUESTION}' }];`,
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
    title: 'OpenAI SDKs and Compatible Clients',
    group: OWN,
    reach: 'near',
    docs: 'https://docs.ollama.com/api/openai-compatibility',
    guide: (target) => ({
      steps: [
        'Give the client the base URL, a key and the model. Chat completions and responses are both there.',
      ],
      snippets: [
        {
          label: 'JavaScript',
          language: 'javascript',
          text: [
            "import OpenAI from 'openai';",
            '',
            `const client = new OpenAI({ baseURL: '${target.url}/v1', apiKey: '${keyOf(target)}' });`,
            `const messages = [{ role: 'user', content: '${QUESTION}' }];`,
            `const answer = await client.chat.completions.create({ model: '${target.model}', messages });`,
            'console.log(answer.choices[0].message.content);',
          ].join('\n'),
        },
        field(BASE_URL, `${target.url}/v1`),
        modelField(target.model),
        ...keyField(target),
      ],
    }),
  },
  {
    id: 'anthropic',
    title: 'Anthropic SDKs',
    group: OWN,
    reach: 'near',
    docs: 'https://docs.ollama.com/api/anthropic-compatibility',
    guide: (target) => ({
      steps: ['Give the client the base URL, a key and the model.'],
      snippets: [
        {
          label: 'JavaScript',
          language: 'javascript',
          text: [
            "import Anthropic from '@anthropic-ai/sdk';",
            '',
            `const client = new Anthropic({ baseURL: '${target.url}', apiKey: '${keyOf(target)}' });`,
            `const messages = [{ role: 'user', content: '${QUESTION}' }];`,
            `const answer = await client.messages.create({ model: '${target.model}', max_tokens: 1000, messages });`,
            'console.log(answer.content[0].text);',
          ].join('\n'),
        },
        field(BASE_URL, target.url),
      ],
    }),
  },
];
