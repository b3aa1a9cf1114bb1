import type { HeaderType } from './header-types.js';
import { Struct } from './struct.js';
import type { FieldTypes, StructValues } from './struct.js';

/** Reads a field of a command's body by name, or an element of one that is an array. */
export type BodyReader = (field: string, index?: number) => number;

/**
 * The number of elements of a part.
 *
 * - `rest`: as many as fit the size in the command's header;
 * - `atMostOne`: one if it fits the size;
 * - `field`: the value of that field of the body; with `orNone` all may be missing;
 * - `fromBody`: computed from the fields of the body.
 */
export type PartCount =
  | 'atMostOne'
  | 'rest'
  | { readonly field: string; readonly orNone?: boolean }
  | { readonly fromBody: (body: BodyReader) => number };

/** One part of the tail after a command's body: an array of equal elements. */
export interface TailPart<V = unknown> {
  readonly kind: 'bytes' | 'dwords' | 'structs';
  readonly elementBytes: number;
  readonly count: PartCount;
  /** The type of the elements of `structs`. */
  readonly struct: Struct<FieldTypes> | undefined;
  /** The type of the elements of `dwords`, if more specific than u32. */
  readonly type: HeaderType | undefined;
  /** The field of each element with its own size, which must be `elementBytes`. */
  readonly sizeField: string | undefined;
  /** The type of the part's value; a phantom property. */
  readonly valueType?: V;
}

/** The tail after a command's body: parts by name, in order. */
export type Tail = Readonly<Record<string, TailPart>>;

/** The parts of a tail as values. */
export type TailValues<T extends Tail> = {
  readonly [K in keyof T]: T[K] extends TailPart<infer V> ? V : never;
};

/**
 * Structures. @param sizeField the field of each with its own size
 */
export function structs<const F extends FieldTypes>(
  fields: F,
  count: PartCount = 'rest',
  sizeField?: keyof F & string,
): TailPart<readonly StructValues<F>[]> {
  const struct = new Struct<FieldTypes>(fields);
  return { kind: 'structs', elementBytes: struct.bytes, count, struct, type: undefined, sizeField };
}

/** Numbers of 32 bits. */
export function dwords(count: PartCount = 'rest', type?: HeaderType): TailPart<readonly number[]> {
  return { kind: 'dwords', elementBytes: 4, count, struct: undefined, type, sizeField: undefined };
}

/** Bytes, read as a view. */
export function bytes(count: PartCount = 'rest'): TailPart<Uint8Array> {
  return { kind: 'bytes', elementBytes: 1, count, struct: undefined, type: undefined, sizeField: undefined };
}

/**
 * The number of elements of a part. @param left bytes of the command's size left for this part and later ones; Infinity
 * if the command has no size @returns not an integer, or NaN, if the body's fields are invalid
 */
export function partCount(part: TailPart, body: BodyReader, left: number): number {
  const { count, elementBytes } = part;
  if (count === 'rest') {
    return Math.floor(left / elementBytes);
  }
  if (count === 'atMostOne') {
    return left >= elementBytes ? 1 : 0;
  }
  if ('fromBody' in count) {
    return count.fromBody(body);
  }
  return count.orNone === true && left === 0 ? 0 : body(count.field);
}
