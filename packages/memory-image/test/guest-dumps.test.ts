import { describe, expect, it } from 'vitest';
import { openMemoryImage, type MemoryImage } from '../src/index.js';
import { guestFile, guestSource, guestText } from './guest-dumps.js';

const GUESTS = ['level4', 'keys', 'level5', 'pae', 'bits32', 'pse', 'unpaged'];
const RAM = 8 * 2 ** 20;
/** Where the PC hides memory behind its ROMs' places: the firmware is read there. */
const FIRMWARE = 0xf0000;

/** Whether an image holds `expected` from `physical` on. Eight MiB are too many for the matchers. */
function holds(image: MemoryImage, physical: number, expected: Uint8Array): boolean {
  return Buffer.compare(bytesOf(image, physical, expected.length), expected) === 0;
}

function bytesOf(image: MemoryImage, physical: number, length: number): Uint8Array {
  const into = new Uint8Array(length);
  expect(image.read(physical, into)).toBe(true);
  return into;
}

/** Registers of the first CPU as QEMU's monitor prints them. */
function printed(guest: string, register: string): bigint {
  const match = new RegExp(`${register}=([0-9a-f]+)`).exec(guestText(`${guest}.registers.txt`));
  return BigInt(`0x${match?.[1]}`);
}

describe('dumps that QEMU 7.2 and makedumpfile 1.7.2 wrote of one machine', () => {
  for (const guest of GUESTS) {
    const raw = guestFile(`${guest}.raw`);
    for (const [ending, format] of [
      ['elf', 'elf'],
      ['kdump', 'kdump'],
    ]) {
      it(`${guest}.${ending} is recognised, and has the machine's memory`, async () => {
        const image = await openMemoryImage(guestSource(`${guest}.${ending}`));
        expect(image.format).toBe(format);
        expect(holds(image, 0x100000, raw.subarray(0x100000))).toBe(true);
        expect(holds(image, FIRMWARE, raw.subarray(FIRMWARE, FIRMWARE + 0x10000))).toBe(true);
        // The firmware again, just below 4 GiB; behind RAM there is a hole.
        expect(holds(image, 0xffff0000, raw.subarray(FIRMWARE, FIRMWARE + 0x10000))).toBe(true);
        expect(image.end).toBe(2 ** 32);
        expect(image.nextHole(0x100000)).toBe(RAM);
        expect(image.nextHeld(RAM)).toBe(0xffff0000);
        expect(image.read(RAM - 4096, new Uint8Array(8192))).toBe(false);
      });

      it(`${guest}.${ending} has the registers of both CPUs`, async () => {
        const { cpus } = await openMemoryImage(guestSource(`${guest}.${ending}`));
        expect(cpus).toHaveLength(2);
        expect(cpus[0]).toMatchObject({
          source: 'QEMU',
          cr0: printed(guest, 'CR0'),
          cr3: printed(guest, 'CR3'),
          cr4: printed(guest, 'CR4'),
          inLongMode: printed(guest, 'EFER') === 0xd00n,
        });
      });
    }

    // With virtual addresses (`-p`) QEMU names what the tables map, several times over, and not all of it.
    it(`${guest}.paging.elf has what its headers name as the machine had it`, async () => {
      const image = await openMemoryImage(guestSource(`${guest}.paging.elf`));
      let bytes = 0;
      for (let at = image.nextHeld(0x100000); at < RAM; at = image.nextHeld(at)) {
        const end = Math.min(image.nextHole(at), RAM);
        expect(holds(image, at, raw.subarray(at, end))).toBe(true);
        bytes += end - at;
        at = end;
      }
      expect(bytes).toBeGreaterThanOrEqual(0x4000);
      expect(image.cpus).toHaveLength(2);
    });
  }

  const KDUMPS = ['level4.lzo.kdump', 'level4.zlib.kdump', 'level4.flat.kdump', 'level4.nonzero.kdump'];
  for (const name of KDUMPS) {
    it(`${name} has the machine's memory and registers`, async () => {
      const image = await openMemoryImage(guestSource(name));
      const elf = await openMemoryImage(guestSource('level4.elf'));
      expect(image.format).toBe('kdump');
      expect(holds(image, 0x100000, bytesOf(elf, 0x100000, RAM - 0x100000))).toBe(true);
      expect(holds(image, 0xffff0000, bytesOf(elf, 0xffff0000, 0x10000))).toBe(true);
    });
  }

  it('an ELF core says where in the file a byte is; a compressed file cannot', async () => {
    const elf = await openMemoryImage(guestSource('level4.elf'));
    const file = guestFile('level4.elf');
    const offset = elf.fileOffset(0x110ff8) ?? 0;
    expect(file.subarray(offset, offset + 8)).toEqual(bytesOf(elf, 0x110ff8, 8));
    expect(elf.fileOffset(RAM)).toBeUndefined();
    const kdump = await openMemoryImage(guestSource('level4.kdump'));
    expect(kdump.fileOffset(0x110ff8)).toBeUndefined();
  });
});
