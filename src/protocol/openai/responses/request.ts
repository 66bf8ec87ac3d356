/** Requests of `/v1/responses`. Nothing is stored, so every request must contain the whole conversation. */
import type { CatalogEntry } from '../../../core/catalog.js';
import type { ChatRequest } from '../../../core/chat.js';
import { toConversation } from '../../../core/conversation.js';
import { badRequest } from '../../../core/errors.js';
import type { Json, JsonObject } from '../../../core/json.js';
import { applyToolChoice, type OfferedTools } from '../../../core/toolChoice.js';
import { bodyFields, type FieldPath, type Fields } from '../../json/fields.js';
import { checkTopLogprobs } from '../../logprobs.js';
import { TOOLS } from '../../requestLimits.js';
import { readSampling } from '../../sampling.js';
import { readFormat, readReasoning } from '../options.js';
import { type DecodedChat, toChatRequest } from '../request.js';
import { collectTools, type InputItem, readEntries, readItems } from './inputItems.js';
import { echoOf } from './requestEcho.js';
import { readToolChoice } from './toolChoice.js';
import { createToolTable, type ToolTable } from './toolTable.js';
import { refuseUnsupportedFields } from './unsupportedFields.js';

/** A body of `/v1/responses` with checked types. The route has no stop sequences. */
export interface ResponsesBody extends Omit<DecodedChat, 'stop'> {
  readonly model: string;
  readonly stream: boolean;
  /** The fields of the response that repeat its request. */
  readonly echo: JsonObject;
  /** How calls are sent to the client. */
  readonly toolTable: ToolTable;
  /** Lines for the log: what was left out, and why. */
  readonly notes: readonly string[];
}

/** The tools of the request and of the items in its input. */
function readTools(fields: Fields, items: readonly InputItem[]): ToolTable {
  const table = createToolTable();
  const add = (tool: Json, at: FieldPath): void => table.add(tool, { at, found: false });
  fields.list('tools', '[]openai.ResponsesTool', add, TOOLS);
  collectTools(items, table);
  return table;
}

function offerTools(fields: Fields, table: ToolTable): OfferedTools {
  const single = fields.boolean('parallel_tool_calls') === false;
  const choice = readToolChoice(fields.value('tool_choice'), table);
  const specs = table.tools.map(({ spec }) => spec);
  const offered = applyToolChoice(specs, { ...choice, single });
  return { ...offered, tools: table.describeNamespaces(offered.tools) };
}

/** @throws ChatError `badRequest`, with Ollama's message where Ollama has one */
export function decodeResponses(text: string): ResponsesBody {
  const fields = bodyFields(text, 'openai.ResponsesRequest');
  const model = fields.string('model') ?? '';
  if (model === '') throw badRequest('model is required');
  refuseUnsupportedFields(fields);
  checkTopLogprobs(fields.integer('top_logprobs'));
  const items = readItems(fields.exactValue('input'));
  const toolTable = readTools(fields, items);
  const offeredTools = offerTools(fields, toolTable);
  const { entries, notes } = readEntries(items, toolTable);
  const omitted = toolTable.omitted.map((type) => `tool ${type} left out, it runs on OpenAI's servers only`);
  return {
    model,
    stream: fields.boolean('stream') ?? false,
    conversation: toConversation(entries, {
      first: fields.text('instructions'),
      tools: offeredTools.tools,
    }),
    offeredTools,
    format: readFormat(fields.fields('text', 'openai.ResponsesText')?.value('format')),
    reasoning: readReasoning(fields.fields('reasoning', 'openai.ResponsesReasoning')?.string('effort')),
    ...readSampling((name) => fields.value(name)),
    maxTokens: fields.integer('max_output_tokens'),
    echo: echoOf(fields),
    toolTable,
    notes: [...omitted, ...notes],
  };
}

/** Translates a decoded body for the model that its name was resolved to. */
export function translateResponses(body: ResponsesBody, entry: CatalogEntry): ChatRequest {
  return toChatRequest({ ...body, stop: [] }, entry);
}
