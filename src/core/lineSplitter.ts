/** Splits a stream of text chunks into lines, in time proportional to its length. */
export class LineSplitter {
  readonly #maxLength: number;
  /** Pieces of the line that has no line feed yet, and their total length. */
  #pieces: string[] = [];
  #length = 0;

  /** @param maxLength of one line, in UTF-16 code units */
  constructor(maxLength: number) {
    this.#maxLength = maxLength;
  }

  /**
   * The lines that this chunk completes, without their line feeds. Nothing else is stripped.
   * @throws RangeError for a line that is too long
   */
  push(chunk: string): string[] {
    const lines: string[] = [];
    let start = 0;
    for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', start)) {
      this.#append(chunk.slice(start, end));
      lines.push(this.#takeLine());
      start = end + 1;
    }
    if (start < chunk.length) this.#append(chunk.slice(start));
    return lines;
  }

  /** The text after the last line feed, or `undefined` when there is none. The next call does not return it again. */
  rest(): string | undefined {
    return this.#length > 0 ? this.#takeLine() : undefined;
  }

  #append(piece: string): void {
    this.#length += piece.length;
    if (this.#length > this.#maxLength) {
      throw new RangeError(`a line is longer than ${this.#maxLength} characters`);
    }
    if (piece.length > 0) this.#pieces.push(piece);
  }

  #takeLine(): string {
    const line = this.#pieces.length === 1 ? this.#pieces[0]! : this.#pieces.join('');
    this.#pieces = [];
    this.#length = 0;
    return line;
  }
}
