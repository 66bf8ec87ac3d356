/** Parses JSON with comments and trailing commas, and keeps the position of each part in the text. Pure. */
import type { Json } from '../../core/json.js';

export type JsonNode = JsonBranch | (Span & { readonly kind: 'leaf'; readonly value: Json });

/** An object or an array. */
export interface JsonBranch extends Span {
  readonly kind: 'object' | 'array';
  readonly entries: readonly Entry[];
  /** Whether a comma follows the last entry. */
  readonly trailingComma: boolean;
}

/** Offsets in the text; `end` is exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Entry extends Span {
  /** The empty string in an array. */
  readonly key: string;
  readonly node: JsonNode;
}

const SPACE = /(?:\s|\/\/.*|\/\*[^]*?\*\/)*/y;
const STRING = /"(?:[^"\\\n]|\\.)*"/y;
const LITERAL = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/** @throws SyntaxError when the text is not JSON with comments */
export function parseJsonText(text: string): JsonNode {
  // Skips a byte order mark.
  let offset = text.startsWith('\uFEFF') ? 1 : 0;

  function takeMatch(pattern: RegExp): string | undefined {
    pattern.lastIndex = offset;
    const found = pattern.exec(text)?.[0];
    offset += found?.length ?? 0;
    return found;
  }

  function take(character: string): boolean {
    takeMatch(SPACE);
    if (text[offset] !== character) return false;
    offset += 1;
    return true;
  }

  function expect(found: unknown): void {
    if (found === undefined || found === false) throw new SyntaxError(`unexpected text at ${offset}`);
  }

  function parseBranch(kind: 'object' | 'array', start: number): JsonBranch {
    const close = kind === 'object' ? '}' : ']';
    const entries: Entry[] = [];
    let trailingComma = false;
    while (!take(close)) {
      expect(entries.length === 0 || trailingComma);
      takeMatch(SPACE);
      const entryStart = offset;
      let key = '';
      if (kind === 'object') {
        const quoted = takeMatch(STRING);
        expect(quoted);
        key = JSON.parse(quoted ?? '') as string;
        expect(take(':'));
      }
      const node = parseValue();
      entries.push({ key, node, start: entryStart, end: node.end });
      trailingComma = take(',');
    }
    return { kind, entries, trailingComma, start, end: offset };
  }

  function parseValue(): JsonNode {
    takeMatch(SPACE);
    const start = offset;
    if (take('{')) return parseBranch('object', start);
    if (take('[')) return parseBranch('array', start);
    const leaf = takeMatch(STRING) ?? takeMatch(LITERAL);
    expect(leaf);
    return { kind: 'leaf', value: JSON.parse(leaf ?? '') as Json, start, end: offset };
  }

  const root = parseValue();
  takeMatch(SPACE);
  expect(offset === text.length);
  return root;
}

/** The value that a node stands for. */
export function valueOf(node: JsonNode): Json {
  if (node.kind === 'leaf') return node.value;
  if (node.kind === 'array') return node.entries.map((entry) => valueOf(entry.node));
  return Object.fromEntries(node.entries.map((entry) => [entry.key, valueOf(entry.node)]));
}
