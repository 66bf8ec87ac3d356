/** Recognizes an answer with tool calls that a client sends back slightly changed. Pure. */
import type { ToolCall, ToolSpec } from '../../core/chat.js';
import { canonicalJson, isJsonArray, isJsonObject, type Json, withDigits } from '../../core/json.js';
import type { CallIds } from './outgoing.js';
import type { AssistantTurn } from './transcript.js';

/**
 * Whether a client's copy means the same as the original answer. Some clients drop the text before the calls, trim its white
 * space, or drop empty arguments (Open WebUI, CrewAI, gptme, Home Assistant). Others add arguments that the model left out,
 * with the default values of the tool's schema (Claude Code).
 * @param callIds the API ids of the original's calls
 * @param tools the tools on offer
 */
export function isLossyCopy(
  original: AssistantTurn,
  copy: AssistantTurn,
  callIds: CallIds,
  tools: readonly ToolSpec[],
): boolean {
  const { calls } = original;
  if (calls.length === 0 || calls.length !== copy.calls.length) return false;
  const text = copy.texts.join('').trim();
  if (text !== '' && text !== original.texts.join('').trim()) return false;
  const counts = new Map<string, number>();
  for (const { call } of calls) counts.set(call.name, (counts.get(call.name) ?? 0) + 1);
  return calls.every(({ call }, i) => {
    const { call: copied } = copy.calls[i]!;
    if (copied.name !== call.name) return false;
    if (copied.id !== callIds[i] && counts.get(call.name) !== 1) return false;
    const schema = tools.find(({ name }) => name === call.name)?.parameters;
    const sent = withoutAddedDefaults(copied.arguments, call.arguments, schema) as ToolCall['arguments'];
    return comparable(sent) === comparable(call.arguments);
  });
}

/** The arguments as they are sent, without those that are empty. */
function comparable(values: ToolCall['arguments']): string {
  return canonicalJson(withoutEmpty(withDigits(values)));
}

function withoutEmpty(values: ToolCall['arguments']): ToolCall['arguments'] {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => !isEmpty(value)));
}

function isEmpty(value: Json): boolean {
  if (value === null || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/** Removes what the original lacks and what equals the schema's default, at every depth. */
function withoutAddedDefaults(copy: Json, original: Json, schema: Json | undefined): Json {
  if (!isJsonObject(schema)) return copy;
  if (isJsonArray(copy) && isJsonArray(original)) {
    return copy.map((item, i) => {
      const other = original[i];
      return other === undefined ? item : withoutAddedDefaults(item, other, schema['items']);
    });
  }
  const { properties } = schema;
  if (!isJsonObject(copy) || !isJsonObject(original) || !isJsonObject(properties)) return copy;
  const kept = Object.entries(copy).flatMap(([name, value]): [string, Json][] => {
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (Object.hasOwn(original, name))
      return [[name, withoutAddedDefaults(value, original[name]!, property)]];
    return isDefault(value, property) ? [] : [[name, value]];
  });
  return Object.fromEntries(kept);
}

function isDefault(value: Json, property: Json | undefined): boolean {
  if (!isJsonObject(property) || !Object.hasOwn(property, 'default')) return false;
  return canonicalJson(value) === canonicalJson(property['default']!);
}
