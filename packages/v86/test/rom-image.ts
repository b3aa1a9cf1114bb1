/** Size of a BIOS, whose last 16 bytes begin with the first instruction a PC runs. */
const ROM_BYTES = 0x1_0000;

/** The address of a BIOS of this size, below 1 MiB. */
export const ROM_ADDRESS = 0xf_0000;

const RESET_VECTOR = 0xfff0;

/** A BIOS that begins with this code, which runs in real mode. @throws RangeError for code that does not fit */
export function romImage(code: readonly number[]): ArrayBuffer {
  if (code.length > RESET_VECTOR) {
    throw new RangeError(`${code.length} bytes of code do not fit into the BIOS`);
  }
  const rom = new Uint8Array(ROM_BYTES);
  rom.set(code);
  rom.set([0xea, 0, 0, 0, 0xf0], RESET_VECTOR); // jmp f000:0000
  return rom.buffer;
}

/** A number as this many bytes, the lowest first. */
export function little(value: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, i) => Math.floor(value / 2 ** (8 * i)) % 256);
}
