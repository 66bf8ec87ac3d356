/** The guides for further terminal programs, which need a command only. Pure. */
import type { Client, Target } from './guide.js';
import { commandSnippet, EXAMPLE_PROMPT, keyOrDummy } from './snippets.js';
import { t } from '../platform/localize.js';

interface Program {
  readonly id: string;
  readonly title: string;
  readonly docs: string;
  readonly steps: readonly string[];
  readonly env: (target: Target) => Readonly<Record<string, string>>;
  readonly command: (model: string) => string;
}

const program = ({ id, title, docs, steps, env, command }: Program): Client => ({
  id,
  title,
  group: 'Terminal',
  docs,
  guide: (target) => ({
    steps,
    snippets: [
      commandSnippet({ platform: target.platform, env: env(target), command: command(target.model) }),
    ],
  }),
});

/** For programs with the variables of OpenAI's SDKs. */
const openAiVariables = (target: Target) => ({
  OPENAI_BASE_URL: `${target.url}/v1`,
  OPENAI_API_KEY: keyOrDummy(target),
});

export const AGENTS: readonly Client[] = [
  program({
    id: 'copilot',
    title: 'GitHub Copilot CLI',
    docs: 'https://docs.github.com/copilot/how-tos/copilot-cli/customize-copilot/use-byok-models',
    steps: [t('Run the command below in your project. No GitHub account is needed.')],
    env: ({ authUrl, model }) => ({
      COPILOT_PROVIDER_BASE_URL: `${authUrl}/v1`,
      COPILOT_MODEL: model,
      COPILOT_OFFLINE: 'true',
    }),
    command: () => 'copilot',
  }),
  program({
    id: 'qwen',
    title: 'Qwen Code',
    docs: 'https://qwenlm.github.io/qwen-code-docs/en/users/configuration/model-providers/',
    steps: [t('Run the command below in your project.')],
    env: openAiVariables,
    command: (model) => `qwen --auth-type openai --model ${model}`,
  }),
  program({
    id: 'llm',
    title: 'llm',
    docs: 'https://github.com/taketwo/llm-ollama',
    steps: [t('Run "llm install llm-ollama" once, then the command below.')],
    env: ({ authUrl }) => ({ OLLAMA_HOST: authUrl }),
    command: (model) => `llm -m ollama/${model} '${EXAMPLE_PROMPT}'`,
  }),
  program({
    id: 'gptme',
    title: 'gptme',
    docs: 'https://gptme.org/docs/providers.html',
    steps: [t('Run the command below. With --tool-format tool, gptme calls its tools as Claude expects it.')],
    env: openAiVariables,
    command: (model) => `gptme --tool-format tool -m local/${model}`,
  }),
  program({
    id: 'mini-swe-agent',
    title: 'mini-swe-agent',
    docs: 'https://mini-swe-agent.com/latest/models/local_models/',
    steps: [t('Run the command below in your project. It cannot know the price of a local model.')],
    env: ({ authUrl }) => ({ OLLAMA_API_BASE: authUrl, MSWEA_COST_TRACKING: 'ignore_errors' }),
    command: (model) => `mini -m ollama_chat/${model}`,
  }),
];
