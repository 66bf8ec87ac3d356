/**
 * The lines that a change has added or replaced, from 0. Pure.
 * @param before the text before the change
 * @param after the text after it, which differs
 */
export function addedLines(before: string, after: string): { readonly first: number; readonly last: number } {
  const old = before.split('\n');
  const lines = after.split('\n');
  let first = 0;
  while (first < old.length && first < lines.length && old[first] === lines[first]) first += 1;
  let same = 0;
  while (
    same < old.length - first &&
    same < lines.length - first &&
    old.at(-1 - same) === lines.at(-1 - same)
  ) {
    same += 1;
  }
  return { first: Math.min(first, lines.length - 1), last: Math.max(first, lines.length - 1 - same) };
}
