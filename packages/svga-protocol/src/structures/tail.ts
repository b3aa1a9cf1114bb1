import type { HeaderType } from './header-types.js';
import { Struct } from './struct.js';
import type { FieldTypes, StructValues } from './struct.js';

/** Reads a field of a command's body by name, or an element of one that is an array. */
export type BodyReader = (field: string, index?: number) => number;

/**
 * How many elements a part has.
 *
 * - `rest`: as many as the size in the command's header leaves room for;
 * - `atMostOne`: one where the size leaves room for it;
 * - `field`: as many as that field of the body says; with `orNone` all may be missing;
 * - `fromBody`: what the fields of the body come to together.
 */
export type PartCount =
  | 'atMostOne'
  | 'rest'
  | { readonly field: string; readonly orNone?: boolean }
  | { readonly fromBody: (body: BodyReader) => number };

/** One part of what follows a command's body: equal elements, one after another. */
export interface TailPart<V = unknown> {
  readonly kind: 'bytes' | 'dwords' | 'structs';
  readonly elementBytes: number;
  readonly count: PartCount;
  /** What each element of `structs` is. */
  readonly struct: Struct<FieldTypes> | undefined;
  /** What each element of `dwords` is, where its type says more than u32. */
  readonly type: HeaderType | undefined;
  /** The field of each element that must be `elementBytes`: the structure states its own size. */
  readonly sizeField: string | undefined;
  /** The type of the part's value; there is no such property. */
  readonly valueType?: V;
}

/** What follows a command's body: parts by name, in order. */
export type Tail = Readonly<Record<string, TailPart>>;

/** The parts of a tail as values. */
export type TailValues<T extends Tail> = {
  readonly [K in keyof T]: T[K] extends TailPart<infer V> ? V : never;
};

/**
 * Structures.
 * @param sizeField the field in which each states its own size
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
 * Elements of a part.
 * @param left bytes that the command's size leaves for this part and those behind it; Infinity where the
 * command has no size
 * @returns not a whole number, or not one at all, where the body's fields make no sense
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
