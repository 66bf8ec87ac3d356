/** Requests of `/v1/responses`. Nothing is stored, so every request must contain the whole conversation. */
import type { CatalogEntry } from '../../../core/catalog.js';
import type { ChatRequest } from '../../../core/chat.js';
import { badRequest } from '../../../core/errors.js';
import type { Json, JsonObject } from '../../../core/json.js';
import { applyToolChoice, type OfferedTools } from '../../../core/toolChoice.js';
import { type FieldPath, type Fields } from '../../json/fields.js';
import { checkTopLogprobs } from '../../logprobs.js';
import { TOOLS } from '../../requestLimits.js';
import { readSampling } from '../../sampling.js';
import { readFormat, readReasoning } from '../options.js';
import { type DecodedChat, toChatRequest } from '../request.js';
import { type Compaction, SUMMARY_REQUEST } from './compaction.js';
import { collectTools, type InputItem, readEntries, readItems, TRIGGER } from './inputItems.js';
import { echoOf } from './requestEcho.js';
import { readToolChoice } from './toolChoice.js';
import { createToolTable, type ToolTable } from './toolTable.js';
import { refuseUnsupportedFields } from './unsupportedFields.js';

/** `/v1/responses`, or the last part of a path below it. */
export type ResponsesRoute = 'responses' | 'compact' | 'input_tokens';

/** A body of `/v1/responses` with checked types. The route has no stop sequences. */
export interface ResponsesBody extends Omit<DecodedChat, 'stop'> {
  readonly model: string;
  readonly stream: boolean;
  /** The fields of the response that repeat its request. */
  readonly echo: JsonObject;
  /** How calls are sent to the client. */
  readonly toolTable: ToolTable;
  /** How a compaction was asked for; absent for an ordinary answer. */
  readonly compaction?: Compaction;
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

/** Whether a request asks for a compaction. @throws ChatError `badRequest` with Ollama's message */
function compactionOf(items: readonly InputItem[], route: ResponsesRoute): Compaction | undefined {
  if (route === 'input_tokens') return undefined;
  const hasTrigger = items.at(-1)?.type === TRIGGER;
  if (route === 'responses' && !hasTrigger) return undefined;
  if (route === 'compact' && hasTrigger) {
    throw badRequest(`${TRIGGER} is only valid on POST /v1/responses`);
  }
  if (items.length === (hasTrigger ? 1 : 0)) throw badRequest('compaction input is empty');
  return hasTrigger ? 'trigger' : 'route';
}

/** Decodes a body of `/v1/responses` or of a route below it. @throws ChatError `badRequest`, with Ollama's message if it has one */
export function decodeResponses(fields: Fields, route: ResponsesRoute = 'responses'): ResponsesBody {
  const model = fields.string('model') ?? '';
  if (model === '') throw badRequest('model is required');
  refuseUnsupportedFields(fields);
  checkTopLogprobs(fields.integer('top_logprobs'));
  const sentItems = readItems(fields.exactValue('input'));
  const compaction = compactionOf(sentItems, route);
  const items = compaction === 'trigger' ? sentItems.slice(0, -1) : sentItems;
  const toolTable = readTools(fields, items);
  const offeredTools = offerTools(fields, toolTable);
  const { entries, notes } = readEntries(items, toolTable);
  const isSummary = compaction !== undefined;
  const omitted = toolTable.omitted.map((type) => `tool ${type} left out, it runs on OpenAI's servers only`);
  return {
    model,
    stream: compaction !== 'route' && (fields.boolean('stream') ?? false),
    entries: isSummary ? [...entries, SUMMARY_REQUEST] : entries,
    instructions: fields.text('instructions'),
    // A forced call, a schema and a limit would prevent a complete summary in plain words.
    offeredTools: isSummary ? { tools: offeredTools.tools } : offeredTools,
    format: isSummary
      ? undefined
      : readFormat(fields.fields('text', 'openai.ResponsesText')?.value('format')),
    reasoning: readReasoning(fields.fields('reasoning', 'openai.ResponsesReasoning')?.string('effort')),
    ...readSampling((name) => fields.value(name)),
    maxTokens: isSummary ? undefined : fields.integer('max_output_tokens'),
    echo: echoOf(fields),
    toolTable,
    notes: [...omitted, ...notes],
    ...(isSummary ? { compaction } : {}),
  };
}

/** Translates a decoded body for the model that its name was resolved to. */
export function translateResponses(body: ResponsesBody, entry: CatalogEntry): ChatRequest {
  return toChatRequest({ ...body, stop: [] }, entry);
}
