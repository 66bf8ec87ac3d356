/** Adds a value to the text of a JSON file. Comments, order and layout of the existing text stay. Pure. */
import { isDeepStrictEqual } from 'node:util';
import type { Json, JsonObject } from '../../core/json.js';
import type { EditResult } from './editResult.js';
import { parseJsonText, valueOf, type JsonBranch, type JsonNode } from './jsonText.js';

/**
 * Adds a value to an object, or to the outermost array.
 * @param path the keys that lead to the value, its own key last; empty: it is added to the outermost array
 * @returns `unsafe` when the text is not JSON (with comments), when the path leads to something that is not an object, or
 *   when another value has the same key, or the same `name` in the array
 */
export function addToJson(text: string, path: readonly string[], value: Json): EditResult {
  let root: JsonNode;
  try {
    root = parseJsonText(text);
  } catch {
    return { kind: 'unsafe' };
  }
  return path.length === 0 ? addToArray(text, root, value) : addToObject(text, root, path, value);
}

function addToArray(text: string, root: JsonNode, value: Json): EditResult {
  if (root.kind !== 'array') return { kind: 'unsafe' };
  const others = root.entries.map(({ node }) => valueOf(node));
  if (others.some((other) => isDeepStrictEqual(other, value))) return { kind: 'present' };
  if (others.some((other) => nameOf(other) === nameOf(value))) return { kind: 'unsafe' };
  return { kind: 'changed', text: insertAtEnd(text, root, value) };
}

const nameOf = (value: Json): Json | undefined =>
  typeof value === 'object' && value !== null ? (value as JsonObject)['name'] : undefined;

function addToObject(text: string, root: JsonNode, path: readonly string[], value: Json): EditResult {
  const [key = '', ...rest] = path;
  if (root.kind !== 'object') return { kind: 'unsafe' };
  const matches = root.entries.filter((entry) => entry.key === key);
  if (matches.length > 1) return { kind: 'unsafe' };
  const [entry] = matches;
  if (entry !== undefined) {
    if (rest.length > 0) return addToObject(text, entry.node, rest, value);
    return { kind: isDeepStrictEqual(valueOf(entry.node), value) ? 'present' : 'unsafe' };
  }
  const nested = rest.reduceRight<Json>((inner, name) => ({ [name]: inner }), value);
  return { kind: 'changed', text: insertAtEnd(text, root, nested, key) };
}

/**
 * The text with one more entry at the end of an object or array.
 * @param key for an object only
 */
function insertAtEnd(text: string, branch: JsonBranch, value: Json, key?: string): string {
  const label = key === undefined ? '' : `${JSON.stringify(key)}: `;
  const last = branch.entries.at(-1);
  const comma = last === undefined || branch.trailingComma ? '' : ',';
  const close = branch.end - 1;
  // After the last entry and any comment that follows it, but before the white space in front of the closing bracket.
  const end = text.slice(0, close).trimEnd().length;
  const before =
    last === undefined
      ? text.slice(0, end)
      : `${text.slice(0, last.end)}${comma}${text.slice(last.end, end)}`;
  const isOnOneLine = !text.slice(branch.start, branch.end).includes('\n');
  if (last !== undefined && isOnOneLine) {
    return `${before} ${label}${JSON.stringify(value)}${text.slice(end)}`;
  }
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const indentUnit = /\n([ \t]+)\S/.exec(text)?.[1] ?? '  ';
  const outerIndent = indentationAt(text, branch.start);
  const indent = last === undefined ? outerIndent + indentUnit : indentationAt(text, last.start);
  const valueText = JSON.stringify(value, undefined, indentUnit).replaceAll('\n', eol + indent);
  const tail = text.slice(end, close).includes('\n')
    ? text.slice(end)
    : eol + outerIndent + text.slice(close);
  return `${before}${eol}${indent}${label}${valueText}${tail}`;
}

/** The indentation of the line that contains an offset. */
function indentationAt(text: string, offset: number): string {
  return /^[ \t]*/.exec(text.slice(text.lastIndexOf('\n', offset - 1) + 1))?.[0] ?? '';
}
