/** A stand-in model for the tests of VS Code's chat. The text that the user types tells it how to answer. */
import { devCli } from '../standin/devCli.js';
import { standInEnvironment } from '../standin/environment.js';
import {
  messageReply,
  planLimitReply,
  startStandIn,
  textOf,
  textReply,
  type ApiBlock,
  type Reply,
  type StandInRequest,
} from '../standin/server.js';
import { guideFor } from '../support/connectGuide.js';
import type { Model } from './model.js';

/** The typed text is in the last message, among other context and after earlier requests that were not answered. */
const REQUEST = /ask-(?<verb>say|read|count|limit):(?<object>[^<\n]*)/g;

/** An answer that streams for minutes. */
const COUNTING = Array.from({ length: 2000 }, (_, index) => `${index} `);

/**
 * `ask-say: X` is answered with X, `ask-read: FILE` with a call of `read_file` and then the quoted text in its result,
 * `ask-limit:` with a plan limit error, and `ask-count:` with a slow stream of numbers.
 */
function respond({ body }: StandInRequest): Reply | undefined {
  const last = body.messages.findLast(({ role }) => role === 'user');
  if (last === undefined) return undefined;
  const result = typeof last.content === 'string' ? undefined : last.content.find(isResult);
  if (result !== undefined) return textReply(`It says: ${/"[^"]*"/.exec(textOfResult(result))?.[0]}`);
  // The question of Run Diagnostics, if the user lets it ask Claude.
  if (textOf(last) === 'Answer with the one word "here".') return textReply('here');
  const { verb, object = '' } = [...textOf(last).matchAll(REQUEST)].at(-1)?.groups ?? {};
  if (verb === 'say') return textReply(object.trim());
  if (verb === 'count') return textReply(COUNTING, { deltaDelayMs: 100 });
  if (verb === 'limit') return planLimitReply(Math.floor(Date.now() / 1000) + 3600);
  if (verb !== 'read' || !body.tools?.some(({ name }) => name === 'read_file')) return undefined;
  const input = { filePath: object.trim(), startLine: 1, endLine: 5 };
  return messageReply([
    { type: 'text', text: 'Let me look.' },
    { type: 'tool_use', id: 'toolu_1', name: 'read_file', input },
  ]);
}

const isResult = ({ type }: ApiBlock): boolean => type === 'tool_result';

function textOfResult({ content }: ApiBlock): string {
  return typeof content === 'string' ? content : JSON.stringify(content);
}

/** The configuration file that Connect a Client shows for VS Code's chat. */
export function chatFile(url: string, model: string): string {
  return guideFor('vscode', url, { models: [model] }).snippets[0].text;
}

export async function startChatModel(): Promise<Model> {
  const standIn = await startStandIn({ respond });
  const environment = await standInEnvironment(standIn.url);
  return {
    env: environment.env,
    cli: devCli(),
    requests: standIn.requests,
    async stop() {
      await environment.dispose();
      await standIn.close();
    },
  };
}
