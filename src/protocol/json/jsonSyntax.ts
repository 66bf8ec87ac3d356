/**
 * Finds where the first JSON value of a text ends, or says in the words of Go's decoder why there is none.
 * Only used on texts that `JSON.parse` refuses, so it is made for exact words first, and for speed second.
 */

/** `end` is the index after the first value. */
export type Scan = { readonly end: number } | { readonly error: string };

const UNEXPECTED_EOF = 'unexpected EOF';
const NUMBER_PARTS = {
  digit: /[0-9]/,
  exponent: /[eE]/,
};
/** Runs of characters that are passed at once, because a text may be nothing but one of them. */
const RUNS = {
  space: /[ \t\r\n]*/y,
  digits: /[0-9]*/y,
  plain: /[^"\\\u0000-\u001f]*/y,
};

class Refused extends Error {}

/** A character as Go quotes it: Go reads bytes, so beyond ASCII it names the first byte of the UTF-8 form. */
function quoted(text: string, index: number): string {
  const point = text.codePointAt(index) ?? 0;
  const byte =
    point < 0x80
      ? point
      : point < 0x800
        ? 0xc0 | (point >> 6)
        : point < 0x10000
          ? 0xe0 | (point >> 12)
          : 0xf0 | (point >> 18);
  const char = String.fromCharCode(byte);
  if (char === "'") return String.raw`'\''`;
  if (char === '"') return `'"'`;
  if (char === '\\') return String.raw`'\\'`;
  const named = { 7: 'a', 8: 'b', 9: 't', 10: 'n', 11: 'v', 12: 'f', 13: 'r' }[byte];
  if (named !== undefined) return `'\\${named}'`;
  if (byte < 0x20 || byte === 0x7f) return `'\\x${byte.toString(16).padStart(2, '0')}'`;
  if (byte >= 0x80 && byte < 0xa1) return `'\\u00${byte.toString(16)}'`;
  return `'${char}'`;
}

/** A cursor over the text that refuses in Go's words. */
class Cursor {
  index = 0;
  constructor(readonly text: string) {}

  /** The character here; the end of the text is a refusal. */
  peek(): string {
    const char = this.text[this.index];
    if (char === undefined) throw new Refused(UNEXPECTED_EOF);
    return char;
  }

  get atEnd(): boolean {
    return this.index >= this.text.length;
  }

  refuse(where: string): never {
    throw new Refused(`invalid character ${quoted(this.text, this.index)} ${where}`);
  }

  skipSpace(): void {
    this.skip(RUNS.space);
  }

  /** Passes a run, which may be empty. @param run sticky, and matching everywhere */
  skip(run: RegExp): void {
    run.lastIndex = this.index;
    run.test(this.text);
    this.index = run.lastIndex;
  }
}

function string(at: Cursor): void {
  at.index += 1;
  for (;;) {
    at.skip(RUNS.plain);
    const char = at.peek();
    if (char === '"') break;
    if (char < ' ') at.refuse('in string literal');
    at.index += 1;
    if (char !== '\\') continue;
    if (at.peek() === 'u') {
      at.index += 1;
      for (let digit = 0; digit < 4; digit += 1) {
        if (!/[0-9a-fA-F]/.test(at.peek())) at.refuse(String.raw`in \u hexadecimal character escape`);
        at.index += 1;
      }
    } else {
      if (!'bfnrt\\/"'.includes(at.peek())) at.refuse('in string escape code');
      at.index += 1;
    }
  }
  at.index += 1;
}

function number(at: Cursor): void {
  if (at.peek() === '-') {
    at.index += 1;
    if (!NUMBER_PARTS.digit.test(at.peek())) at.refuse('in numeric literal');
  }
  if (at.peek() === '0') at.index += 1;
  else at.skip(RUNS.digits);
  if (!at.atEnd && at.peek() === '.') {
    at.index += 1;
    if (!NUMBER_PARTS.digit.test(at.peek())) at.refuse('after decimal point in numeric literal');
    at.skip(RUNS.digits);
  }
  if (!at.atEnd && NUMBER_PARTS.exponent.test(at.peek())) {
    at.index += 1;
    if (at.peek() === '+' || at.peek() === '-') at.index += 1;
    if (!NUMBER_PARTS.digit.test(at.peek())) at.refuse('in exponent of numeric literal');
    at.skip(RUNS.digits);
  }
}

function literal(at: Cursor, word: string): void {
  for (const expected of word) {
    if (at.peek() !== expected) at.refuse(`in literal ${word} (expecting '${expected}')`);
    at.index += 1;
  }
}

/** A value that is no container, or the opening of one. */
function begin(at: Cursor): '{' | '[' | undefined {
  const char = at.peek();
  if (char === '{' || char === '[') {
    at.index += 1;
    return char;
  }
  if (char === '"') string(at);
  else if (char === '-' || NUMBER_PARTS.digit.test(char)) number(at);
  else if (char === 't') literal(at, 'true');
  else if (char === 'f') literal(at, 'false');
  else if (char === 'n') literal(at, 'null');
  else at.refuse('looking for beginning of value');
  return undefined;
}

function key(at: Cursor): void {
  if (at.peek() !== '"') at.refuse('looking for beginning of object key string');
  string(at);
  at.skipSpace();
  if (at.peek() !== ':') at.refuse('after object key');
  at.index += 1;
}

function value(at: Cursor): void {
  const open: ('{' | '[')[] = [];
  at.skipSpace();
  for (;;) {
    const opened = begin(at);
    if (opened !== undefined) {
      at.skipSpace();
      const close = opened === '{' ? '}' : ']';
      if (at.peek() !== close) {
        open.push(opened);
        if (opened === '{') key(at);
        at.skipSpace();
        continue;
      }
      at.index += 1;
    }
    // A value has ended: end the containers that end here, then go on with the next value.
    for (;;) {
      const container = open.at(-1);
      if (container === undefined) return;
      at.skipSpace();
      if (at.peek() === ',') {
        at.index += 1;
        at.skipSpace();
        if (container === '{') key(at);
        at.skipSpace();
        break;
      }
      if (at.peek() !== (container === '{' ? '}' : ']')) {
        at.refuse(container === '{' ? 'after object key:value pair' : 'after array element');
      }
      at.index += 1;
      open.pop();
    }
  }
}

/** Scans the first value of the text. */
export function scanValue(text: string): Scan {
  const at = new Cursor(text);
  try {
    value(at);
    return { end: at.index };
  } catch (thrown) {
    if (thrown instanceof Refused) return { error: thrown.message };
    throw thrown;
  }
}
