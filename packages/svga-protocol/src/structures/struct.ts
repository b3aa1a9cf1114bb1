import { headerTypes } from './header-types.js';
import type { HeaderType } from './header-types.js';

/** A little-endian number. */
export type ScalarType = 'f32' | 'i32' | 'u8' | 'u16' | 'u32' | 'u64';

/** Bytes that carry nothing: written as zero and not read. */
export interface Padding {
  readonly padding: number;
}

/** An array of fixed length, of numbers or structures. */
export interface FieldArray<E extends ScalarType | FieldTypes = ScalarType | FieldTypes> {
  readonly element: E;
  readonly length: number;
  /** The field of the same structure with the number of valid elements. */
  readonly countedBy?: string;
}

/** The type of a field: a number by its C type or typedef, an array, or padding. */
export type FieldType = FieldArray | HeaderType | Padding | ScalarType;

/** The fields of a structure in order; all padding is listed. */
export interface FieldTypes {
  readonly [field: string]: FieldType;
}

type FieldValue<T> =
  T extends FieldArray<infer E> ? readonly (E extends FieldTypes ? StructValues<E> : number)[] : number;

/** The fields that carry a value. */
export type StructValues<F extends FieldTypes> = {
  readonly [K in keyof F as F[K] extends Padding ? never : K]: FieldValue<F[K]>;
};

/** Offset of each field, in bytes from the start of its structure. */
export type FieldOffsets<F extends FieldTypes> = {
  readonly [K in keyof F as F[K] extends Padding ? never : K]: number;
};

/** The value of a field, for generic code. */
export type AnyValue = number | readonly (AnyValues | number)[];

/** The values of any structure. */
export interface AnyValues {
  readonly [field: string]: AnyValue;
}

/**
 * Describes an array of `length` elements. @param countedBy the field of the structure with the number of valid
 * elements, if any
 */
export function arrayOf<const E extends ScalarType | FieldTypes>(
  element: E,
  length: number,
  countedBy?: string,
): FieldArray<E> {
  return countedBy === undefined ? { element, length } : { element, length, countedBy };
}

/** Describes bytes that carry nothing. */
export function padding(bytes: number): Padding {
  return { padding: bytes };
}

const scalarBytes: Readonly<Record<ScalarType, number>> = { f32: 4, i32: 4, u8: 1, u16: 2, u32: 4, u64: 8 };

const TWO_32 = 2 ** 32;

function writeScalar(view: DataView, at: number, type: ScalarType, value: number): void {
  switch (type) {
    case 'u8':
      view.setUint8(at, value);
      break;
    case 'u16':
      view.setUint16(at, value, true);
      break;
    case 'u32':
      view.setUint32(at, value, true);
      break;
    case 'i32':
      view.setInt32(at, value, true);
      break;
    case 'f32':
      view.setFloat32(at, value, true);
      break;
    case 'u64':
      view.setUint32(at, value % TWO_32, true);
      view.setUint32(at + 4, Math.floor(value / TWO_32), true);
      break;
  }
}

function readScalar(view: DataView, at: number, type: ScalarType): number {
  switch (type) {
    case 'u8':
      return view.getUint8(at);
    case 'u16':
      return view.getUint16(at, true);
    case 'u32':
      return view.getUint32(at, true);
    case 'i32':
      return view.getInt32(at, true);
    case 'f32':
      return view.getFloat32(at, true);
    case 'u64':
      return view.getUint32(at, true) + view.getUint32(at + 4, true) * TWO_32;
  }
}

/** One field with its offset; padding is not a field. */
export interface PlacedField {
  readonly name: string;
  readonly offset: number;
  readonly type: Exclude<FieldType, Padding>;
  /** The type of its numbers; undefined for structures. */
  readonly scalar: ScalarType | undefined;
  /** For an array of structures: the structure. */
  readonly struct: Struct<FieldTypes> | undefined;
  /** Elements of an array; 1 for anything else. */
  readonly length: number;
  /** Of one element. */
  readonly elementBytes: number;
  /** For an array: the field with the number of valid elements. */
  readonly countedBy: string | undefined;
}

function isPadding(type: FieldType): type is Padding {
  return typeof type === 'object' && 'padding' in type;
}

function place(name: string, offset: number, type: Exclude<FieldType, Padding>): PlacedField {
  if (typeof type === 'object') {
    const { element, length, countedBy } = type;
    if (typeof element === 'object') {
      const struct = new Struct(element);
      return { name, offset, type, scalar: undefined, struct, length, elementBytes: struct.bytes, countedBy };
    }
    return {
      name,
      offset,
      type,
      scalar: element,
      struct: undefined,
      length,
      elementBytes: scalarBytes[element],
      countedBy,
    };
  }
  const scalar: ScalarType = type in headerTypes ? headerTypes[type as HeaderType] : (type as ScalarType);
  const elementBytes = scalarBytes[scalar];
  return { name, offset, type, scalar, struct: undefined, length: 1, elementBytes, countedBy: undefined };
}

function writeElement(view: DataView, at: number, field: PlacedField, value: AnyValue | AnyValues): void {
  if (field.struct === undefined) {
    writeScalar(view, at, field.scalar as ScalarType, value as number);
  } else {
    field.struct.write(view, at, value as AnyValues);
  }
}

function readElement(view: DataView, at: number, field: PlacedField): number | AnyValues {
  return field.struct === undefined
    ? readScalar(view, at, field.scalar as ScalarType)
    : field.struct.read(view, at);
}

/**
 * A packed structure of the device's interface, with reader and writer from one description of its fields. A u32 is
 * taken modulo 2^32, as in C; a u64 is a plain number, exact below 2^53 and the nearest double above. A shorter array
 * is padded with zeros.
 */
export class Struct<F extends FieldTypes> {
  /** Size. */
  readonly bytes: number;
  /** In the order of their bytes, without padding. */
  readonly fields: readonly PlacedField[];
  /** Arrays with a field for the number of valid elements. */
  readonly countedArrays: readonly PlacedField[];
  /** Offset of each field, for reading single fields without an object. */
  readonly offsets: FieldOffsets<F>;
  readonly #padding: readonly (readonly [at: number, bytes: number])[];

  constructor(fields: F) {
    const placed: PlacedField[] = [];
    const gaps: (readonly [number, number])[] = [];
    let bytes = 0;
    for (const [name, type] of Object.entries(fields as FieldTypes)) {
      if (isPadding(type)) {
        gaps.push([bytes, type.padding]);
        bytes += type.padding;
      } else {
        const field = place(name, bytes, type);
        placed.push(field);
        bytes += field.length * field.elementBytes;
      }
    }
    this.bytes = bytes;
    this.fields = placed;
    this.countedArrays = placed.filter(({ countedBy }) => countedBy !== undefined);
    this.offsets = Object.fromEntries(placed.map(({ name, offset }) => [name, offset])) as FieldOffsets<F>;
    this.#padding = gaps;
  }

  /** Offset of a field, in bytes from the start. */
  offsetOf(name: keyof F & string): number {
    return (this.offsets as Readonly<Record<string, number>>)[name];
  }

  write(view: DataView, at: number, values: StructValues<F>): void {
    const byName = values as unknown as AnyValues;
    for (const field of this.fields) {
      const value = byName[field.name];
      const start = at + field.offset;
      if (typeof field.type === 'object') {
        const elements = value as readonly (number | AnyValues)[];
        for (let i = 0; i < field.length; i++) {
          if (i < elements.length) {
            writeElement(view, start + i * field.elementBytes, field, elements[i]);
          } else {
            zero(view, start + i * field.elementBytes, field.elementBytes);
          }
        }
      } else {
        writeScalar(view, start, field.scalar as ScalarType, value as number);
      }
    }
    for (const [offset, bytes] of this.#padding) {
      zero(view, at + offset, bytes);
    }
  }

  /** Reads one number, or an element of an array of numbers; undefined for an unknown field. */
  readNumber(view: DataView, at: number, name: string, index = 0): number | undefined {
    const field = this.fields.find((placed) => placed.name === name);
    return field?.scalar === undefined || index >= field.length
      ? undefined
      : readScalar(view, at + field.offset + index * field.elementBytes, field.scalar);
  }

  read(view: DataView, at: number): StructValues<F> {
    const values: Record<string, AnyValue> = {};
    for (const field of this.fields) {
      const start = at + field.offset;
      if (typeof field.type === 'object') {
        const elements: (number | AnyValues)[] = [];
        for (let i = 0; i < field.length; i++) {
          elements.push(readElement(view, start + i * field.elementBytes, field));
        }
        values[field.name] = elements;
      } else {
        values[field.name] = readScalar(view, start, field.scalar as ScalarType);
      }
    }
    return values as unknown as StructValues<F>;
  }
}

function zero(view: DataView, at: number, bytes: number): void {
  for (let i = 0; i < bytes; i++) {
    view.setUint8(at + i, 0);
  }
}

/** The same bytes as a DataView, for reading and writing structures. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
