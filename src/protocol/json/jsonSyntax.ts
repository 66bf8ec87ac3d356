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

function skipString(at: Cursor): void {
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

function skipNumber(at: Cursor): void {
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

function skipLiteral(at: Cursor, word: string): void {
  for (const expected of word) {
    if (at.peek() !== expected) at.refuse(`in literal ${word} (expecting '${expected}')`);
    at.index += 1;
  }
}

/** Skips a scalar value, or the opening bracket of a container, which it returns. */
function skipScalarOrOpen(at: Cursor): '{' | '[' | undefined {
  const char = at.peek();
  if (char === '{' || char === '[') {
    at.index += 1;
    return char;
  }
  if (char === '"') skipString(at);
  else if (char === '-' || NUMBER_PARTS.digit.test(char)) skipNumber(at);
  else if (char === 't') skipLiteral(at, 'true');
  else if (char === 'f') skipLiteral(at, 'false');
  else if (char === 'n') skipLiteral(at, 'null');
  else at.refuse('looking for beginning of value');
  return undefined;
}

function skipKey(at: Cursor): void {
  if (at.peek() !== '"') at.refuse('looking for beginning of object key string');
  skipString(at);
  at.skipSpace();
  if (at.peek() !== ':') at.refuse('after object key');
  at.index += 1;
}

/** Skips one value with everything in it. */
function skipValue(at: Cursor): void {
  const open: ('{' | '[')[] = [];
  at.skipSpace();
  for (;;) {
    const opened = skipScalarOrOpen(at);
    if (opened !== undefined) {
      at.skipSpace();
      const close = opened === '{' ? '}' : ']';
      if (at.peek() !== close) {
        open.push(opened);
        if (opened === '{') skipKey(at);
        at.skipSpace();
        continue;
      }
      at.index += 1;
    }
    // After a value: close the containers that end here, then continue with the next value.
    for (;;) {
      const container = open.at(-1);
      if (container === undefined) return;
      at.skipSpace();
      if (at.peek() === ',') {
        at.index += 1;
        at.skipSpace();
        if (container === '{') skipKey(at);
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

/** Scans the first value of the text. Handles any depth: it uses no recursion. */
export function scanValue(text: string): Scan {
  const at = new Cursor(text);
  try {
    skipValue(at);
    return { end: at.index };
  } catch (thrown) {
    if (thrown instanceof SyntaxRefusal) return { error: thrown.message };
    throw thrown;
  }
}
