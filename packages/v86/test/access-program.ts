import { little, ROM_ADDRESS, romImage } from './rom-image.js';

/** Bytes that one instruction moves: through al, ax, eax, mm0, an x87 register of 80 bits, xmm0. */
export type MoveBytes = 1 | 2 | 4 | 8 | 10 | 16;

/** Bytes of an element of a string instruction, or of an operand in memory. */
export type WordBytes = 1 | 2 | 4;

/** The number of rounds while the program waits for `GO` to change from 0. */
export const ROUNDS = 0x1_0000;
export const GO = 0x1_0004;

/** A word that is not 0 after the program has ended. */
export const ENDED = 0x1_0008;

/** The offset of accesses while waiting: above all operands, where there is no memory. */
const NOWHERE = 0x1000_0000;

const OPERAND_16 = 0x66;

// Operands are [ebx + address].
const LOAD: Readonly<Record<MoveBytes, readonly number[]>> = {
  1: [0x8a, 0x83],
  2: [OPERAND_16, 0x8b, 0x83],
  4: [0x8b, 0x83],
  8: [0x0f, 0x6f, 0x83], // movq
  10: [0xdb, 0xab], // fld
  16: [0xf3, 0x0f, 0x6f, 0x83], // movdqu
};

const STORE: Readonly<Record<MoveBytes, readonly number[]>> = {
  1: [0x88, 0x83],
  2: [OPERAND_16, 0x89, 0x83],
  4: [0x89, 0x83],
  8: [0x0f, 0x7f, 0x83],
  10: [0xdb, 0xbb], // fstp
  16: [0xf3, 0x0f, 0x7f, 0x83],
};

const MOVS: Readonly<Record<WordBytes, readonly number[]>> = { 1: [0xa4], 2: [OPERAND_16, 0xa5], 4: [0xa5] };

const XOR: Readonly<Record<WordBytes, readonly number[]>> = {
  1: [0x80, 0xb3],
  2: [OPERAND_16, 0x81, 0xb3],
  4: [0x81, 0xb3],
};

/** A BIOS in flat 32-bit protected mode without paging, which moves bytes between physical addresses. */
export class AccessProgram {
  readonly #code: number[] = [];

  /** Loads and stores with one instruction each. */
  move(bytes: MoveBytes, from: number, to: number): this {
    const end = bytes === 8 ? [0x0f, 0x77] : []; // emms: the x87 registers are free again
    return this.#add(...LOAD[bytes], ...little(from, 4), ...STORE[bytes], ...little(to, 4), ...end);
  }

  /** rep movs, upwards. */
  moveString(bytes: WordBytes, count: number, from: number, to: number): this {
    this.#add(0x8d, 0xb3, ...little(from, 4), 0x8d, 0xbb, ...little(to, 4)); // lea esi, …; lea edi, …
    return this.#add(0xb9, ...little(count, 4), 0xf3, ...MOVS[bytes]); // mov ecx, count
  }

  /** xor, which loads and stores in one instruction. */
  xor(bytes: WordBytes, address: number, value: number): this {
    return this.#add(...XOR[bytes], ...little(address, 4), ...little(value, bytes));
  }

  /**
   * Runs the program repeatedly on addresses without memory, until `GO`; then once on its operands, and halts. v86
   * compiles code that has run often, so the last run can be interpreted or compiled.
   */
  finish(): ArrayBuffer {
    const body = this.#code;
    const again = (after: number): number[] => little(2 ** 32 - body.length - after, 4);
    const end = [
      [0x85, 0xdb, 0x74, 26], // test ebx, ebx; jz past the jmp
      [0xff, 0x05, ...little(ROUNDS, 4)], // inc dword [ROUNDS]
      [0x83, 0x3d, ...little(GO, 4), 0], // cmp dword [GO], 0
      [0x0f, 0x84, ...again(23)], // jz to the body
      [0x31, 0xdb, 0xe9, ...again(30)], // xor ebx, ebx; jmp to the body
      [0xc7, 0x05, ...little(ENDED, 4), ...little(1, 4), 0xf4], // mov dword [ENDED], 1; hlt
    ].flat();
    return romImage([...protectedMode(), 0xbb, ...little(NOWHERE, 4), ...body, ...end]); // mov ebx, NOWHERE
  }

  #add(...bytes: number[]): this {
    this.#code.push(...bytes);
    return this;
  }
}

/** A descriptor of a segment from 0 to 4 GiB. */
function descriptor(access: number): number[] {
  return [0xff, 0xff, 0, 0, 0, access, 0xcf, 0];
}

/** From real mode to flat segments, with x87 and SSE on. */
export function protectedMode(): number[] {
  const gdt = [little(0, 8), descriptor(0x9a), descriptor(0x92)].flat();
  const tablesAt = 0x20;
  const start = tablesAt + gdt.length + 6;
  const real = [
    [0x2e, 0x66, 0x0f, 0x01, 0x16, ...little(tablesAt + gdt.length, 2)], // lgdt cs:[…]
    [0x0f, 0x20, 0xc0, 0x0c, 0x01, 0x0f, 0x22, 0xc0], // mov eax, cr0; or al, PE; mov cr0, eax
    [0x66, 0xea, ...little(ROM_ADDRESS + start, 4), ...little(8, 2)], // jmp 8:start
  ].flat();
  const flat = [
    [0x66, 0xb8, ...little(16, 2), 0x8e, 0xd8, 0x8e, 0xc0, 0x8e, 0xd0], // ds, es, ss = 16
    [0x0f, 0x20, 0xe0, 0x0d, ...little(0x600, 4), 0x0f, 0x22, 0xe0], // cr4 |= OSFXSR, OSXMMEXCPT
    [0x0f, 0x20, 0xc0, 0x24, 0xf3, 0x0c, 0x02, 0x0f, 0x22, 0xc0], // cr0: EM and TS off, MP on
    [0xdb, 0xe3], // fninit
  ].flat();
  const padding = little(0, tablesAt - real.length);
  const gdtr = [...little(gdt.length - 1, 2), ...little(ROM_ADDRESS + tablesAt, 4)];
  return [...real, ...padding, ...gdt, ...gdtr, ...flat];
}
