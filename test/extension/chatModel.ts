/** The model behind the editor's own chat: it does what the person asks it to, and uses the editor's tools. */
import { devCli } from '../standin/cli.js';
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

/** Among much else, what the person has typed is in the last message, after what was never answered. */
const REQUEST = /ask-(?<verb>say|read|count|limit):(?<object>[^<\n]*)/g;

/** An answer that lasts minutes. */
const COUNTING = Array.from({ length: 2000 }, (_, index) => `${index} `);

/**
 * `ask-say: X` is answered with X; `ask-read: FILE` with what is in the file, after a call of `read_file`; `ask-limit:`
 * by the refusal of a plan that is used up; `ask-count:` with numbers, slowly.
 */
function respond({ body }: StandInRequest): Reply | undefined {
  const last = body.messages.findLast(({ role }) => role === 'user');
  if (last === undefined) return undefined;
  const result = typeof last.content === 'string' ? undefined : last.content.find(isResult);
  if (result !== undefined) return textReply(`It says: ${/"[^"]*"/.exec(textOfResult(result))?.[0]}`);
  // What Diagnose asks, where a person lets it.
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

/** What Connect a Client gives for VS Code's own chat: the text of its file. */
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
