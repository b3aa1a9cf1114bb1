const BUFFERED = 2 ** 16;

/**
 * Lines, written many at a time: a listing may have millions of them. Whoever adds lines flushes when it is
 * full, and waits: a reader that is slow holds the listing up, and one that has gone ends it.
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
