/** The type of a field: little-endian, unsigned. `pad…` is written as zero and not read. */
export type FieldType = 'u8' | 'u32' | 'u64' | 'pad16' | 'pad32';

/** The fields of a structure in the order of its bytes; there is no padding but what is listed. */
export type FieldTypes = Readonly<Record<string, FieldType>>;

/** The fields that carry a value, as numbers. */
export type StructValues<F extends FieldTypes> = {
  readonly [K in keyof F as F[K] extends 'pad16' | 'pad32' ? never : K]: number;
};

const fieldBytes: Record<FieldType, number> = { u8: 1, u32: 4, u64: 8, pad16: 2, pad32: 4 };

const TWO_32 = 2 ** 32;

function writeField(view: DataView, at: number, type: FieldType, value: number): void {
  switch (type) {
    case 'u8':
      view.setUint8(at, value);
      break;
    case 'u32':
      view.setUint32(at, value, true);
      break;
    case 'u64':
      view.setUint32(at, value % TWO_32, true);
      view.setUint32(at + 4, Math.floor(value / TWO_32), true);
      break;
    case 'pad16':
      view.setUint16(at, 0, true);
      break;
    case 'pad32':
      view.setUint32(at, 0, true);
      break;
  }
}

function readField(view: DataView, at: number, type: FieldType): number {
  switch (type) {
    case 'u8':
      return view.getUint8(at);
    case 'u64':
      return view.getUint32(at, true) + view.getUint32(at + 4, true) * TWO_32;
    default:
      return view.getUint32(at, true);
  }
}

/**
 * A packed structure of the device's interface, from one description of its fields: what writes it and what
 * reads it. A u32 is taken modulo 2^32, as C does; a u64 is a plain number, exact below 2^53 and the nearest
 * double above.
 */
export class Struct<F extends FieldTypes> {
  /** Size. */
  readonly bytes: number;
  readonly #names: readonly string[];
  readonly #types: readonly FieldType[];
  readonly #offsets: readonly number[];

  constructor(fields: F) {
    const offsets: number[] = [];
    let bytes = 0;
    for (const type of Object.values(fields)) {
      offsets.push(bytes);
      bytes += fieldBytes[type];
    }
    this.bytes = bytes;
    this.#names = Object.keys(fields);
    this.#types = Object.values(fields);
    this.#offsets = offsets;
  }

  /** Where a field lies, in bytes from the start. */
  offsetOf(name: keyof F & string): number {
    return this.#offsets[this.#names.indexOf(name)];
  }

  write(view: DataView, at: number, values: StructValues<F>): void {
    const byName = values as Readonly<Record<string, number>>;
    for (let i = 0; i < this.#names.length; i++) {
      writeField(view, at + this.#offsets[i], this.#types[i], byName[this.#names[i]]);
    }
  }

  read(view: DataView, at: number): StructValues<F> {
    const values: Record<string, number> = {};
    for (let i = 0; i < this.#names.length; i++) {
      const type = this.#types[i];
      if (type !== 'pad16' && type !== 'pad32') {
        values[this.#names[i]] = readField(view, at + this.#offsets[i], type);
      }
    }
    return values as StructValues<F>;
  }
}

/** The same bytes, for what reads and writes structures in them. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
