/** Frameworks for Python that talk to models by themselves. */
import { describeClient } from '../support/clientSuite/describeClient.js';
import { CHAT_FEATURES, type FeatureName } from '../support/clientSuite/features.js';
import { pythonProgram } from './environment.js';

const AGENT_FEATURES = CHAT_FEATURES.filter((feature) => feature !== 'cancel');
const DATA_FEATURES: readonly FeatureName[] = ['schema', 'apiError', 'unknownModel'];

describeClient({
  client: 'litellm',
  api: 'Ollama',
  features: [...CHAT_FEATURES, 'thinking', 'embeddings'],
  prepare: pythonProgram('litellm_chat', 'litellm', 'ollama_chat'),
});

describeClient({
  client: 'litellm',
  api: 'OpenAI chat',
  features: [...CHAT_FEATURES, 'embeddings'],
  prepare: pythonProgram('litellm_chat', 'litellm', 'openai'),
});

for (const mode of ['TOOLS', 'JSON_SCHEMA']) {
  describeClient({
    client: `instructor, ${mode}`,
    api: 'OpenAI chat',
    features: DATA_FEATURES,
    prepare: pythonProgram('instructor_data', 'litellm', mode),
  });
}

describeClient({
  client: 'llama-index-llms-ollama',
  api: 'Ollama',
  features: [...CHAT_FEATURES, 'thinking'],
  prepare: pythonProgram('llama_index_chat', 'frameworks'),
});

describeClient({
  client: 'pydantic-ai',
  api: 'OpenAI chat',
  features: [...AGENT_FEATURES, 'thinking'],
  prepare: pythonProgram('pydantic_ai_agent', 'pydanticAi', 'chat'),
});

describeClient({
  client: 'pydantic-ai',
  api: 'OpenAI Responses',
  features: [...AGENT_FEATURES, 'thinking'],
  prepare: pythonProgram('pydantic_ai_agent', 'pydanticAi', 'responses'),
});

describeClient({
  client: 'pydantic-ai',
  api: 'Anthropic Messages',
  features: [...AGENT_FEATURES, 'thinking'],
  prepare: pythonProgram('pydantic_ai_agent', 'pydanticAi', 'anthropic'),
});

describeClient({
  client: 'openai-agents (Python)',
  api: 'OpenAI chat',
  features: AGENT_FEATURES,
  prepare: pythonProgram('openai_agents', 'frameworks', 'chat'),
});

describeClient({
  client: 'openai-agents (Python)',
  api: 'OpenAI Responses',
  features: AGENT_FEATURES,
  prepare: pythonProgram('openai_agents', 'frameworks', 'responses'),
});
