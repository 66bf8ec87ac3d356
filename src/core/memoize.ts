/**
 * Remembers the result of a function for each object, as long as the object exists. The object must not change, and the
 * result must depend on it alone.
 */
export function memoize<T extends object, R>(compute: (value: T) => R): (value: T) => R {
  const results = new WeakMap<T, { readonly result: R }>();
  return (value) => {
    const known = results.get(value) ?? { result: compute(value) };
    results.set(value, known);
    return known.result;
  };
}
