import {
  CommandWriter,
  readCommandBufferHeader,
  SVGA_CB_CONTEXT,
  SVGA_CB_HEADER_BYTES,
  SVGA_FIFO,
  SVGA_IRQFLAG,
  SVGA_PORT,
  SVGA_REG,
  writeCommandBufferHeader,
} from '@cg/svga-protocol';
import { describe, expect, it } from 'vitest';
import { FakeEmulator } from '../test/fake-emulator.js';
import { attachSvga, type AttachOptions } from './index.js';

const IO = 0x1c00;
const PCI_ID = 15 * 8;

function writeRegister(emulator: FakeEmulator, register: number, value: number): void {
  emulator.out(IO + SVGA_PORT.INDEX, register);
  emulator.out(IO + SVGA_PORT.VALUE, value);
}

/** Submits commands at an address of guest memory. @returns the status of the buffer so far */
function submit(emulator: FakeEmulator, at: number, commands: Uint8Array, context: number): () => number {
  const { mem8 } = emulator.v86.cpu;
  mem8.set(commands, at + SVGA_CB_HEADER_BYTES);
  const header = mem8.subarray(at, at + SVGA_CB_HEADER_BYTES);
  writeCommandBufferHeader(header, { length: commands.length, pa: at + SVGA_CB_HEADER_BYTES });
  writeRegister(emulator, SVGA_REG.COMMAND_HIGH, 0);
  writeRegister(emulator, SVGA_REG.COMMAND_LOW, at + context);
  return () => readCommandBufferHeader(header).status;
}

/** A device that takes commands. */
function start(options: AttachOptions = {}, emulator = new FakeEmulator()) {
  const attached = attachSvga(emulator, options);
  writeRegister(emulator, SVGA_REG.ENABLE, 1);
  writeRegister(emulator, SVGA_REG.CONFIG_DONE, 1);
  const enable = new CommandWriter();
  enable.write('DC_CMD_START_STOP_CONTEXT', { enable: 1, context: 0 });
  submit(emulator, 0, enable.bytes, SVGA_CB_CONTEXT.DEVICE);
  return { emulator, attached };
}

function fence(number: number): Uint8Array {
  const writer = new CommandWriter();
  writer.write('FENCE', { fence: number });
  return writer.bytes;
}

describe('attachSvga', () => {
  it('refuses an object that is not an emulator, one that is not ready, and another version', () => {
    expect(() => attachSvga({})).toThrow(expect.objectContaining({ code: 'ENODEV' }));
    const emulator = new FakeEmulator();
    Object.assign(emulator.v86.cpu, { run_hardware_timers: undefined });
    expect(() => attachSvga(emulator)).toThrow(/this version of v86/);
  });

  it('refuses a slot that is taken', () => {
    const emulator = new FakeEmulator();
    attachSvga(emulator);
    expect(() => attachSvga(emulator)).toThrow(expect.objectContaining({ code: 'EBUSY' }));
  });

  it.each<[string, AttachOptions]>([
    ['an invalid slot', { slot: 32 }],
    ['ports below what v86 moves', { ioBase: 0x100 }],
    ['ports that are not aligned', { ioBase: 0x1c08 }],
    ['VRAM in guest memory', { vramAddress: 0, vramBytes: 2 ** 17 }],
    ['VRAM smaller than v86 maps', { vramBytes: 2 ** 16 }],
    ['FIFO memory that is not a power of two', { fifoBytes: 3 * 2 ** 17 }],
    ['FIFO memory that is not aligned to its size', { fifoAddress: 0xec02_0000 }],
    ['BARs that overlap', { fifoAddress: 0xe800_0000 }],
    ['an invalid limit of the device', { maxMobs: -1 }],
  ])('refuses %s, and leaves the emulator as it was', (_what, options) => {
    const emulator = new FakeEmulator();
    expect(() => attachSvga(emulator, options)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
    expect([emulator.reads.size, emulator.maps.length, emulator.devices.length]).toEqual([0, 0, 0]);
  });

  it('gives the function the ids, BARs and interrupt pin that vmwgfx looks for', () => {
    const emulator = new FakeEmulator();
    attachSvga(emulator, { slot: 3, ioBase: 0x2000, vramBytes: 2 ** 20, fifoBytes: 2 ** 17 });
    const { pci_space: space, pci_bars: bars } = emulator.devices[24];
    const word = (at: number): number => new DataView(Uint8Array.from(space).buffer).getUint32(at, true);
    expect([0, 0x10, 0x14, 0x18].map(word)).toEqual([0x0405_15ad, 0x2001, 0xe800_0000, 0xec00_0000]);
    expect(bars).toEqual([{ size: 16 }, { size: 2 ** 20 }, { size: 2 ** 17 }]);
    expect(space[0x3d]).toBe(1);
  });

  it('maps VRAM and FIFO memory, by bytes and words of any address, which comes signed', () => {
    const emulator = new FakeEmulator();
    const { device } = attachSvga(emulator);
    const [vram, fifo] = emulator.maps;
    const [base, size, read8, write8, read32, write32] = vram;
    expect([base, size]).toEqual([0xe800_0000, 2 ** 24]);
    write8((base + 5) | 0, 0xab);
    write32?.((base + size - 4) | 0, -2);
    expect([device.vram[5], read8((base + 5) | 0), read32?.((base + size - 4) | 0)]).toEqual([
      0xab, 0xab, -2,
    ]);
    write32?.((base + 18) | 0, 0x0403_0201);
    expect([device.vram[17], device.vram[18], read32?.((base + 19) | 0)]).toEqual([0, 1, 0x0004_0302]);
    fifo[5]?.((fifo[0] + 4 * SVGA_FIFO.MIN) | 0, 4096);
    expect(device.fifo[SVGA_FIFO.MIN]).toBe(4096);
    expect(fifo[4]?.((fifo[0] + 4 * SVGA_FIFO.CAPABILITIES) | 0)).toBe(device.fifo[SVGA_FIFO.CAPABILITIES]);
  });

  it('reads and writes guest memory of the emulator, also after that has moved', () => {
    const wasm = { buffer: new ArrayBuffer(2 ** 21) };
    const { emulator } = start({}, new FakeEmulator(2 ** 20, wasm));
    wasm.buffer = structuredClone(wasm.buffer, { transfer: [wasm.buffer] }); // the old one is detached
    Object.assign(emulator.v86.cpu, { mem8: new Uint8Array(wasm.buffer, 4096, 2 ** 20) });
    const status = submit(emulator, 8192, fence(7), SVGA_CB_CONTEXT.CONTEXT_0);
    expect(status()).toBe(1);
  });

  it('raises and lowers the interrupt line of its slot', () => {
    const { emulator } = start();
    writeRegister(emulator, SVGA_REG.IRQMASK, SVGA_IRQFLAG.ANY_FENCE);
    submit(emulator, 8192, fence(7), SVGA_CB_CONTEXT.CONTEXT_0);
    expect(emulator.lines).toEqual([`raise ${PCI_ID}`]);
    emulator.out(IO + SVGA_PORT.IRQSTATUS, SVGA_IRQFLAG.ANY_FENCE);
    expect(emulator.lines).toEqual([`raise ${PCI_ID}`, `lower ${PCI_ID}`]);
  });

  it('completes after its delay in the emulator’s time, and keeps a halted CPU from sleeping longer', () => {
    const { emulator, attached } = start({ completionDelay: 5 });
    expect(emulator.tick(1000)).toBe(100);
    submit(emulator, 8192, fence(7), SVGA_CB_CONTEXT.CONTEXT_0);
    expect(emulator.tick(1002)).toBe(3);
    expect(attached.device.fifo[SVGA_FIFO.FENCE]).toBe(0);
    expect(emulator.tick(1005)).toBe(100);
    expect(attached.device.fifo[SVGA_FIFO.FENCE]).toBe(7);
    emulator.sleep = 2;
    submit(emulator, 8192, fence(8), SVGA_CB_CONTEXT.CONTEXT_0);
    expect(emulator.tick(1006)).toBe(2);
  });

  it('emits events for the guest’s commands while they run', () => {
    const { emulator, attached } = start();
    const told: unknown[] = [];
    attached.device.events.listen((event) => {
      told.push([event.kind, 'reader' in event ? event.reader.name : undefined]);
    });
    submit(emulator, 8192, fence(7), SVGA_CB_CONTEXT.CONTEXT_0);
    expect(told).toEqual([
      ['command-starts', 'FENCE'],
      ['fence-passed', undefined],
      ['command-done', 'FENCE'],
    ]);
  });
});

describe('a snapshot', () => {
  it('continues pending work, with a new clock', () => {
    const before = start({ completionDelay: 5 });
    before.emulator.tick(900_000);
    before.emulator.tick(900_100);
    submit(before.emulator, 8192, fence(7), SVGA_CB_CONTEXT.CONTEXT_0);
    const snapshot = before.attached.snapshot();

    const emulator = new FakeEmulator();
    emulator.v86.cpu.mem8.set(before.emulator.v86.cpu.mem8);
    const { device, restore } = attachSvga(emulator, { completionDelay: 5 });
    restore(snapshot);
    expect(emulator.tick(10)).toBe(5);
    expect(device.fifo[SVGA_FIFO.FENCE]).toBe(0);
    emulator.tick(15);
    expect(device.fifo[SVGA_FIFO.FENCE]).toBe(7);
  });

  it.each([
    ['nothing', () => new Uint8Array()],
    ['other bytes', () => new Uint8Array(64).fill(7)],
    ['one without its first bytes', (snapshot: Uint8Array) => snapshot.slice(16)],
    ['one cut off', (snapshot: Uint8Array) => snapshot.slice(0, 100)],
    ['one with a wrong magic', (snapshot: Uint8Array) => snapshot.slice().fill(0, 0, 4)],
    ['one of another version', (snapshot: Uint8Array) => snapshot.slice().fill(0xff, 4, 8)],
    ['one whose last blob is missing', (snapshot: Uint8Array) => snapshot.slice(0, -1)],
  ])('that is %s is refused, and leaves the device unchanged', (_what, damage) => {
    const { attached, emulator } = start({ completionDelay: 5 });
    emulator.tick(1000);
    emulator.tick(1010);
    submit(emulator, 8192, fence(7), SVGA_CB_CONTEXT.CONTEXT_0);
    const before = attached.snapshot();
    expect(() => attached.restore(damage(start().attached.snapshot()))).toThrow(
      expect.objectContaining({ name: 'V86Error', code: 'EBADMSG' }),
    );
    expect(Buffer.compare(attached.snapshot(), before)).toBe(0);
    expect(emulator.tick(1012)).toBe(3);
    emulator.tick(1015);
    expect(attached.device.fifo[SVGA_FIFO.FENCE]).toBe(7);
  });
});
