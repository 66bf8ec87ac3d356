/** Estimates of token counts, for where only the model's API could count. Pure. */

/** Characters of ASCII that make a token; elsewhere a character is one, which errs on the high side. */
const ASCII_PER_TOKEN = 4;

/** @param beyond characters that are no ASCII */
export function estimateFromCounts(ascii: number, beyond: number): number {
  return Math.ceil(ascii / ASCII_PER_TOKEN) + beyond;
}

export const isAscii = (character: string): boolean => character.charCodeAt(0) < 0x80;

/** The estimated number of tokens of a text. */
export function estimateTokens(text: string): number {
  let ascii = 0;
  let beyond = 0;
  for (const character of text) {
    if (isAscii(character)) ascii += 1;
    else beyond += 1;
  }
  return estimateFromCounts(ascii, beyond);
}
