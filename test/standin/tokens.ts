/** An estimate of token counts: the same text always has the same count, and a longer text never has fewer. */

const BYTES_PER_TOKEN = 4;

/** Images count the same, whatever their size. */
const IMAGE_TOKENS = 1500;

/** The tokens of a text. */
export function textTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN);
}

/** The tokens of a part of a prompt: a tool, or a block of a message or of the system prompt. */
export function partTokens(part: unknown): number {
  let images = 0;
  const text = JSON.stringify(part, (key, value: unknown) => {
    if (key !== 'source' || typeof value !== 'object' || value === null || !('data' in value)) return value;
    images += 1;
    return undefined;
  });
  return textTokens(text) + images * IMAGE_TOKENS;
}

/** The longest beginning of a text that has at most this many tokens. Never splits a code point. */
export function firstTokens(text: string, tokens: number): string {
  if (textTokens(text) <= tokens) return text;
  let bytes = 0;
  let end = 0;
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > tokens * BYTES_PER_TOKEN) break;
    end += character.length;
  }
  return text.slice(0, end);
}
