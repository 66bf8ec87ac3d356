/** Names that are in use, and new ones that are not. */
export class TakenNames {
  readonly #names: Set<string>;
  /** The number that the next name with the same beginning gets. */
  readonly #numbers = new Map<string, number>();

  constructor(names: Iterable<string> = []) {
    this.#names = new Set(names);
  }

  /**
   * Takes a name that is not in use: this one, or this one with a number.
   * @param maxLength the most characters of the name
   */
  add(name: string, maxLength: number): string {
    let unique = name;
    for (let n = this.#numbers.get(name) ?? 2; this.#names.has(unique); n++) {
      const number = `_${n}`;
      unique = name.slice(0, maxLength - number.length) + number;
      this.#numbers.set(name, n + 1);
    }
    this.#names.add(unique);
    return unique;
  }
}
