import { jsonText } from '../core/json.js';

/** Characters that some readers (Python's `splitlines`, for one) take for a line end. JSON escapes the ASCII ones itself. */
const OTHER_LINE_ENDS = /[\u0085\u2028\u2029]/g;

/** JSON on a single line, for formats in which a line is a frame. Escapes every character that may end a line. */
export function singleLineJson(value: object): string {
  return jsonText(value).replace(
    OTHER_LINE_ENDS,
    (end) => `\\u${end.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
