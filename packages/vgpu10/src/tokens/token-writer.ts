import { returnTypes } from '../enumerations.js';
import { Vgpu10Error } from '../errors.js';
import type { ReturnTypes } from '../program.js';

/** The largest number of tokens that a statement can count, custom data apart. */
const MOST_TOKENS = 127;

/** Writes the tokens of a shader in order. */
export class TokenWriter {
  private readonly tokens: number[] = [];

  /** The index of the next token. */
  get at(): number {
    return this.tokens.length;
  }

  put(token: number): void {
    this.tokens.push(token >>> 0);
  }

  putAll(words: Iterable<number>): void {
    for (const word of words) {
      this.put(word);
    }
  }

  /**
   * Puts the number of tokens since `start` into the opcode token there.
   * @throws Vgpu10Error EINVAL for more than a statement can have
   */
  closeStatement(start: number): void {
    const length = this.at - start;
    if (length > MOST_TOKENS) {
      throw new Vgpu10Error('EINVAL', `a statement of ${length} tokens, more than ${MOST_TOKENS}`, start);
    }
    this.tokens[start] = (this.tokens[start] | (length << 24)) >>> 0;
  }

  /** The number of `name`. @throws Vgpu10Error EINVAL if it has none */
  numberOf(names: readonly (string | undefined)[], name: string): number {
    const number = names.indexOf(name);
    if (number < 0) {
      throw this.invalid(`${name} is unknown`);
    }
    return number;
  }

  /** `value`, if it is an integer from 0 on of at most `bits` bits. @throws Vgpu10Error EINVAL otherwise */
  fit(value: number, bits: number, what: string): number {
    if (!Number.isInteger(value) || value < 0 || value >= 2 ** bits) {
      throw this.invalid(`${what} ${value} does not fit ${bits} bits`);
    }
    return value;
  }

  /** `reserved`, if it has none of the bits that mean something. @throws Vgpu10Error EINVAL otherwise */
  reservedBits(reserved: number, used: number): number {
    if ((reserved & used) !== 0 || this.fit(reserved, 32, 'reserved bits') !== reserved) {
      throw this.invalid(`reserved bits 0x${reserved.toString(16)}, of which some mean something`);
    }
    return reserved;
  }

  /** An error about the statement that is being written. */
  invalid(what: string): Vgpu10Error {
    return new Vgpu10Error('EINVAL', what, this.at);
  }

  /** All tokens; the second one becomes their number. */
  finish(): Uint32Array {
    const words = new Uint32Array(this.tokens);
    words[1] = words.length;
    return words;
  }
}

/** Four return types of four bits each. */
export function encodeReturns(writer: TokenWriter, returns: ReturnTypes): number {
  return returns.reduce((bits, name, i) => bits | (writer.numberOf(returnTypes, name) << (4 * i)), 0);
}
