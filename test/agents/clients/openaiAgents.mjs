// OpenAI's Agents SDK for JavaScript. The second argument names the API: chat or responses.
import { errorOf, input, load, run } from './program.mjs';

const api = process.argv[3];
const {
  Agent,
  OpenAIChatCompletionsModel,
  OpenAIResponsesModel,
  run: runAgent,
  setTracingDisabled,
  tool,
} = await load('@openai/agents');
const { default: OpenAI } = await load('openai');
const { z } = await load('zod');
setTracingDisabled(true);

const client = new OpenAI({ baseURL: `${input.url}/v1`, apiKey: 'none', maxRetries: 0 });
const Model = api === 'responses' ? OpenAIResponsesModel : OpenAIChatCompletionsModel;
const { prompts } = input;

/** @param {object} [more] */
const agent = (more = {}) => new Agent({ name: 'Tester', model: new Model(client, input.model), ...more });

const weather = tool({
  name: input.tool.name,
  description: input.tool.description,
  parameters: z.object({ city: z.string() }),
  execute: (/** @type {{ city: string }} */ { city }) => Promise.resolve(input.toolResults[city]),
});

/** @param {{ newItems: readonly any[] }} result */
const callsOf = ({ newItems }) =>
  newItems
    .filter(({ type }) => type === 'tool_call_item')
    .map(({ rawItem }) => [rawItem.name, JSON.parse(rawItem.arguments)]);

/** @param {string} prompt */
async function toolRound(prompt) {
  const result = await runAgent(agent({ tools: [weather] }), prompt);
  return { calls: callsOf(result), text: result.finalOutput };
}

/**
 * @param {object} settings
 * @param {string} prompt
 */
async function streamed(settings, prompt) {
  const result = await runAgent(agent(settings), prompt, { stream: true });
  const pieces = [];
  for await (const piece of result.toTextStream()) pieces.push(piece);
  await result.completed;
  return { calls: callsOf(result), pieces };
}

await run('@openai/agents', {
  chat: async () => ({
    text: (await runAgent(agent({ instructions: input.system }), prompts.chat)).finalOutput,
  }),
  usage: async () => {
    const { usage } = (await runAgent(agent(), prompts.usage)).state;
    return { usage: [usage.inputTokens, usage.outputTokens] };
  },
  stream: () => streamed({}, prompts.stream),
  tool: () => toolRound(prompts.tool),
  streamedTool: () => streamed({ tools: [weather] }, prompts.streamedTool),
  parallelTools: () => toolRound(prompts.parallelTools),
  streamedParallelTools: () => streamed({ tools: [weather] }, prompts.streamedParallelTools),
  schema: async () => {
    const outputType = z.object({ name: z.string(), legs: z.int(), colors: z.array(z.string()) });
    return { object: (await runAgent(agent({ outputType }), prompts.schema)).finalOutput };
  },
  image: async () => {
    const content = [
      { type: 'input_text', text: prompts.image },
      { type: 'input_image', image: `data:image/png;base64,${input.image}` },
    ];
    return { text: (await runAgent(agent(), [{ role: 'user', content }])).finalOutput };
  },
  history: async () => {
    const { history } = await runAgent(agent(), prompts.history);
    const items = [...history, { role: 'user', content: prompts.historyNext }];
    return { text: (await runAgent(agent(), items)).finalOutput };
  },
  apiError: () => errorOf(() => runAgent(agent(), prompts.apiError)),
  unknownModel: () =>
    errorOf(() => runAgent(agent({ model: new Model(client, input.unknownModel) }), prompts.unknownModel)),
});
