/** Estimates of token counts, for where only the model's API could count exactly. */

const ASCII_CHARACTERS_PER_TOKEN = 4;

/**
 * The estimate for a text with these counts of characters. One character beyond ASCII counts as one token, which is
 * rather too many than too few.
 */
export function estimateFromCounts(asciiCharacters: number, otherCharacters: number): number {
  return Math.ceil(asciiCharacters / ASCII_CHARACTERS_PER_TOKEN) + otherCharacters;
}

export const isAscii = (character: string): boolean => character.charCodeAt(0) < 0x80;

/** The estimated number of tokens of a text. */
export function estimateTokens(text: string): number {
  let asciiCharacters = 0;
  let otherCharacters = 0;
  for (const character of text) {
    if (isAscii(character)) asciiCharacters += 1;
    else otherCharacters += 1;
  }
  return estimateFromCounts(asciiCharacters, otherCharacters);
}
