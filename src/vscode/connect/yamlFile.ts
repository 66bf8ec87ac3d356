/**
 * Adds to a list in a YAML file of people without touching what they have written. Only files are changed in which that
 * can go no other way than meant: a mapping in block style, with the list in block style or not there yet. Pure.
 */
import type { EditResult } from './fileEdit.js';

/** Inside a mapping in block style, every line that begins with a word is one of its keys. */
const KEY = /^(?:[\w.-]+|"[^"\\]*"|'[^']*')\s*:(?:\s|$)/;
const NOTHING = /^\s*(?:#.*)?$/;
/** Further documents, tabs as indentation, and text that the lines behind it belong to. */
const UNSAFE = /^(?:---|\.\.\.)|^\s*\t|[|>]\d?\+/m;

/**
 * Adds an item to the end of a list of the outermost mapping.
 * @param item its lines without indentation and without the dash; the first is the one that names it
 * @returns `byHand` when the file has another form, or an item of that name
 */
export function addToYamlList(text: string, list: string, item: string): EditResult {
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const lines = text.split(/\r?\n/);
  const flat = (part: string): string => part.replace(/\s+/g, ' ');
  const [name = ''] = item.split('\n');
  if (flat(text).includes(flat(item))) return { kind: 'same' };
  const outermost = lines.filter((line) => !NOTHING.test(line) && !/^(?: |-(?: |$))/.test(line));
  const heads = outermost.filter((line) => /^["']?(.*?)["']?\s*:/.exec(line)?.[1] === list);
  if (
    UNSAFE.test(text) ||
    outermost.length === 0 ||
    !outermost.every((line) => KEY.test(line)) ||
    heads.length > 1 ||
    heads.some((line) => !line.startsWith(`${list}:`)) ||
    flat(text).includes(`- ${name} `)
  ) {
    return { kind: 'byHand' };
  }

  const dashed = (indentation: string): string[] =>
    item.split('\n').map((line, index) => indentation + (index === 0 ? '- ' : '  ') + line);
  const [head] = heads;
  if (head === undefined) {
    while (lines.at(-1)?.trim() === '') lines.pop();
    return { kind: 'changed', text: [...lines, `${list}:`, ...dashed('  '), ''].join(eol) };
  }
  const at = lines.indexOf(head);
  const inline = head
    .slice(list.length + 1)
    .replace(/\s#.*$/, '')
    .trim();
  if (inline !== '' && inline !== '[]') return { kind: 'byHand' };

  let last = at;
  for (let index = at + 1; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    if (KEY.test(line)) break;
    // A comment that is not indented may belong to what follows.
    if (line.trim() !== '' && !line.startsWith('#')) last = index;
  }
  const first = lines.slice(at + 1, last + 1).find((line) => !NOTHING.test(line));
  const indentation = first === undefined ? '  ' : /^( *)- /.exec(first)?.[1];
  if (indentation === undefined || (first !== undefined && inline !== '')) return { kind: 'byHand' };
  if (inline === '[]') lines[at] = head.replace(/\s*\[\s*\]/, '');
  lines.splice(last + 1, 0, ...dashed(indentation));
  return { kind: 'changed', text: lines.join(eol) };
}
