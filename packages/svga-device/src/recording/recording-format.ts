/** "CGDR" */
export const RECORDING_MAGIC = 0x5244_4743;

/** Increased when records or their meaning change. */
export const RECORDING_VERSION = 1;

/** Magic and version, 32 bits each; the header goes on with a text. */
export const HEADER_BYTES = 8;

/** Kinds of records; docs/recordings.md describes their fields. */
export const RECORD = {
  END: 0,
  MEMORY: 1,
  WRITE: 2,
  ACKNOWLEDGE: 3,
  READ: 4,
  ADVANCE: 5,
  MARK: 6,
  RESTORE: 7,
  DISPLAYS: 8,
} as const;

/** Address spaces of memory records. */
export const SPACE = { GUEST: 0, FIFO: 1, VRAM: 2 } as const;

/** A list of bytes that grows. */
export class RecordBytes {
  #bytes = new Uint8Array(4096);
  #view = new DataView(this.#bytes.buffer);
  length = 0;

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }

  clear(): void {
    this.length = 0;
  }

  byte(value: number): void {
    const at = this.#room(1); // may replace the array
    this.#bytes[at] = value;
  }

  word(value: number): void {
    const at = this.#room(4);
    this.#view.setUint32(at, value, true);
  }

  double(value: number): void {
    const at = this.#room(8);
    this.#view.setFloat64(at, value, true);
  }

  /** A whole number from 0 to 2^53 - 1: seven bits a byte, the lowest first; all but the last have bit 7 set. */
  number(value: number): void {
    let left = value;
    while (left >= 0x80) {
      this.byte((left % 0x80) | 0x80);
      left = Math.floor(left / 0x80);
    }
    this.byte(left);
  }

  /** Its number of UTF-16 units, and each of them, as numbers. */
  text(text: string): void {
    this.number(text.length);
    for (let i = 0; i < text.length; i++) {
      this.number(text.charCodeAt(i));
    }
  }

  append(bytes: Uint8Array): void {
    const at = this.#room(bytes.length);
    this.#bytes.set(bytes, at);
  }

  #room(bytes: number): number {
    const at = this.length;
    this.length += bytes;
    if (this.length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.length, 2 * this.#bytes.length));
      grown.set(this.#bytes);
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    return at;
  }
}
