// Claude's Agent SDK: Claude Code as a library, with a tool of this program. Prints the JSON of what it saw.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const { folder, program, prompt } = JSON.parse(readFileSync(0, 'utf8'));
const { resolve } = createRequire(join(folder, 'package.json'));
/** @param {string} name */
const load = (name) => import(pathToFileURL(resolve(name)).href);
const { createSdkMcpServer, query, tool } = await load('@anthropic-ai/claude-agent-sdk');
const { z } = await load('zod');

const weather = tool(
  'get_weather',
  'The weather of a city.',
  { city: z.string() },
  (/** @type {{ city: string }} */ { city }) =>
    Promise.resolve({ content: [{ type: 'text', text: `21 °C in ${city}` }] }),
);
/** @type {string[]} */
const asked = [];
/** @type {string[]} */
const pieces = [];
let result;
for await (const message of query({
  prompt,
  options: {
    model: 'sonnet',
    pathToClaudeCodeExecutable: program,
    includePartialMessages: true,
    settingSources: [],
    mcpServers: { local: createSdkMcpServer({ name: 'local', version: '1.0.0', tools: [weather] }) },
    /**
     * @param {string} name
     * @param {object} input
     */
    canUseTool: (name, input) => {
      asked.push(name);
      return Promise.resolve({ behavior: 'allow', updatedInput: input });
    },
  },
})) {
  if (message.type === 'stream_event' && message.event.delta?.type === 'text_delta')
    pieces.push(message.event.delta.text);
  if (message.type === 'result') result = message;
}
console.log(JSON.stringify({ asked, pieces, text: result?.result, isError: result?.is_error }));
