const BUFFERED = 2 ** 16;

/** Lines, written many at a time: a listing may have millions of them. */
export class LineWriter {
  #text = '';

  constructor(readonly stream: { write(text: string): unknown }) {}

  line(text: string): void {
    this.#text += `${text}\n`;
    if (this.#text.length > BUFFERED) {
      this.flush();
    }
  }

  flush(): void {
    if (this.#text !== '') {
      this.stream.write(this.#text);
      this.#text = '';
    }
  }
}
