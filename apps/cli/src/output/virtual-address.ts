const PAGE = 4096;
/** The digits of each byte: `toString(16)` dominated the time of printing. */
const BYTES = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** The eight digits of the low 32 bits. */
export function hexWord(value: number): string {
  return (
    BYTES[(value >>> 24) & 255] +
    BYTES[(value >>> 16) & 255] +
    BYTES[(value >>> 8) & 255] +
    BYTES[value & 255]
  );
}

/** The last five digits of a page's address below 1 MiB. */
const PAGES = BYTES.map((digits) => `${digits}000`);
const MIB = 2 ** 20;

/** Virtual addresses of one paging mode as text: all digits, sign-extended. Addresses of pages, except in `parse`. */
export class VirtualAddresses {
  readonly #digits: number;
  /** The first address of the upper half; Infinity if there is none. */
  readonly #upperHalf: number;
  /** The bits that sign extension sets in the high word of an address in the upper half. */
  readonly #extension: number;
  /** The last address in MiB, and its text: neighbours mostly share it. */
  #mebibyte = -1;
  #mebibyteText = '';

  constructor(readonly bits: 32 | 48 | 57) {
    this.#digits = bits === 32 ? 8 : 16;
    this.#upperHalf = bits === 32 ? Infinity : 2 ** (bits - 1);
    this.#extension = bits === 32 ? 0 : 2 ** 32 - 2 ** (bits - 32);
  }

  /** For an address without sign extension. */
  text(address: number): string {
    const mebibyte = Math.floor(address / MIB);
    if (mebibyte !== this.#mebibyte) {
      this.#mebibyte = mebibyte;
      this.#mebibyteText = this.#textOfMebibyte(mebibyte * MIB);
    }
    return this.#mebibyteText + PAGES[(address / PAGE) & 255];
  }

  /** All digits but the last five. In words, not as a bigint: a listing has a hundred thousand. */
  #textOfMebibyte(address: number): string {
    const low = hexWord(address).slice(0, -5);
    if (this.bits === 32) {
      return `0x${low}`;
    }
    const high = Math.floor(address / 2 ** 32);
    return `0x${hexWord(address >= this.#upperHalf ? high + this.#extension : high)}${low}`;
  }

  /** The end of a range: that of the highest has one more digit. */
  end(address: number): string {
    return address === 2 ** this.bits ? `0x1${'0'.repeat(this.#digits)}` : this.text(address);
  }

  /** The last address of a range of whole pages: unlike its end, it never has one more digit. */
  last(end: number): string {
    // Above 2^53 a number cannot be odd: the last page's address has all digits but three.
    return `${this.text(end - PAGE).slice(0, -3)}fff`;
  }

  range({ start, end }: { readonly start: number; readonly end: number }): string {
    return `${this.text(start)}-${this.end(end)}`;
  }

  /** Without sign extension; undefined for text that is not an address, or the end of a range, of this mode. */
  parse(address: bigint): number | undefined {
    const half = 1n << BigInt(this.bits - 1);
    if (this.bits === 32) {
      return address <= 1n << 32n ? Number(address) : undefined;
    }
    if (address <= half) {
      return Number(address);
    }
    const isUpper = address >= (1n << 64n) - half && address <= 1n << 64n;
    return isUpper ? Number(address - (1n << 64n) + half * 2n) : undefined;
  }
}

export function physicalAddress(address: number | bigint): string {
  return `0x${address.toString(16)}`;
}

const UNITS = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** Bytes in the largest unit that needs no fraction. */
export function exactSize(bytes: number): string {
  let [size, unit] = [bytes / 1024, 0];
  while (size % 1024 === 0 && unit < UNITS.length - 1) {
    size /= 1024;
    unit++;
  }
  return `${size} ${UNITS[unit]}`;
}
