import { returnTypes } from '../enumerations.js';
import { Vgpu10Error } from '../errors.js';
import type { Operand, ReturnTypes } from '../program.js';

/** An operand alone in its list, and where its tokens are. */
export interface KnownOperand {
  readonly at: number;
  readonly length: number;
  readonly list: readonly [Operand];
}

/** Reads the tokens of a shader in order, a statement at a time. */
export class TokenReader {
  /** The index of the next token. */
  at = 0;
  /** Operands that have been read, by a hash of their tokens. */
  readonly known = new Map<number, KnownOperand>();

  constructor(
    readonly words: Uint32Array,
    /** The index behind the statement's last token. */
    public end: number,
  ) {}

  /** @throws Vgpu10Error EBADMSG at the end of the statement */
  next(): number {
    if (this.at >= this.end) {
      throw new Vgpu10Error('EBADMSG', 'the statement ends too soon', this.at);
    }
    return this.words[this.at++];
  }

  /** A copy of the tokens that are left. */
  rest(): Uint32Array {
    const left = this.words.slice(this.at, this.end);
    this.at = this.end;
    return left;
  }

  /** @throws Vgpu10Error EBADMSG if tokens are left */
  finish(): void {
    if (this.at < this.end) {
      throw new Vgpu10Error('EBADMSG', `${this.end - this.at} tokens too many in the statement`, this.at);
    }
  }

  /** An error about the token that was read last. */
  bad(what: string): Vgpu10Error {
    return new Vgpu10Error('EBADMSG', what, this.at - 1);
  }
}

/** Bits `low` to `low + bits - 1` of a token. */
export function field(token: number, low: number, bits: number): number {
  return (token >>> low) & ((1 << bits) - 1);
}

/**
 * The name of a number in a token.
 * @throws Vgpu10Error EBADMSG if it has none
 */
export function nameOf<T extends string>(
  reader: TokenReader,
  what: string,
  names: readonly (T | undefined)[],
  value: number,
): T {
  const name = names[value];
  if (name === undefined) {
    throw reader.bad(`${what} ${value} is unknown`);
  }
  return name;
}

/** Four return types of four bits each. */
export function decodeReturns(reader: TokenReader, value: number): ReturnTypes {
  if (value > 0xffff) {
    throw reader.bad(`return types 0x${value.toString(16)} are unknown`);
  }
  const name = (bit: number) => nameOf(reader, 'return type', returnTypes, field(value, bit, 4));
  return [name(0), name(4), name(8), name(12)];
}

export const NOTHING: readonly never[] = [];

/** A list of its exact length: one that grows has room for more than a dozen elements. */
export function exactly<T>(
  reader: TokenReader,
  length: number,
  next: (reader: TokenReader) => T,
): readonly T[] {
  switch (length) {
    case 0:
      return NOTHING;
    case 1:
      return [next(reader)];
    case 2:
      return [next(reader), next(reader)];
    case 3:
      return [next(reader), next(reader), next(reader)];
    default:
      return Array.from({ length }, () => next(reader));
  }
}
