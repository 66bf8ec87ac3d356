/**
 * The `context` of `/api/generate`: numbers that a client gives back to go on with a conversation. Ollama's are tokens.
 * Ours are the conversation's text, three bytes a number, so that nothing need be kept here. Images are not in them.
 */
import type { Json } from '../../../core/json.js';

/** A conversation in words. */
export interface ContextConversation {
  readonly system: string;
  /** The user's and the assistant's by turns, the user's first. */
  readonly texts: readonly string[];
}

/** "CLA" as a number. With it begins what was made here. */
const MARK = 0x43_4c_41;
const BYTES_PER_NUMBER = 3;
/** Makes about three times as many bytes of JSON, within what Ollama's Go client takes in one line. */
const MAX_BYTES = 1_000_000;

function pack(bytes: Uint8Array): number[] {
  const numbers = [MARK, bytes.length];
  for (let at = 0; at < bytes.length; at += BYTES_PER_NUMBER) {
    numbers.push(((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0));
  }
  return numbers;
}

function unpack(numbers: readonly number[]): Uint8Array | undefined {
  const [mark, length = -1, ...packed] = numbers;
  if (mark !== MARK || packed.length !== Math.ceil(length / BYTES_PER_NUMBER)) return undefined;
  const bytes = new Uint8Array(packed.length * BYTES_PER_NUMBER);
  packed.forEach((number, index) => {
    bytes.set([(number >> 16) & 0xff, (number >> 8) & 0xff, number & 0xff], index * BYTES_PER_NUMBER);
  });
  return bytes.subarray(0, length);
}

function jsonBytes(value: Json): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

/** As numbers. The oldest exchanges are left out where it is too long; a single one that is too long gives none. */
export function encodeContext({ system, texts }: ContextConversation): number[] {
  let room = MAX_BYTES - jsonBytes([system]).length;
  let from = texts.length;
  while (from >= 2) {
    // Brackets of their own for commas between.
    room -= jsonBytes(texts.slice(from - 2, from)).length;
    if (room < 0) break;
    from -= 2;
  }
  return from === texts.length ? [] : pack(jsonBytes([system, ...texts.slice(from)]));
}

function isTexts(value: Json): value is readonly [string, ...string[]] {
  return (
    Array.isArray(value) && value.length % 2 === 1 && value.every((text: Json) => typeof text === 'string')
  );
}

/** The conversation in those numbers, or `undefined` when they were not made here. */
export function decodeContext(numbers: readonly number[]): ContextConversation | undefined {
  const bytes = unpack(numbers);
  if (bytes === undefined) return undefined;
  try {
    const value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as Json;
    if (!isTexts(value)) return undefined;
    const [system, ...texts] = value;
    return { system, texts };
  } catch {
    return undefined;
  }
}
