/** Clients in Java. */
import { describeClient } from '../support/clientSuite/describeClient.js';
import { CHAT_FEATURES } from '../support/clientSuite/features.js';
import { javaProgram } from './maven.js';

describeClient({
  client: 'LangChain4j',
  api: 'Ollama',
  features: ['models', ...CHAT_FEATURES, 'thinking', 'embeddings'],
  ...javaProgram('langchain4j', 'LangChain4j', 'ollama'),
});

describeClient({
  client: 'LangChain4j',
  api: 'OpenAI chat',
  features: CHAT_FEATURES,
  ...javaProgram('langchain4j', 'LangChain4j', 'openai'),
});

describeClient({
  client: 'LangChain4j',
  api: 'Anthropic Messages',
  features: [...CHAT_FEATURES, 'thinking'],
  ...javaProgram('langchain4j', 'LangChain4j', 'anthropic'),
});

describeClient({
  client: 'Spring AI',
  api: 'Ollama',
  features: ['models', ...CHAT_FEATURES, 'thinking', 'embeddings'],
  ...javaProgram('springai', 'SpringAi', 'ollama'),
});

describeClient({
  client: 'Spring AI',
  api: 'OpenAI chat',
  features: CHAT_FEATURES,
  ...javaProgram('springai', 'SpringAi', 'openai'),
});

describeClient({
  client: 'Spring AI',
  api: 'Anthropic Messages',
  features: CHAT_FEATURES,
  ...javaProgram('springai', 'SpringAi', 'anthropic'),
});

describeClient({
  client: 'openai-java',
  api: 'OpenAI chat',
  features: ['models', ...CHAT_FEATURES, 'embeddings'],
  ...javaProgram('openaijava', 'OpenAiJava'),
});

describeClient({
  client: 'openai-java',
  api: 'OpenAI Responses',
  features: [...CHAT_FEATURES, 'thinking', 'countTokens'],
  ...javaProgram('openaijava', 'OpenAiResponses'),
});

describeClient({
  client: 'anthropic-java',
  api: 'Anthropic Messages',
  features: ['models', ...CHAT_FEATURES, 'thinking', 'countTokens'],
  ...javaProgram('anthropicjava', 'AnthropicJava'),
});

describeClient({
  client: 'Ollama4j',
  api: 'Ollama',
  features: [
    'models',
    ...CHAT_FEATURES.filter((feature) => feature !== 'apiError'),
    'thinking',
    'embeddings',
  ],
  without: {
    apiError:
      'Ollama4j 1.1.6 reads the message of 400, 401, 404 and 500, not of 402: OllamaChatEndpointCaller.java line 199',
  },
  ...javaProgram('ollama4j', 'Ollama4j'),
});

const KOOG_STREAMS_NO_TOOLS =
  'Koog 1.1.1 sends no tools when it streams from Ollama: OllamaClient.kt line 303';

describeClient({
  client: 'Koog',
  api: 'Ollama',
  features: [
    'models',
    ...CHAT_FEATURES.filter((feature) => !feature.startsWith('streamed')),
    'thinking',
    'embeddings',
  ],
  without: {
    streamedTool: KOOG_STREAMS_NO_TOOLS,
    streamedParallelTools: KOOG_STREAMS_NO_TOOLS,
  },
  ...javaProgram('koog', 'Koog', 'ollama'),
});

describeClient({
  client: 'Koog',
  api: 'OpenAI chat',
  features: ['models', ...CHAT_FEATURES, 'embeddings'],
  ...javaProgram('koog', 'Koog', 'openai'),
});

describeClient({
  client: 'Koog',
  api: 'Anthropic Messages',
  features: ['models', ...CHAT_FEATURES, 'thinking'],
  ...javaProgram('koog', 'Koog', 'anthropic'),
});
