/** Clients in Rust. */
import { describeClient } from '../support/clientSuite/describeClient.js';
import { CHAT_FEATURES } from '../support/clientSuite/features.js';
import { rustProgram } from './cargo.js';

describeClient({
  client: 'ollama-rs',
  api: 'Ollama',
  features: ['models', ...CHAT_FEATURES, 'thinking', 'embeddings'],
  ...rustProgram('ollama_rs'),
});

const APIS = {
  ollama: 'Ollama',
  openai: 'OpenAI chat',
  responses: 'OpenAI Responses',
  anthropic: 'Anthropic Messages',
};

for (const [adapter, api] of Object.entries(APIS)) {
  describeClient({
    client: 'genai',
    api,
    features: [...CHAT_FEATURES, 'thinking'],
    ...rustProgram('genai', adapter),
  });
}
