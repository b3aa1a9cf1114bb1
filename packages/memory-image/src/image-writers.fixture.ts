// Writers of formats without an available tool, made from their public layouts: the tests read their output. `ranges`
// are physical addresses and their bytes, ascending.

export interface WrittenRange {
  readonly physical: number;
  readonly bytes: Uint8Array;
}

class Writer {
  readonly #parts: Uint8Array[] = [];

  bytes(bytes: Uint8Array): this {
    this.#parts.push(bytes);
    return this;
  }

  text(text: string): this {
    return this.bytes(Uint8Array.from(text, (char) => char.charCodeAt(0)));
  }

  u32(...values: number[]): this {
    return this.bytes(new Uint8Array(Uint32Array.from(values).buffer));
  }

  u64(...values: (number | bigint)[]): this {
    return this.bytes(new Uint8Array(BigUint64Array.from(values.map(BigInt)).buffer));
  }

  /** Zeros up to an offset from the beginning. */
  padTo(offset: number): this {
    return this.bytes(new Uint8Array(offset - this.length));
  }

  get length(): number {
    return this.#parts.reduce((sum, part) => sum + part.length, 0);
  }

  done(): Uint8Array {
    const all = new Uint8Array(this.length);
    let at = 0;
    for (const part of this.#parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }
}

/** A LiME file, version 1. */
export function writeLime(ranges: readonly WrittenRange[]): Uint8Array {
  const writer = new Writer();
  for (const { physical, bytes } of ranges) {
    writer
      .text('EMiL')
      .u32(1)
      .u64(physical, physical + bytes.length - 1, 0)
      .bytes(bytes);
  }
  return writer.done();
}

function pagesOf(bytes: Uint8Array): number {
  return bytes.length / 4096;
}

function windowsHeader(writer: Writer, cr3: number, type: number, ranges: readonly WrittenRange[]): Writer {
  writer.text('PAGEDU64').u32(15, 19041).u64(cr3).padTo(0x30).u32(0x8664, 2);
  writer
    .padTo(0x88)
    .u32(ranges.length, 0)
    .u64(ranges.reduce((sum, { bytes }) => sum + pagesOf(bytes), 0));
  for (const { physical, bytes } of ranges) {
    writer.u64(physical / 4096, pagesOf(bytes));
  }
  return writer.padTo(0xf98).u32(type).padTo(0x2000);
}

/** A full Windows dump; ranges are whole pages. */
export function writeWindowsFull(cr3: number, ranges: readonly WrittenRange[]): Uint8Array {
  const writer = windowsHeader(new Writer(), cr3, 1, ranges);
  ranges.forEach(({ bytes }) => writer.bytes(bytes));
  return writer.done();
}

/** A Windows dump with a bitmap; ranges are whole pages. */
export function writeWindowsBitmap(cr3: number, ranges: readonly WrittenRange[]): Uint8Array {
  const last = ranges.at(-1);
  const pages = last === undefined ? 0 : (last.physical + last.bytes.length) / 4096;
  const bitmap = new Uint8Array(Math.ceil(pages / 8));
  let present = 0;
  for (const { physical, bytes } of ranges) {
    for (let page = physical / 4096; page < (physical + bytes.length) / 4096; page++) {
      bitmap[page >> 3] |= 1 << (page & 7);
      present++;
    }
  }
  const firstPage = Math.ceil((0x2038 + bitmap.length) / 4096) * 4096;
  const writer = windowsHeader(new Writer(), cr3, 5, []);
  writer.text('SDMPDUMP').padTo(0x2020).u64(firstPage, present, pages).bytes(bitmap).padTo(firstPage);
  ranges.forEach(({ bytes }) => writer.bytes(bytes));
  return writer.done();
}

/** A note of an ELF core. */
export function writeNote(name: string, type: number, descriptor: Uint8Array): Uint8Array {
  const writer = new Writer().u32(name.length + 1, descriptor.length, type).text(`${name}\0`);
  writer.padTo(Math.ceil(writer.length / 4) * 4).bytes(descriptor);
  return writer.padTo(Math.ceil(writer.length / 4) * 4).done();
}

/** An ELF64 core with a segment for each range, and its notes. */
export function writeElfCore(
  ranges: readonly WrittenRange[],
  notes: Uint8Array = new Uint8Array(0),
): Uint8Array {
  const headers = ranges.length + 1;
  const writer = new Writer()
    .text('\x7fELF')
    .bytes(Uint8Array.of(2, 1, 1, 0))
    .u64(0);
  writer
    .u32(4 | (62 << 16), 1)
    .u64(0, 64, 0)
    .u32(0, 64 | (56 << 16), headers, 0);
  let offset = 64 + headers * 56;
  const header = (type: number, physical: number, size: number) => {
    writer.u32(type, 0).u64(offset, 0, physical, size, size, 0);
    offset += size;
  };
  header(4, 0, notes.length);
  ranges.forEach(({ physical, bytes }) => header(1, physical, bytes.length));
  writer.bytes(notes);
  ranges.forEach(({ bytes }) => writer.bytes(bytes));
  return writer.done();
}

function bigEndian(...values: bigint[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 8));
  values.forEach((value, i) => view.setBigInt64(i * 8, value));
  return new Uint8Array(view.buffer);
}

/** A flattened file of records in the order given; `records` may overwrite one another. */
export function writeFlattened(records: readonly { offset: number; bytes: Uint8Array }[]): Uint8Array {
  const writer = new Writer().text('makedumpfile').padTo(16).bytes(bigEndian(1n, 1n)).padTo(4096);
  for (const { offset, bytes } of records) {
    writer.bytes(bigEndian(BigInt(offset), BigInt(bytes.length))).bytes(bytes);
  }
  return writer.bytes(bigEndian(-1n, -1n)).done();
}
