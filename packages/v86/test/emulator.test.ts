import { SVGA_ID, SVGA_PORT, SVGA_REG } from '@cg/svga-protocol';
import { describe, expect, it } from 'vitest';
import { BootRom } from './boot-rom.js';
import { makePc, runUntil, word } from './pc.js';

const IO = 0x1c00;
const INDEX = IO + SVGA_PORT.INDEX;
const VALUE = IO + SVGA_PORT.VALUE;
const SLOT = 15;
const IDE_SLOT = 30;
describe('a v86 emulator with the device', () => {
  it('has it on the PCI bus, and accesses its registers through 32-bit ports', async () => {
    const rom = new BootRom()
      .readConfiguration(SLOT, 0x00, 0x600)
      .readConfiguration(SLOT, 0x08, 0x604)
      .readConfiguration(SLOT, 0x14, 0x608)
      .readConfiguration(SLOT, 0x18, 0x60c)
      .out(INDEX, SVGA_REG.ID)
      .out(VALUE, SVGA_ID.V2)
      .in(VALUE, 0x610)
      .out(INDEX, SVGA_REG.FB_START)
      .in(VALUE, 0x614)
      .out(INDEX, SVGA_REG.GUEST_ID)
      .out(VALUE, 0x5008)
      .in(VALUE, 0x618);
    const { emulator, attached } = await makePc(rom.finish());
    await runUntil(emulator, 0x618);
    const words = [0x600, 0x604, 0x608, 0x60c, 0x610, 0x614, 0x618].map((at) => word(emulator, at));
    expect(words).toEqual([
      0x0405_15ad,
      0x0380_0000,
      0xe800_0000,
      0xec00_0000,
      SVGA_ID.V2,
      0xe800_0000,
      0x5008,
    ]);
    attached.device.writePort(SVGA_PORT.INDEX, SVGA_REG.GUEST_ID);
    expect(attached.device.readPort(SVGA_PORT.VALUE)).toBe(0x5008);
  });

  it('moves its ports where the guest moves BAR0, sizes every BAR, and keeps memory BARs in place', async () => {
    const moved = 0xc020;
    const rom = new BootRom()
      .writeConfiguration(SLOT, 0x10, 0xffff_ffff)
      .readConfiguration(SLOT, 0x10, 0x600)
      .writeConfiguration(SLOT, 0x18, 0xffff_ffff)
      .readConfiguration(SLOT, 0x18, 0x604)
      .writeConfiguration(SLOT, 0x18, 0xd000_0000)
      .readConfiguration(SLOT, 0x18, 0x608)
      .writeConfiguration(SLOT, 0x10, moved)
      .out(moved + SVGA_PORT.INDEX, SVGA_REG.MEM_SIZE)
      .in(moved + SVGA_PORT.VALUE, 0x60c);
    const { emulator } = await makePc(rom.finish(), { fifoBytes: 2 ** 19 });
    await runUntil(emulator, 0x60c);
    const words = [0x600, 0x604, 0x608, 0x60c].map((at) => word(emulator, at));
    expect(words).toEqual([0xffff_fff1, 0xfff8_0000, 0xec00_0000, 2 ** 19]);
  });

  it('continues in another emulator from a saved state and a snapshot', async () => {
    const moved = 0xc020;
    const rom = new BootRom();
    // v86 restores no IDE controller whose legacy BARs no BIOS has cleared.
    for (const offset of [0x10, 0x14, 0x18, 0x1c]) {
      rom.writeConfiguration(IDE_SLOT, offset, 0);
    }
    rom
      .writeConfiguration(SLOT, 0x10, moved)
      .out(moved + SVGA_PORT.INDEX, SVGA_REG.GUEST_ID)
      .out(moved + SVGA_PORT.VALUE, 0x1234)
      .in(moved + SVGA_PORT.VALUE, 0x600);
    const before = await makePc(rom.finish());
    await runUntil(before.emulator, 0x600);
    const [state, snapshot] = [await before.emulator.save_state(), before.attached.snapshot()];

    const after = await makePc(new BootRom().finish());
    await after.emulator.restore_state(state);
    after.attached.restore(snapshot);
    expect(word(after.emulator, 0x600)).toBe(0x1234);
    // As the guest would read it, at the address it gave the ports.
    const { io } = (after.emulator as unknown as { v86: { cpu: { io: Ports } } }).v86.cpu;
    expect(io.port_read32(moved + SVGA_PORT.INDEX)).toBe(SVGA_REG.GUEST_ID);
    expect(io.port_read32(moved + SVGA_PORT.VALUE)).toBe(0x1234);
  });
});

interface Ports {
  port_read32(port: number): number;
}
