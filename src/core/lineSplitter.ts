/** Cuts a stream of text chunks into lines in time proportional to its length. Pure. */
export class LineSplitter {
  readonly #limit: number;
  #fragments: string[] = [];
  #held = 0;

  /** @param limit most characters of one line; a longer one throws a `RangeError` */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The lines that this chunk completes, without their line feeds. Nothing else is stripped. */
  push(chunk: string): string[] {
    const lines: string[] = [];
    let start = 0;
    for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', start)) {
      this.#hold(chunk.slice(start, end));
      lines.push(this.#take());
      start = end + 1;
    }
    if (start < chunk.length) this.#hold(chunk.slice(start));
    return lines;
  }

  /** What followed the last line feed, or `undefined` when nothing did. */
  rest(): string | undefined {
    return this.#held > 0 ? this.#take() : undefined;
  }

  #hold(fragment: string): void {
    this.#held += fragment.length;
    if (this.#held > this.#limit) throw new RangeError(`a line is longer than ${this.#limit} characters`);
    if (fragment.length > 0) this.#fragments.push(fragment);
  }

  #take(): string {
    const line = this.#fragments.length === 1 ? this.#fragments[0]! : this.#fragments.join('');
    this.#fragments = [];
    this.#held = 0;
    return line;
  }
}
