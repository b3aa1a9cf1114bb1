import { Vgpu10Error } from '../errors.js';

/** Reads a text from left to right. Comments, from `//` to the end of the line, count as blanks. */
export class TextScanner {
  private at = 0;
  /** The number of the line, from 1. */
  line = 1;

  constructor(private readonly text: string) {}

  /** The text that a sticky expression matches here, which is passed over; undefined if it does not match. */
  take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (match === null) {
      return undefined;
    }
    this.at += match[0].length;
    return match[0];
  }

  /** Passes over `literal` if it stands here. */
  skip(literal: string): boolean {
    const stands = this.text.startsWith(literal, this.at);
    if (stands) {
      this.at += literal.length;
    }
    return stands;
  }

  /** Whether `literal` stands here; as a whole word, if no letter, digit or underscore follows. */
  startsWith(literal: string, isWhole = false): boolean {
    const next = this.text[this.at + literal.length] ?? '';
    return this.text.startsWith(literal, this.at) && !(isWhole && /\w/.test(next));
  }

  /** Whether a sticky expression matches here. */
  stands(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    return pattern.test(this.text);
  }

  /** Like `skip`, if no letter or digit follows. */
  skipWord(literal: string): boolean {
    const next = this.text[this.at + literal.length] ?? '';
    return !/[a-z0-9]/i.test(next) && this.skip(literal);
  }

  /** Reserved bits in braces, such as `{0x40}`, if they stand here. */
  reservedBits(): number | undefined {
    const bits = this.take(/\{0x[0-9a-f]{1,8}\}/y);
    return bits === undefined ? undefined : Number.parseInt(bits.slice(3, -1), 16);
  }

  /** @throws Vgpu10Error EINVAL if `literal` does not stand here */
  expect(literal: string): void {
    if (!this.skip(literal)) {
      throw this.invalid(`${literal} expected`);
    }
  }

  /** Like `expect`, with blanks on both sides passed over. */
  separator(literal: string): void {
    this.blanks();
    this.expect(literal);
    this.blanks();
  }

  /** A match that must be there. @throws Vgpu10Error EINVAL */
  need(pattern: RegExp, what: string): string {
    const text = this.take(pattern);
    if (text === undefined) {
      throw this.invalid(`${what} expected`);
    }
    return text;
  }

  /** Passes over blanks and a comment, within the line. */
  blanks(): void {
    this.take(/[ \t\r]*(?:\/\/[^\n]*)?/y);
  }

  /** Passes over blanks, comments and ends of lines. @returns whether a line has ended, or the text has */
  newLines(): boolean {
    const start = this.line;
    this.blanks();
    while (this.skip('\n')) {
      this.line++;
      this.blanks();
    }
    return this.line > start || this.isAtEnd;
  }

  get isAtEnd(): boolean {
    return this.at >= this.text.length;
  }

  /** A decimal number that fits a word. @throws Vgpu10Error EINVAL */
  number(what: string): number {
    const value = Number(this.need(/\d+/y, what));
    if (value >= 2 ** 32) {
      throw this.invalid(`${what} ${value} does not fit 32 bits`);
    }
    return value;
  }

  /** An error about the line that is being read. */
  invalid(what: string): Vgpu10Error {
    const rest = /[^\n]{0,24}/y;
    rest.lastIndex = this.at;
    const near = rest.exec(this.text)![0];
    return new Vgpu10Error('EINVAL', near === '' ? what : `${what} before «${near}»`, this.line, 'line');
  }
}
