/**
 * Adds an item to a list in the text of a YAML file. The existing text stays. Only one form is supported, in which the
 * result is certain: a mapping in block style, whose list is in block style, empty or missing. Pure.
 */
import type { EditResult } from './editResult.js';

/** A key of the outermost mapping, if that is in block style: its line is not indented. */
const KEY = /^(?:[\w.-]+|"[^"\\]*"|'[^']*')\s*:(?:\s|$)/;
const BLANK_OR_COMMENT = /^\s*(?:#.*)?$/;
/** Document markers, tabs as indentation, and block scalars that keep the line breaks after them (`|+`, `>+`). */
const UNSUPPORTED = /^(?:---|\.\.\.)|^\s*\t|[|>]\d?\+/m;

/**
 * Adds an item to the end of a list of the outermost mapping.
 * @param item a mapping in block style, without indentation and without the dash; its first line is its name
 * @returns `unsafe` when the file has another form, or an item with the same first line
 */
export function addToYamlList(text: string, list: string, item: string): EditResult {
  const ends = text.match(/\r?\n/g) ?? [];
  const eol = ends[0] ?? '\n';
  // To keep lines with different ends as they are takes more than this function does.
  if (ends.some((end) => end !== eol)) return { kind: 'unsafe' };
  const lines = text.split(eol);
  const normalized = (part: string): string => part.replace(/\s+/g, ' ');
  const [nameLine = ''] = item.split('\n');
  if (normalized(text).includes(normalized(item))) return { kind: 'present' };
  const unindented = lines.filter((line) => !BLANK_OR_COMMENT.test(line) && !/^(?: |-(?: |$))/.test(line));
  const listLines = unindented.filter((line) => /^["']?(.*?)["']?\s*:/.exec(line)?.[1] === list);
  if (
    UNSUPPORTED.test(text) ||
    unindented.length === 0 ||
    !unindented.every((line) => KEY.test(line)) ||
    listLines.length > 1 ||
    listLines.some((line) => !line.startsWith(`${list}:`)) ||
    normalized(text).includes(`- ${nameLine} `)
  ) {
    return { kind: 'unsafe' };
  }

  const itemLines = (indentation: string): string[] =>
    item.split('\n').map((line, index) => indentation + (index === 0 ? '- ' : '  ') + line);
  const [listLine] = listLines;
  if (listLine === undefined) {
    while (lines.at(-1)?.trim() === '') lines.pop();
    return { kind: 'changed', text: [...lines, `${list}:`, ...itemLines('  '), ''].join(eol) };
  }
  const listIndex = lines.indexOf(listLine);
  const inlineValue = listLine
    .slice(list.length + 1)
    .replace(/\s#.*$/, '')
    .trim();
  if (inlineValue !== '' && inlineValue !== '[]') return { kind: 'unsafe' };

  let last = listIndex;
  for (let index = listIndex + 1; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    if (KEY.test(line)) break;
    // A comment without indentation may belong to the next key.
    if (line.trim() !== '' && !line.startsWith('#')) last = index;
  }
  const firstItem = lines.slice(listIndex + 1, last + 1).find((line) => !BLANK_OR_COMMENT.test(line));
  const indentation = firstItem === undefined ? '  ' : /^( *)- /.exec(firstItem)?.[1];
  if (indentation === undefined || (firstItem !== undefined && inlineValue !== '')) return { kind: 'unsafe' };
  if (inlineValue === '[]') lines[listIndex] = listLine.replace(/\s*\[\s*\]/, '');
  lines.splice(last + 1, 0, ...itemLines(indentation));
  return { kind: 'changed', text: lines.join(eol) };
}
