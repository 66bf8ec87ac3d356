/** JSON as people write it, with comments and commas at the end: where its parts are in the text. Pure. */
import type { Json } from '../../core/json.js';

export type JsonNode = JsonBranch | (Span & { readonly kind: 'leaf'; readonly value: Json });

/** An object or an array. */
export interface JsonBranch extends Span {
  readonly kind: 'object' | 'array';
  readonly entries: readonly Entry[];
  /** Whether a comma follows the last entry. */
  readonly trailingComma: boolean;
}

/** Offsets in the text; the end is the one after. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Entry extends Span {
  /** Empty in an array. */
  readonly key: string;
  readonly node: JsonNode;
}

const SPACE = /(?:\s|\/\/.*|\/\*[^]*?\*\/)*/y;
const STRING = /"(?:[^"\\\n]|\\.)*"/y;
const LITERAL = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/** @throws SyntaxError when it is no such text */
export function parseJsonText(text: string): JsonNode {
  // A byte order mark is no part of it.
  let at = text.startsWith('\uFEFF') ? 1 : 0;

  function match(pattern: RegExp): string | undefined {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    at += found?.length ?? 0;
    return found;
  }

  function take(sign: string): boolean {
    match(SPACE);
    if (text[at] !== sign) return false;
    at += 1;
    return true;
  }

  function need(what: unknown): void {
    if (what === undefined || what === false) throw new SyntaxError(`unexpected text at ${at}`);
  }

  function branch(kind: 'object' | 'array', start: number): JsonBranch {
    const close = kind === 'object' ? '}' : ']';
    const entries: Entry[] = [];
    let trailingComma = false;
    while (!take(close)) {
      need(entries.length === 0 || trailingComma);
      match(SPACE);
      const first = at;
      let key = '';
      if (kind === 'object') {
        const quoted = match(STRING);
        need(quoted);
        key = JSON.parse(quoted ?? '') as string;
        need(take(':'));
      }
      const node = value();
      entries.push({ key, node, start: first, end: node.end });
      trailingComma = take(',');
    }
    return { kind, entries, trailingComma, start, end: at };
  }

  function value(): JsonNode {
    match(SPACE);
    const start = at;
    if (take('{')) return branch('object', start);
    if (take('[')) return branch('array', start);
    const leaf = match(STRING) ?? match(LITERAL);
    need(leaf);
    return { kind: 'leaf', value: JSON.parse(leaf ?? '') as Json, start, end: at };
  }

  const root = value();
  match(SPACE);
  need(at === text.length);
  return root;
}

/** The value that a node stands for. */
export function valueOf(node: JsonNode): Json {
  if (node.kind === 'leaf') return node.value;
  if (node.kind === 'array') return node.entries.map((entry) => valueOf(entry.node));
  return Object.fromEntries(node.entries.map((entry) => [entry.key, valueOf(entry.node)]));
}
