/**
 * The `context` of `/api/generate`: numbers that a client sends back to continue a conversation. In Ollama they are
 * tokens. Here they encode the text of the conversation, three bytes per number, so that the server stores nothing.
 * Images are not included.
 */
import type { Json } from '../../../core/json.js';
import { checkJsonLimits } from '../../json/jsonLimits.js';

/** A conversation without images and tools. */
export interface TextConversation {
  readonly system: string;
  /** Alternately of the user and the assistant, the user's first. */
  readonly texts: readonly string[];
}

/** The first number of a context made by this server: "CLA" in ASCII. */
const MARKER = 0x43_4c_41;
const BYTES_PER_NUMBER = 3;
/** Results in about three times as many bytes of JSON, less than Ollama's Go client accepts in one line (8,000,000). */
const MAX_BYTES = 1_000_000;

function pack(bytes: Uint8Array): number[] {
  const numbers = [MARKER, bytes.length];
  for (let at = 0; at < bytes.length; at += BYTES_PER_NUMBER) {
    numbers.push(((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0));
  }
  return numbers;
}

function unpack(numbers: readonly number[]): Uint8Array | undefined {
  const [marker, length = -1, ...packed] = numbers;
  if (marker !== MARKER || packed.length !== Math.ceil(length / BYTES_PER_NUMBER)) return undefined;
  const bytes = new Uint8Array(packed.length * BYTES_PER_NUMBER);
  let at = 0;
  for (const number of packed) {
    bytes[at] = number >> 16;
    bytes[at + 1] = number >> 8;
    bytes[at + 2] = number;
    at += BYTES_PER_NUMBER;
  }
  return bytes.subarray(0, length);
}

function jsonBytes(value: Json): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

/**
 * Encodes a conversation. The oldest exchanges are left out where it is too long; when the latest exchange alone is too
 * long, the result is empty.
 */
export function encodeContext({ system, texts }: TextConversation): number[] {
  let remaining = MAX_BYTES - jsonBytes([system]).length;
  let from = texts.length;
  while (from >= 2) {
    // Counts the two brackets of each exchange; in the joined array, commas take their place.
    remaining -= jsonBytes(texts.slice(from - 2, from)).length;
    if (remaining < 0) break;
    from -= 2;
  }
  return from === texts.length ? [] : pack(jsonBytes([system, ...texts.slice(from)]));
}

/** The system prompt, followed by complete exchanges. */
function isEncodedConversation(value: Json): value is readonly [string, ...string[]] {
  return (
    Array.isArray(value) && value.length % 2 === 1 && value.every((text: Json) => typeof text === 'string')
  );
}

/** Decodes a context; `undefined` when it was not made by this server. */
export function decodeContext(numbers: readonly number[]): TextConversation | undefined {
  const bytes = unpack(numbers);
  if (bytes === undefined) return undefined;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    checkJsonLimits(text);
    const value = JSON.parse(text) as Json;
    if (!isEncodedConversation(value)) return undefined;
    const [system, ...texts] = value;
    return { system, texts };
  } catch {
    return undefined;
  }
}
