/** OpenAI's Agents SDK for JavaScript. */
import { describeClient } from '../support/clientSuite/describeClient.js';
import { CHAT_FEATURES } from '../support/clientSuite/features.js';
import { installed } from '../support/install.js';
import { testFile } from '../support/toolchain.js';

const VERSION = '0.20.0';

for (const [api, name] of [
  ['chat', 'OpenAI chat'],
  ['responses', 'OpenAI Responses'],
] as const) {
  describeClient({
    client: '@openai/agents',
    api: name,
    features: CHAT_FEATURES.filter((feature) => feature !== 'cancel'),
    async prepare() {
      const folder = await installed('@openai/agents', VERSION, ['zod@4.1.13']);
      return { file: process.execPath, args: [testFile('agents/clients/openaiAgents.mjs'), folder, api] };
    },
  });
}
