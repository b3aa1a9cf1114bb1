const BUFFERED = 2 ** 16;
/** In UTF-8, at most. */
const BYTES_PER_UNIT = 3;

/**
 * Lines, written many at a time: a listing may have millions of them. Whoever adds lines flushes when it is
 * full, and waits: a reader that is slow holds the listing up, and one that has gone ends it.
 */
export class LineWriter {
  /** Bytes, not text: text that grows line by line is copied by each garbage collection. */
  #bytes = Buffer.allocUnsafe(BUFFERED);
  #length = 0;

  constructor(readonly stream: NodeJS.WritableStream) {}

  get isFull(): boolean {
    return this.#length >= BUFFERED / 2;
  }

  line(text: string): void {
    const most = this.#length + (text.length + 1) * BYTES_PER_UNIT;
    if (most > this.#bytes.length) {
      this.#bytes = Buffer.concat([this.#bytes.subarray(0, this.#length)], most * 2);
    }
    this.#length += this.#bytes.write(`${text}\n`, this.#length);
  }

  async flush(): Promise<void> {
    const text = this.#bytes.subarray(0, this.#length);
    if (text.length > 0) {
      await new Promise<void>((resolve) => {
        this.stream.write(text, () => resolve());
      });
    }
    this.#length = 0;
  }
}
