/** Cache of pieces of a larger whole, by number; the least recently used is evicted. */
export class PieceCache {
  readonly #most: number;
  readonly #pieceBytes: number;
  readonly #load: (number: number, into: Uint8Array) => void;
  /** Least recently used first: a Map iterates in the order of insertion. */
  readonly #pieces = new Map<number, Uint8Array>();
  #lastNumber = -1;
  #last: Uint8Array = new Uint8Array(0);

  /** @param load fills a piece; if it throws, nothing is cached */
  constructor(most: number, pieceBytes: number, load: (number: number, into: Uint8Array) => void) {
    this.#most = most;
    this.#pieceBytes = pieceBytes;
    this.#load = load;
  }

  get(number: number): Uint8Array {
    if (number === this.#lastNumber) {
      return this.#last;
    }
    let piece = this.#pieces.get(number);
    if (piece === undefined) {
      piece = this.#room();
      this.#load(number, piece);
    } else {
      this.#pieces.delete(number);
    }
    this.#pieces.set(number, piece);
    this.#lastNumber = number;
    this.#last = piece;
    return piece;
  }

  /** A buffer for a piece: that of the least recently used one, once the cache is full. */
  #room(): Uint8Array {
    const [oldest] = this.#pieces;
    if (oldest === undefined || this.#pieces.size < this.#most) {
      return new Uint8Array(this.#pieceBytes);
    }
    const [number, piece] = oldest;
    this.#pieces.delete(number);
    if (number === this.#lastNumber) {
      this.#lastNumber = -1;
    }
    return piece;
  }
}
