/** Clients in Rust. */
import { describeClient } from '../support/clientSuite/describeClient.js';
import { CHAT_FEATURES, type FeatureName } from '../support/clientSuite/features.js';
import { rustProgram } from './cargo.js';

describeClient({
  client: 'ollama-rs',
  api: 'Ollama',
  features: ['models', ...CHAT_FEATURES, 'thinking', 'embeddings'],
  ...rustProgram('ollama_rs'),
});

const GENAI_FEATURES: readonly FeatureName[] = ['models', ...CHAT_FEATURES, 'thinking'];

describeClient({
  client: 'genai',
  api: 'Ollama',
  features: [...GENAI_FEATURES.filter((feature) => feature !== 'schema'), 'embeddings'],
  without: {
    schema:
      'genai 0.7.2 sends Ollama no schema, only "json": src/adapter/adapters/ollama/adapter_impl.rs line 110',
  },
  ...rustProgram('genai', 'ollama'),
});

describeClient({
  client: 'genai',
  api: 'OpenAI chat',
  features: [...GENAI_FEATURES, 'embeddings'],
  ...rustProgram('genai', 'openai'),
});

describeClient({
  client: 'genai',
  api: 'OpenAI Responses',
  features: GENAI_FEATURES,
  ...rustProgram('genai', 'responses'),
});

describeClient({
  client: 'genai',
  api: 'Anthropic Messages',
  features: GENAI_FEATURES,
  ...rustProgram('genai', 'anthropic'),
});

const RIG_WIRES = {
  ollama: 'Ollama',
  openai: 'OpenAI chat',
  responses: 'OpenAI Responses',
  anthropic: 'Anthropic Messages',
};

for (const [wire, api] of Object.entries(RIG_WIRES)) {
  describeClient({
    client: 'rig',
    api,
    features: [...CHAT_FEATURES, 'thinking'],
    ...rustProgram('rig', wire),
  });
}
