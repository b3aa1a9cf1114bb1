const BUFFERED = 2 ** 16;
/** Lines that are turned into bytes together. */
const JOINED = 64;

/**
 * Buffers lines, as a listing may have millions of them. The caller flushes when it is full, and waits, so that a slow
 * reader stops the listing, and a closed pipe ends it.
 */
export class LineWriter {
  // Few lines stay text: text that grows line by line is copied by each garbage collection.
  readonly #lines: string[] = [];
  readonly #pieces: Buffer[] = [];
  #bytes = 0;

  constructor(readonly stream: NodeJS.WritableStream) {}

  get isFull(): boolean {
    return this.#bytes >= BUFFERED;
  }

  line(text: string): void {
    this.#lines.push(text);
    if (this.#lines.length === JOINED) {
      this.#join();
    }
  }

  async flush(): Promise<void> {
    this.#join();
    const pieces = this.#pieces.splice(0);
    this.#bytes = 0;
    if (pieces.length > 0) {
      await new Promise<void>((resolve) => {
        this.stream.write(Buffer.concat(pieces), () => resolve());
      });
    }
  }

  #join(): void {
    if (this.#lines.length > 0) {
      this.#lines.push('');
      const piece = Buffer.from(this.#lines.join('\n'));
      this.#lines.length = 0;
      this.#pieces.push(piece);
      this.#bytes += piece.length;
    }
  }
}
