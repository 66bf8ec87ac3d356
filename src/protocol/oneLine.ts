/** JSON for formats in which a line is a frame. Pure. */

/** What some clients take for the end of a line besides a line feed; Python's do. JSON escapes the others itself. */
const OTHER_LINE_ENDS = /[\u0085\u2028\u2029]/g;

/** The value as JSON on one line, whatever the reader takes for the end of one. */
export function oneLineJson(value: object): string {
  return JSON.stringify(value).replace(
    OTHER_LINE_ENDS,
    (end) => `\\u${end.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
