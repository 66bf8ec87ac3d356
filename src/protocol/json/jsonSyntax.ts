/**
 * Finds the end of the first JSON value of a text, or the error message of Go's decoder (`encoding/json`). It is only
 * used for texts that `JSON.parse` refuses, so exact messages matter more than speed.
 */

/** `end` is the index after the first value. */
export type Scan = { readonly end: number } | { readonly error: string };

const UNEXPECTED_EOF = 'unexpected EOF';
const NUMBER_PARTS = {
  digit: /[0-9]/,
  exponent: /[eE]/,
};
/** Runs of characters that are skipped at once, because one run may be the whole text. All match the empty run. */
const RUNS = {
  space: /[ \t\r\n]*/y,
  digits: /[0-9]*/y,
  plain: /[^"\\\u0000-\u001f]*/y,
};

class SyntaxRefusal extends Error {}

/**
 * A character as Go quotes it in error messages. Go reads bytes, so a character beyond ASCII is shown as the first byte of
 * its UTF-8 encoding.
 */
function quoteCharacter(text: string, index: number): string {
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

/** A position in the text, with Go's error messages. */
class Cursor {
  index = 0;
  constructor(readonly text: string) {}

  /** The current character. @throws SyntaxRefusal at the end of the text */
  peek(): string {
    const char = this.text[this.index];
    if (char === undefined) throw new SyntaxRefusal(UNEXPECTED_EOF);
    return char;
  }

  get atEnd(): boolean {
    return this.index >= this.text.length;
  }

  /** Refuses the current character. */
  refuse(context: string): never {
    throw new SyntaxRefusal(`invalid character ${quoteCharacter(this.text, this.index)} ${context}`);
  }

  skipSpace(): void {
    this.skip(RUNS.space);
  }

  /** Skips a run of characters. @param run one of `RUNS` */
  skip(run: RegExp): void {
    run.lastIndex = this.index;
    run.test(this.text);
    this.index = run.lastIndex;
  }
}

function skipString(cursor: Cursor): void {
  cursor.index += 1;
  for (;;) {
    cursor.skip(RUNS.plain);
    const char = cursor.peek();
    if (char === '"') break;
    if (char < ' ') cursor.refuse('in string literal');
    cursor.index += 1;
    if (char !== '\\') continue;
    if (cursor.peek() === 'u') {
      cursor.index += 1;
      for (let digit = 0; digit < 4; digit += 1) {
        if (!/[0-9a-fA-F]/.test(cursor.peek())) cursor.refuse(String.raw`in \u hexadecimal character escape`);
        cursor.index += 1;
      }
    } else {
      if (!'bfnrt\\/"'.includes(cursor.peek())) cursor.refuse('in string escape code');
      cursor.index += 1;
    }
  }
  cursor.index += 1;
}

function skipNumber(cursor: Cursor): void {
  if (cursor.peek() === '-') {
    cursor.index += 1;
    if (!NUMBER_PARTS.digit.test(cursor.peek())) cursor.refuse('in numeric literal');
  }
  if (cursor.peek() === '0') cursor.index += 1;
  else cursor.skip(RUNS.digits);
  if (!cursor.atEnd && cursor.peek() === '.') {
    cursor.index += 1;
    if (!NUMBER_PARTS.digit.test(cursor.peek())) cursor.refuse('after decimal point in numeric literal');
    cursor.skip(RUNS.digits);
  }
  if (!cursor.atEnd && NUMBER_PARTS.exponent.test(cursor.peek())) {
    cursor.index += 1;
    if (cursor.peek() === '+' || cursor.peek() === '-') cursor.index += 1;
    if (!NUMBER_PARTS.digit.test(cursor.peek())) cursor.refuse('in exponent of numeric literal');
    cursor.skip(RUNS.digits);
  }
}

function skipLiteral(cursor: Cursor, word: string): void {
  for (const expected of word) {
    if (cursor.peek() !== expected) cursor.refuse(`in literal ${word} (expecting '${expected}')`);
    cursor.index += 1;
  }
}

/** Skips a scalar value, or the opening bracket of a container, which it returns. */
function skipScalarOrOpen(cursor: Cursor): '{' | '[' | undefined {
  const char = cursor.peek();
  if (char === '{' || char === '[') {
    cursor.index += 1;
    return char;
  }
  if (char === '"') skipString(cursor);
  else if (char === '-' || NUMBER_PARTS.digit.test(char)) skipNumber(cursor);
  else if (char === 't') skipLiteral(cursor, 'true');
  else if (char === 'f') skipLiteral(cursor, 'false');
  else if (char === 'n') skipLiteral(cursor, 'null');
  else cursor.refuse('looking for beginning of value');
  return undefined;
}

function skipKey(cursor: Cursor): void {
  if (cursor.peek() !== '"') cursor.refuse('looking for beginning of object key string');
  skipString(cursor);
  cursor.skipSpace();
  if (cursor.peek() !== ':') cursor.refuse('after object key');
  cursor.index += 1;
}

/** Skips one value with everything in it. */
function skipValue(cursor: Cursor): void {
  const open: ('{' | '[')[] = [];
  cursor.skipSpace();
  for (;;) {
    const opened = skipScalarOrOpen(cursor);
    if (opened !== undefined) {
      cursor.skipSpace();
      const close = opened === '{' ? '}' : ']';
      if (cursor.peek() !== close) {
        open.push(opened);
        if (opened === '{') skipKey(cursor);
        cursor.skipSpace();
        continue;
      }
      cursor.index += 1;
    }
    // After a value: close the containers that end here, then continue with the next value.
    for (;;) {
      const container = open.at(-1);
      if (container === undefined) return;
      cursor.skipSpace();
      if (cursor.peek() === ',') {
        cursor.index += 1;
        cursor.skipSpace();
        if (container === '{') skipKey(cursor);
        cursor.skipSpace();
        break;
      }
      if (cursor.peek() !== (container === '{' ? '}' : ']')) {
        cursor.refuse(container === '{' ? 'after object key:value pair' : 'after array element');
      }
      cursor.index += 1;
      open.pop();
    }
  }
}

/** Scans the first value of the text. Handles any depth: it uses no recursion. */
export function scanValue(text: string): Scan {
  const cursor = new Cursor(text);
  try {
    skipValue(cursor);
    return { end: cursor.index };
  } catch (thrown) {
    if (thrown instanceof SyntaxRefusal) return { error: thrown.message };
    throw thrown;
  }
}
