/** Adds to JSON files of people without touching what they have written: comments, order and layout stay. Pure. */
import { isDeepStrictEqual } from 'node:util';
import type { Json, JsonObject } from '../../core/json.js';
import type { EditResult } from './fileEdit.js';
import { parseJsonText, valueOf, type JsonBranch, type JsonNode } from './jsonText.js';

/**
 * Adds a value.
 * @param path the keys that lead to it, the new one last; empty: it is added to the array that is the whole file
 * @returns `byHand` when the text is no JSON or has no place for it, and when there is another one of that key or name
 */
export function addToJson(text: string, path: readonly string[], value: Json): EditResult {
  let root: JsonNode;
  try {
    root = parseJsonText(text);
  } catch {
    return { kind: 'byHand' };
  }
  return path.length === 0 ? addToArray(text, root, value) : addToObject(text, root, path, value);
}

function addToArray(text: string, root: JsonNode, value: Json): EditResult {
  if (root.kind !== 'array') return { kind: 'byHand' };
  const others = root.entries.map(({ node }) => valueOf(node));
  if (others.some((other) => isDeepStrictEqual(other, value))) return { kind: 'same' };
  if (others.some((other) => nameOf(other) === nameOf(value))) return { kind: 'byHand' };
  return { kind: 'changed', text: inserted(text, root, undefined, value) };
}

const nameOf = (value: Json): Json | undefined =>
  typeof value === 'object' && value !== null ? (value as JsonObject)['name'] : undefined;

function addToObject(text: string, root: JsonNode, path: readonly string[], value: Json): EditResult {
  const [key = '', ...rest] = path;
  if (root.kind !== 'object') return { kind: 'byHand' };
  const present = root.entries.filter((entry) => entry.key === key);
  if (present.length > 1) return { kind: 'byHand' };
  const [entry] = present;
  if (entry !== undefined) {
    if (rest.length > 0) return addToObject(text, entry.node, rest, value);
    return { kind: isDeepStrictEqual(valueOf(entry.node), value) ? 'same' : 'byHand' };
  }
  const whole = rest.reduceRight<Json>((inner, name) => ({ [name]: inner }), value);
  return { kind: 'changed', text: inserted(text, root, key, whole) };
}

/** The text with one more entry at the end of an object or array. */
function inserted(text: string, branch: JsonBranch, key: string | undefined, value: Json): string {
  const label = key === undefined ? '' : `${JSON.stringify(key)}: `;
  const last = branch.entries.at(-1);
  const comma = last === undefined || branch.trailingComma ? '' : ',';
  const close = branch.end - 1;
  // Behind what is written last, be it a comment: in front of the space that leads to the closing bracket.
  const end = text.slice(0, close).trimEnd().length;
  const before =
    last === undefined
      ? text.slice(0, end)
      : `${text.slice(0, last.end)}${comma}${text.slice(last.end, end)}`;
  if (last !== undefined && !text.slice(branch.start, branch.end).includes('\n')) {
    return `${before} ${label}${JSON.stringify(value)}${text.slice(end)}`;
  }
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const unit = /\n([ \t]+)\S/.exec(text)?.[1] ?? '  ';
  const outer = indentationAt(text, branch.start);
  const indentation = last === undefined ? outer + unit : indentationAt(text, last.start);
  const written = JSON.stringify(value, undefined, unit).replaceAll('\n', eol + indentation);
  const tail = text.slice(end, close).includes('\n') ? text.slice(end) : eol + outer + text.slice(close);
  return `${before}${eol}${indentation}${label}${written}${tail}`;
}

/** The white space that the line of an offset begins with. */
function indentationAt(text: string, offset: number): string {
  return /^[ \t]*/.exec(text.slice(text.lastIndexOf('\n', offset - 1) + 1))?.[0] ?? '';
}
