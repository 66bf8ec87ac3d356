/**
 * A model that does what a request asks for: it calls the tools that it is told to call, gives data of a schema, and
 * otherwise answers with a sentence.
 */
import type { Json, JsonObject } from '../../src/core/json.js';
import {
  messageReply,
  textOf,
  textReply,
  type Block,
  type Reply,
  type StandInRequest,
} from '../standin/server.js';

const SENTENCE = 'Here is what I know about it, in one sentence that has a few words.';

export function obedientModel({ body, number }: StandInRequest): Reply {
  const tools = body.tools ?? [];
  const last = body.messages.findLast(({ role }) => role === 'user');
  const isAnswered =
    last !== undefined &&
    typeof last.content !== 'string' &&
    last.content.some(({ type }) => type === 'tool_result');
  const choice = body['tool_choice'] as { readonly name?: string } | undefined;
  const wanted = tools.find(({ name }) => name === 'StructuredOutput' || name === choice?.name);
  const called = wanted ?? (isAnswered ? undefined : tools[0]);
  if (called === undefined) return textReply(SENTENCE);
  const question = last === undefined ? '' : textOf(last);
  const input = createSampler(called['input_schema'] as JsonObject, quotedTexts(question))() as JsonObject;
  const call: Block = { type: 'tool_use', id: `toolu_${number}`, name: called.name, input };
  // No text before the call: with `output_version: 'v1'`, LangChain's ChatOpenAI does not join streamed text and calls.
  return messageReply([call]);
}

/** The texts in single quotes or backticks, such as names that the data must contain. */
const quotedTexts = (question: string): readonly string[] =>
  [...question.matchAll(/['`]([^'`\n]+)['`]/g)].map(([, text = '']) => text);

/**
 * Makes a value that matches a schema. Covers what clients send: types, objects, lists, references, choices.
 * @param named texts from the question: keys of an object of any shape, and otherwise values
 */
function createSampler(root: JsonObject, named: readonly string[]): () => Json {
  function sample(schema: JsonObject): Json {
    const { $ref: reference, enum: values, const: value, anyOf, type, properties, items } = schema;
    if (typeof reference === 'string') return sample(resolve(reference, root));
    if (value !== undefined) return value;
    if (Array.isArray(values)) return (values as readonly Json[])[0] ?? null;
    if (Array.isArray(anyOf)) return sample(anyOf[0] as JsonObject);
    switch (Array.isArray(type) ? type[0] : type) {
      case 'array':
        return [sample((items ?? {}) as JsonObject)];
      case 'integer':
      case 'number':
        return 3;
      case 'boolean':
        return true;
      case 'null':
        return null;
      case 'string':
        return named[0] ?? 'text';
      default:
        return properties === undefined
          ? Object.fromEntries(named.map((name) => [name, 'text']))
          : Object.fromEntries(
              Object.entries(properties as Record<string, JsonObject>).map(([name, property]) => [
                name,
                sample(property),
              ]),
            );
    }
  }
  return () => sample(root);
}

const resolve = (reference: string, root: JsonObject): JsonObject =>
  reference
    .replace(/^#\//, '')
    .split('/')
    .reduce<JsonObject>((found, key) => found[key] as JsonObject, root);
