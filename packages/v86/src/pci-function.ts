import type { PciDevice } from './emulator.js';
import { IO_BYTES } from './options.js';
import type { Placement } from './options.js';

/** PCI ids of the SVGA II device: VMware's, and the device's. */
const VENDOR_ID = 0x15ad;
const DEVICE_ID = 0x0405;

/** Command register: I/O space, memory space, bus master. v86 ignores 32-bit writes to it, so all are on. */
const COMMAND = 0x7;

/** Display controller, other: v86's own VGA keeps the console of the BIOS. */
const CLASS = 0x0380;

const CONFIGURATION_BYTES = 64;

/** Type 0 configuration space (PCI Local Bus 3.0, 6.1): BAR0 ports, BAR1 VRAM, BAR2 FIFO memory, INTA. */
export function pciFunction({ slot, ...at }: Placement): PciDevice {
  const space = new DataView(new ArrayBuffer(CONFIGURATION_BYTES));
  space.setUint16(0x00, VENDOR_ID, true);
  space.setUint16(0x02, DEVICE_ID, true);
  space.setUint16(0x04, COMMAND, true);
  space.setUint16(0x0a, CLASS, true);
  space.setUint32(0x10, at.ioBase + 1, true);
  space.setUint32(0x14, at.vramAddress, true);
  space.setUint32(0x18, at.fifoAddress, true);
  space.setUint16(0x2c, VENDOR_ID, true);
  space.setUint16(0x2e, DEVICE_ID, true);
  space.setUint8(0x3d, 1);
  return {
    pci_id: slot * 8,
    pci_space: [...new Uint8Array(space.buffer)],
    pci_bars: [{ size: IO_BYTES }, { size: at.vramBytes }, { size: at.fifoBytes }],
    name: 'svga2',
  };
}
