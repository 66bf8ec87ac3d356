/** The official clients for Python, and LangChain: small enough for every run of all tests. */
import { describeClient } from '../support/clientSuite/describeClient.js';
import { CHAT_FEATURES } from '../support/clientSuite/features.js';
import { pythonProgram } from './environment.js';

describeClient({
  client: 'ollama (Python)',
  api: 'Ollama',
  features: ['models', ...CHAT_FEATURES, 'thinking', 'embeddings'],
  prepare: pythonProgram('ollama_sdk', 'sdks'),
});

describeClient({
  client: 'openai (Python)',
  api: 'OpenAI chat',
  features: ['models', ...CHAT_FEATURES, 'thinking', 'embeddings'],
  prepare: pythonProgram('openai_chat', 'sdks'),
});

describeClient({
  client: 'openai (Python)',
  api: 'OpenAI Responses',
  features: [...CHAT_FEATURES, 'thinking', 'countTokens'],
  prepare: pythonProgram('openai_responses', 'sdks'),
});

describeClient({
  client: 'anthropic (Python)',
  api: 'Anthropic Messages',
  features: ['models', ...CHAT_FEATURES, 'thinking', 'countTokens'],
  prepare: pythonProgram('anthropic_sdk', 'sdks'),
});

describeClient({
  client: 'langchain-ollama',
  api: 'Ollama',
  features: [...CHAT_FEATURES, 'thinking'],
  prepare: pythonProgram('langchain_chat', 'sdks', 'ollama'),
});

describeClient({
  client: 'langchain-openai',
  api: 'OpenAI chat',
  features: CHAT_FEATURES,
  prepare: pythonProgram('langchain_chat', 'sdks', 'openai'),
});

describeClient({
  client: 'langchain-anthropic',
  api: 'Anthropic Messages',
  features: [...CHAT_FEATURES, 'thinking'],
  prepare: pythonProgram('langchain_chat', 'sdks', 'anthropic'),
});
