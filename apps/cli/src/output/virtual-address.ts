/** Virtual addresses of one paging mode as people write them: all their digits, sign-extended. */
export class VirtualAddresses {
  readonly #bits: number;
  readonly #digits: number;

  constructor(readonly bits: 32 | 48 | 57) {
    this.#bits = bits;
    this.#digits = bits === 32 ? 8 : 16;
  }

  /** Of an address without sign extension. */
  text(address: number | bigint): string {
    const width = this.#bits === 32 ? 32 : 64;
    const extended = BigInt.asUintN(width, BigInt.asIntN(this.#bits, BigInt(address)));
    return `0x${extended.toString(16).padStart(this.#digits, '0')}`;
  }

  /** The end of a range: that of the highest has a digit more. */
  end(address: number): string {
    return address === 2 ** this.#bits ? `0x1${'0'.repeat(this.#digits)}` : this.text(address);
  }

  /** The last address of a range: unlike its end, it never has a digit more. */
  last(end: number): string {
    return this.text(BigInt(end) - 1n);
  }

  range({ start, end }: { readonly start: number; readonly end: number }): string {
    return `${this.text(start)}-${this.end(end)}`;
  }

  /** Without sign extension; undefined for what is no address, or no end of a range, of this mode. */
  parse(address: bigint): number | undefined {
    const half = 1n << BigInt(this.#bits - 1);
    if (this.#bits === 32) {
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
