import { LitmusError } from '../errors.js';

/** A word in quotes, or one without spaces; a comma is a word of its own. */
const WORD = /\s*(?:'([^']*)'|(,)|([^\s,']+))/y;

/** The words of one line, in order. */
export class Words {
  readonly #words: string[] = [];
  #next = 0;

  /** @throws LitmusError EBADMSG for a quote without an end */
  constructor(
    text: string,
    readonly line: number,
  ) {
    const end = text.trimEnd().length;
    for (let at = 0; at < end; at = WORD.lastIndex) {
      WORD.lastIndex = at;
      const found = WORD.exec(text);
      if (found === null) {
        return this.fail('a quote has no end');
      }
      this.#words.push(found[1] ?? found[2] ?? found[3]);
    }
  }

  get isEmpty(): boolean {
    return this.#next === this.#words.length;
  }

  /** The next word, without consuming it. */
  get peek(): string | undefined {
    return this.#words.at(this.#next);
  }

  /** @param what names it in the error if there is none */
  take(what: string): string {
    const word = this.peek;
    if (word === undefined) {
      return this.fail(`${what} is missing`);
    }
    this.#next++;
    return word;
  }

  /** Takes the next word if it is this one. */
  skip(word: string): boolean {
    const isNext = this.peek === word;
    this.#next += isNext ? 1 : 0;
    return isNext;
  }

  require(word: string): void {
    if (!this.skip(word)) {
      this.fail(`expected "${word}"${this.peek === undefined ? '' : `, not "${this.peek}"`}`);
    }
  }

  /** One of several words. */
  oneOf<T extends string>(what: string, allowed: readonly T[]): T {
    const word = this.take(what);
    const found = allowed.find((candidate) => candidate === word);
    return found ?? this.fail(`"${word}" is not ${what}: ${allowed.join(', ')}`);
  }

  integer(what: string, min: number, max: number): number {
    return this.#asInteger(this.take(what), what, min, max);
  }

  /** An offset in bytes: `+4096`. */
  offset(): number {
    const word = this.take('an offset such as +4096');
    return word.startsWith('+')
      ? this.#asInteger(word.slice(1), 'an offset', 0, 2 ** 31)
      : this.fail(`expected an offset such as +4096, not "${word}"`);
  }

  /** One to three numbers with a separator: `64x64`, `0,0,0` would be three words. */
  sizes(what: string, min: number): number[] {
    const parts = this.take(what).split('x');
    return parts.length > 3
      ? this.fail(`${what} has at most three numbers, not ${parts.length}`)
      : parts.map((part) => this.#asInteger(part, what, min, 65_536));
  }

  /** Checks that nothing follows. */
  end(): void {
    if (this.peek !== undefined) {
      this.fail(`unexpected "${this.peek}"`);
    }
  }

  fail(message: string): never {
    throw new LitmusError('EBADMSG', message, this.line);
  }

  #asInteger(text: string, what: string, min: number, max: number): number {
    const value = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
    if (!(value >= min && value <= max)) {
      return this.fail(`${what} must be a number from ${min} to ${max}, not "${text}"`);
    }
    return value;
  }
}
