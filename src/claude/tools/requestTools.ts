/**
 * Translates the tools, the calls and the schema of a request to what the Messages API and the CLI take, and the calls of the
 * answer back. The rest of the driver sees only translated requests.
 */
import { setImmediate } from 'node:timers/promises';
import type { ChatMessage, ChatRequest, ToolCall, ToolSpec } from '../../core/chat.js';
import { badRequest } from '../../core/errors.js';
import { canonicalJson, type JsonObject } from '../../core/json.js';
import type { OfferedTool, TranslatedRequest, TranslationOptions } from './offeredTool.js';
import { createTextCache } from './textCache.js';
import { textKey } from './textKey.js';
import { chooseToolNames, MAX_NAME_LENGTH } from './toolNames.js';
import { repairTool } from './toolRepair.js';
import { isObject } from './schemaKeywords.js';
import { repairSchema } from './schemaRepair.js';
import { openInvalidParts } from './schemaValidation.js';

export { answerProblem } from './answerValidation.js';
export { prepareValidation } from './schemaValidation.js';

/** Clients send the same tools with every request. Characters of their JSON. */
const MAX_CACHED = 4_000_000;
/** For so many milliseconds tools are repaired before other requests go on. */
const SLICE_MS = 10;
const repairedTool = createTextCache(
  MAX_CACHED,
  ([name, description, parameters]: readonly [string, string, JsonObject]) =>
    repairTool({ name, description, parameters }),
);
const repairedAnswer = createTextCache<JsonObject, RepairedAnswer>(MAX_CACHED, repairAnswerSchema);

/** A repaired schema, and its references that lead nowhere: the places that they describe allow every value. */
interface Repaired {
  readonly openedReferences: readonly string[];
}

interface RepairedAnswer extends Repaired {
  readonly schema: JsonObject;
}

/** What was reported to have references that lead nowhere. */
const reported = new WeakSet<Repaired>();

/** @param what has the schema, for the log */
function reportOpened(what: string, repaired: Repaired, warn: (line: string) => void): void {
  if (repaired.openedReferences.length === 0 || reported.has(repaired)) return;
  reported.add(repaired);
  const references = repaired.openedReferences
    .slice(0, MAX_SHOWN)
    .map((each) => each.slice(0, MAX_SHOWN_LENGTH));
  warn(
    `[tools] ${what} refers to schemas that it does not contain, and any value is allowed there: ` +
      JSON.stringify(references),
  );
}

/** References in a line of the log, and characters of each. */
const MAX_SHOWN = 5;
const MAX_SHOWN_LENGTH = 200;

/**
 * Lets other requests go on between two tools.
 * @throws ChatError `badRequest` with the name of the tool and the reason if a tool cannot be offered
 */
async function repairTools(tools: readonly ToolSpec[]): Promise<ReturnType<typeof repairedTool>[]> {
  const repaired: ReturnType<typeof repairedTool>[] = [];
  let sliceStart = performance.now();
  for (const { name, description, parameters } of tools) {
    repaired.push(repairedTool([name, description, parameters]));
    if (performance.now() - sliceStart < SLICE_MS) continue;
    await setImmediate();
    sliceStart = performance.now();
  }
  return repaired;
}

/** @throws ChatError `badRequest` with the name of the tool and the reason if a tool cannot be offered */
export async function translateRequest(
  request: ChatRequest,
  { prefix, warn }: TranslationOptions,
): Promise<TranslatedRequest> {
  const tools = withoutCopies(request.tools);
  const names = chooseToolNames(tools, MAX_NAME_LENGTH - prefix.length);
  const repaired = await repairTools(tools);
  repaired.forEach((tool, i) => reportOpened(`the tool ${JSON.stringify(tools[i]!.name)}`, tool, warn));
  const offered = tools.map(({ name: clientName }, i): OfferedTool => {
    const { description, parameters } = repaired[i]!;
    return { name: names.apiNames[i]!, description, parameters, clientName };
  });
  const renames = new Map(offered.map(({ name }, i) => [name, repaired[i]!.rename]));
  const rename = (apiName: string, values: JsonObject): JsonObject =>
    renames.get(apiName)?.(values) ?? values;
  const toApi = (call: ToolCall): ToolCall => {
    const name = names.apiName(call.name);
    return { ...call, name, arguments: rename(name, call.arguments) };
  };
  const { format, toolChoice } = request;
  const answer = format?.type === 'schema' ? repairedAnswer(format.schema) : undefined;
  if (answer !== undefined) reportOpened('the schema of the answer', answer, warn);
  return {
    request: {
      ...request,
      tools: offered,
      messages: request.messages.map((message) => translateCalls(message, toApi)),
      ...(toolChoice?.name === undefined
        ? {}
        : { toolChoice: { ...toolChoice, name: names.apiName(toolChoice.name) } }),
      ...(answer === undefined ? {} : { format: { type: 'schema', schema: answer.schema } }),
    },
    toClient(event) {
      if (event.type !== 'toolCall') return event;
      const { call } = event;
      const name = names.clientName(call.name);
      return { type: 'toolCall', call: { ...call, name, arguments: rename(call.name, call.arguments) } };
    },
  };
}

/** Leaves out tools that are listed twice. Other tools of the same name stay. */
function withoutCopies(tools: readonly ToolSpec[]): readonly ToolSpec[] {
  const names = new Set(tools.map((tool) => tool.name));
  if (names.size === tools.length) return tools;
  const key = ({ name, description, parameters }: ToolSpec): string =>
    textKey(canonicalJson([name, description, parameters]));
  return [...new Map(tools.toReversed().map((tool) => [key(tool), tool])).values()].toReversed();
}

function translateCalls(message: ChatMessage, toApi: (call: ToolCall) => ToolCall): ChatMessage {
  if (message.role !== 'assistant' || !message.content.some((part) => part.type === 'toolCall'))
    return message;
  return {
    ...message,
    content: message.content.map((part) =>
      part.type === 'toolCall' ? { ...part, call: toApi(part.call) } : part,
    ),
  };
}

/** @throws ChatError `badRequest` with the reason if no answer could match the schema */
function repairAnswerSchema(schema: JsonObject): RepairedAnswer {
  const openedReferences: string[] = [];
  const report = (reference: string): void => void openedReferences.push(reference);
  const repaired = repairSchema(schema, report);
  const valid = openInvalidParts(isObject(repaired) ? repaired : {}, report);
  if ('schema' in valid) return { schema: valid.schema, openedReferences };
  throw badRequest(`The JSON Schema of "format" cannot be used: ${valid.reason}.`);
}
