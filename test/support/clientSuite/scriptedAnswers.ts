/** The model behind the client programs: it answers each feature's prompt as `inputs.ts` says. */
import {
  errorReply,
  messageReply,
  textReply,
  type Reply,
  type StandInRequest,
  type ToolUseBlock,
} from '../../standin/server.js';
import { ANSWERS, OBJECT, PROMPTS, TOOL, USAGE } from './inputs.js';

type PromptName = keyof typeof PROMPTS;

/** The prompt that appears last in a request; `undefined` for a request that no client program makes. */
export function promptOf({ body }: StandInRequest): PromptName | undefined {
  const text = JSON.stringify(body.messages);
  const found = (Object.keys(PROMPTS) as PromptName[])
    .map((name) => ({ name, at: text.lastIndexOf(JSON.stringify(PROMPTS[name]).slice(1, -1)) }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => b.at - a.at);
  return found[0]?.name;
}

/** The reply to a request of a client program. `undefined` makes the request an unexpected one. */
export function scriptedAnswer(request: StandInRequest): Reply | undefined {
  const prompt = promptOf(request);
  switch (prompt) {
    case 'chat':
    case 'image':
    case 'history':
    case 'historyNext':
      return textReply(ANSWERS[prompt]);
    case 'usage':
      return textReply(ANSWERS.usage, { usage: USAGE });
    case 'stream':
      return textReply(ANSWERS.stream);
    case 'thinking':
      return messageReply([
        { type: 'thinking', thinking: ANSWERS.thoughts, signature: 'c2lnbmF0dXJl' },
        { type: 'text', text: ANSWERS.thinking },
      ]);
    case 'tool':
    case 'streamedTool':
      return hasResults(request) ? textReply(ANSWERS.tool) : callsReply(request, ['Köln']);
    case 'parallelTools':
    case 'streamedParallelTools':
      return hasResults(request) ? textReply(ANSWERS.parallelTools) : callsReply(request, ['Köln', 'Oslo']);
    case 'schema':
      return messageReply([
        { type: 'tool_use', id: `toolu_${request.number}`, name: schemaTool(request), input: { ...OBJECT } },
      ]);
    case 'cancel':
      // The story goes on until the connection ends.
      return textReply(['Once ', 'upon ', 'a time, ', request.closed]);
    case 'apiError':
      // An error that the CLI does not retry.
      return errorReply(400, 'Your credit balance is too low to access the Anthropic API.');
    case 'unknownModel':
    case 'embeddings':
    case 'countTokens':
    case undefined:
      return undefined;
  }
}

/** The tool in which the answer of a schema arrives: the CLI's, or the only one that the client offers. */
function schemaTool({ body }: StandInRequest): string {
  const names = (body.tools ?? []).map(({ name }) => name);
  return names.includes('StructuredOutput') ? 'StructuredOutput' : (names[0] ?? 'no_tool_was_offered');
}

function hasResults({ body }: StandInRequest): boolean {
  return body.messages.some(
    ({ content }) => typeof content !== 'string' && content.some(({ type }) => type === 'tool_result'),
  );
}

function callsReply({ number }: StandInRequest, cities: readonly string[]): Reply {
  const calls = cities.map((city, index): ToolUseBlock => ({
    type: 'tool_use',
    id: `toolu_${number}_${index}`,
    name: TOOL.name,
    input: { city },
  }));
  return messageReply([{ type: 'text', text: ANSWERS.beforeCall }, ...calls]);
}
