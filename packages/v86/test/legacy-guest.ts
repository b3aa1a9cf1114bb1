import { CommandWriter, SVGA_FIFO, SVGA_PORT, SVGA_REG } from '@cg/svga-protocol';
import { protectedMode } from './access-program.js';
import { little, romImage } from './rom-image.js';

const IO = 0x1c00;
const VRAM = 0xe800_0000;
const FIFO = 0xec00_0000;
const RING = 4096;
const RING_END = 0x2_0000;

/** Words of guest memory that the guest writes: its size, and how many pictures it has drawn. */
const WIDTH = 0x600;
const HEIGHT = 0x604;
const PITCH = 0x608;
export const PICTURES = 0x60c;

/** What a pixel of the guest's picture differs by from the one before. */
const STEP = 0x0103_0507;

/** Red, green, blue and alpha of a pixel, by its number from the upper left corner. */
export function expectedPixel(index: number): number[] {
  const texel = Math.imul(index, STEP);
  return [(texel >>> 16) & 0xff, (texel >>> 8) & 0xff, texel & 0xff, 255];
}

const outTo = (port: number): number[] => [0xba, ...little(port, 4), 0xef]; // mov edx, port; out dx, eax
const out = (port: number): number[] => outTo(IO + port);
const load = (value: number): number[] => [0xb8, ...little(value >>> 0, 4)]; // mov eax, value
const select = (register: number): number[] => [...load(register), ...out(SVGA_PORT.INDEX)];
const read = (register: number): number[] => [
  ...select(register),
  0xba, // mov edx, port; in eax, dx
  ...little(IO + SVGA_PORT.VALUE, 4),
  0xed,
];
const write = (register: number, value: number): number[] => [
  ...select(register),
  ...load(value),
  ...out(SVGA_PORT.VALUE),
];
const store = (address: number): number[] => [0xa3, ...little(address, 4)]; // mov [address], eax
const loadFrom = (address: number): number[] => [0xa1, ...little(address, 4)]; // mov eax, [address]
const set = (address: number, value: number): number[] => [
  0xc7, // mov dword [address], value
  0x05,
  ...little(address, 4),
  ...little(value, 4),
];

/** Configuration mechanism 1 of PCI, and v86's IDE controller. */
const PCI_ADDRESS = 0xcf8;
const PCI_DATA = 0xcfc;
const IDE_SLOT = 30;

/** Writes BARs 0 to 3 of the IDE controller, as every BIOS does: without that v86 0.5.462 restores no state. */
function probeIde(): number[] {
  return [0x10, 0x14, 0x18, 0x1c].flatMap((bar) => [
    ...load(0x8000_0000 + IDE_SLOT * 0x800 + bar),
    ...outTo(PCI_ADDRESS),
    ...load(0),
    ...outTo(PCI_DATA),
  ]);
}

/**
 * A BIOS with a driver for the legacy framebuffer: it takes the size that the host asks for, draws a picture into VRAM
 * and sends UPDATE; and again whenever the host asks for another width.
 */
export function legacyGuest(): ArrayBuffer {
  const update = new CommandWriter();
  update.write('UPDATE', { x: 0, y: 0, width: 0, height: 0 });
  const words = new Uint32Array(update.bytes.slice().buffer);
  const again = [
    [...read(SVGA_REG.DISPLAY_WIDTH), ...store(WIDTH)],
    [...read(SVGA_REG.DISPLAY_HEIGHT), ...store(HEIGHT)],
    [...select(SVGA_REG.WIDTH), ...loadFrom(WIDTH), ...out(SVGA_PORT.VALUE)],
    [...select(SVGA_REG.HEIGHT), ...loadFrom(HEIGHT), ...out(SVGA_PORT.VALUE)],
    write(SVGA_REG.BITS_PER_PIXEL, 32),
    write(SVGA_REG.ENABLE, 1),
    [...read(SVGA_REG.BYTES_PER_LINE), ...store(PITCH)],
    [RING, RING_END, RING, RING].flatMap((value, i) => set(FIFO + 4 * (SVGA_FIFO.MIN + i), value)),
    write(SVGA_REG.CONFIG_DONE, 1),
    [...loadFrom(PITCH), 0xf7, 0x25, ...little(HEIGHT, 4), 0xc1, 0xe8, 2, 0x89, 0xc1], // ecx = pitch * height / 4
    [0xbf, ...little(VRAM, 4), 0x31, 0xc0], // mov edi, VRAM; xor eax, eax
    [0xab, 0x05, ...little(STEP, 4), 0xe2, 0xf8], // stosd; add eax, STEP; loop
    [...words].flatMap((word, i) => set(FIFO + RING + 4 * i, word)),
    [...loadFrom(WIDTH), ...store(FIFO + RING + 12)],
    [...loadFrom(HEIGHT), ...store(FIFO + RING + 16)],
    set(FIFO + 4 * SVGA_FIFO.NEXT_CMD, RING + update.bytes.length),
    write(SVGA_REG.SYNC, 1),
    read(SVGA_REG.BUSY),
    [0xff, 0x05, ...little(PICTURES, 4)], // inc dword [PICTURES]
  ].flat();
  const poll = [...read(SVGA_REG.DISPLAY_WIDTH), 0x3b, 0x05, ...little(WIDTH, 4)]; // cmp eax, [WIDTH]
  const whileSame = [0x74, 256 - poll.length - 2]; // jz to the poll
  const back = again.length + poll.length + whileSame.length + 5;
  return romImage([
    ...protectedMode(),
    ...probeIde(),
    ...again,
    ...poll,
    ...whileSame,
    0xe9,
    ...little(2 ** 32 - back, 4),
  ]);
}
