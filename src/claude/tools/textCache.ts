/** Remembers results by the JSON text of their inputs. */
import { jsonText, type Json } from '../../core/json.js';
import { textKey } from './textKey.js';

/**
 * @param maxLength the most characters of all remembered texts together; the ones used longest ago are forgotten
 * @param compute must depend on the input alone; gets it with long integers as numbers; an error is not remembered
 */
export function createTextCache<T extends Json, R>(
  maxLength: number,
  compute: (input: T) => R,
): (input: T) => R {
  const results = new Map<string, { readonly result: R; readonly size: number }>();
  let length = 0;
  return (input) => {
    const text = jsonText(input);
    const key = textKey(text);
    const known = results.get(key);
    if (known !== undefined) {
      // A Map keeps the order of insertion: the entry becomes the newest.
      results.delete(key);
      results.set(key, known);
      return known.result;
    }
    const result = compute(JSON.parse(text) as T);
    results.set(key, { result, size: text.length });
    length += text.length;
    for (const [oldest, { size }] of results) {
      if (length <= maxLength) break;
      results.delete(oldest);
      length -= size;
    }
    return result;
  };
}
