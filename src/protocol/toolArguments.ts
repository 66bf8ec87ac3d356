/** The arguments of tool calls in a history, which clients send as an object, as JSON text, or as what a model said wrongly. */
import { type Json, type JsonObject, jsonText, parseJson } from '../core/json.js';
import { isObject } from './json/fields.js';
import { createJsonTextCheck } from './json/jsonLimits.js';
import { CALLS, checkCount } from './requestLimits.js';

/** The argument that holds a text which is not an object. */
const RAW = 'raw_arguments';

/** JSON text may be encoded twice. More often is a mistake, and the text is kept as it is. */
const MAX_ENCODINGS = 2;

/**
 * Reads the arguments of one call. The API takes an object only, and one wrong call in a history must not end a session. So
 * null, `[]` and blank text mean no arguments, and anything else that is not an object is kept in an object.
 * @throws ChatError `badRequest` when the JSON exceeds the limits of `checkJsonLimits`, or for too many calls
 */
export type ReadArguments = (value: Json | undefined) => JsonObject;

/** Creates a reader for one request: the arguments of all its calls together must not exceed the limits of one body, nor `MAX_CALLS`. */
export function createArgumentsReader(): ReadArguments {
  const checkText = createJsonTextCheck();
  let calls = 0;
  const parse = (text: string): Json | undefined => {
    checkText(text);
    try {
      return parseJson(text);
    } catch {
      return undefined;
    }
  };
  return (sent) => {
    calls += 1;
    checkCount(CALLS.what, calls, CALLS.max);
    let value = sent ?? null;
    for (let count = 0; count < MAX_ENCODINGS && typeof value === 'string'; count += 1) {
      if (value.trim() === '') return {};
      const decoded = parse(value);
      if (decoded === undefined) break;
      value = decoded;
    }
    if (isObject(value)) return value;
    if (value === null || (Array.isArray(value) && value.length === 0)) return {};
    return { [RAW]: typeof sent === 'string' ? sent : jsonText(value) };
  };
}
