/** The guides for frameworks in the user's own programs. Pure. */
import type { Client, Snippet, Target } from './guide.js';
import { EXAMPLE_PROMPT } from './snippets.js';
import { t } from '../platform/localize.js';

interface Framework {
  readonly id: string;
  readonly title: string;
  readonly docs: string;
  readonly step: string;
  readonly label?: string;
  readonly language: string;
  readonly lines: (target: Target) => readonly string[];
}

function framework({ id, title, docs, step, label, language, lines }: Framework): Client {
  const snippet = (target: Target): Snippet => ({
    label: label ?? title,
    language,
    text: lines(target).join('\n'),
  });
  return {
    id,
    title,
    group: 'Your Own Programs',
    docs,
    guide: (target) => ({ steps: [step], snippets: [snippet(target)] }),
  };
}

/** Without `/v1`: these frameworks use Ollama's own API. A token is part of the address. */
export const FRAMEWORKS: readonly Client[] = [
  framework({
    id: 'langchain',
    title: 'LangChain',
    docs: 'https://docs.langchain.com/oss/python/integrations/chat/ollama',
    step: t('Run "pip install langchain-ollama", then use the code below.'),
    language: 'python',
    lines: ({ authUrl, model }) => [
      'from langchain_ollama import ChatOllama',
      '',
      `model = ChatOllama(model='${model}', base_url='${authUrl}')`,
      `print(model.invoke('${EXAMPLE_PROMPT}').text)`,
    ],
  }),
  framework({
    id: 'crewai',
    title: 'CrewAI',
    docs: 'https://docs.crewai.com/en/concepts/llms',
    step: t('Give the model below to your agents: Agent(llm=llm, …).'),
    language: 'python',
    lines: ({ authUrl, model }) => [
      'from crewai import LLM',
      '',
      `llm = LLM(model='ollama/${model}', base_url='${authUrl}')`,
    ],
  }),
  framework({
    id: 'openhands',
    title: 'OpenHands',
    docs: 'https://docs.openhands.dev/openhands/usage/llms/local-llms',
    step: t(
      'Give the model below to your agent. In the settings of the application, enter the same model and base URL.',
    ),
    language: 'python',
    lines: ({ authUrl, model }) => [
      'from openhands.sdk import LLM',
      '',
      `llm = LLM(model='ollama_chat/${model}', base_url='${authUrl}', api_key='none')`,
    ],
  }),
  framework({
    id: 'spring-ai',
    title: 'Spring AI',
    docs: 'https://docs.spring.io/spring-ai/reference/api/chat/ollama-chat.html',
    step: t('Add the starter spring-ai-starter-model-ollama, and the lines below to application.properties.'),
    label: 'application.properties',
    language: 'properties',
    lines: ({ authUrl, model }) => [
      `spring.ai.ollama.base-url=${authUrl}`,
      `spring.ai.ollama.chat.model=${model}`,
    ],
  }),
  framework({
    id: 'koog',
    title: 'Koog',
    docs: 'https://docs.koog.ai/llm-providers/',
    step: t('Use the executor and the model below in your agent.'),
    language: 'kotlin',
    lines: ({ authUrl, model }) => [
      `val executor = simpleOllamaAIExecutor(baseUrl = "${authUrl}")`,
      'val model = LLModel(',
      '    provider = LLMProvider.Ollama,',
      `    id = "${model}",`,
      '    capabilities = listOf(LLMCapability.Completion, LLMCapability.Tools, LLMCapability.Schema.JSON.Standard),',
      '    contextLength = 200_000,',
      ')',
    ],
  }),
];
