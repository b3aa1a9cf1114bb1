const BUFFERED = 2 ** 16;

/**
 * Buffers lines, as a listing may have millions of them. The caller flushes when it is full, and waits, so that a slow
 * reader stops the listing, and a closed pipe ends it.
 */
export class LineWriter {
  #text = '';

  constructor(readonly stream: NodeJS.WritableStream) {}

  get isFull(): boolean {
    return this.#text.length >= BUFFERED;
  }

  line(text: string): void {
    this.#text += `${text}\n`;
  }

  async flush(): Promise<void> {
    const text = this.#text;
    this.#text = '';
    if (text !== '') {
      await new Promise<void>((resolve) => {
        this.stream.write(text, () => resolve());
      });
    }
  }
}
