import { SVGA_PORT } from '@cg/svga-protocol';
import type { SvgaDevice } from '@cg/svga-device';
import type { EmulatorCpu } from './emulator.js';

/** BAR0: three ports that are 32 bits wide, one of them at an odd address. */
export function mapPorts({ io }: EmulatorCpu, base: number, device: SvgaDevice): void {
  for (const port of [SVGA_PORT.INDEX, SVGA_PORT.VALUE, SVGA_PORT.IRQSTATUS]) {
    io.register_read(base + port, device, undefined, undefined, () => device.readPort(port) | 0);
    io.register_write(base + port, device, undefined, undefined, (value) => device.writePort(port, value));
  }
}

/**
 * BAR1 or BAR2: memory of the device that the guest loads and stores.
 * @param memory called at the first access, so that unused VRAM takes no memory
 */
export function mapMemory(
  { io }: EmulatorCpu,
  base: number,
  size: number,
  memory: () => Uint8Array | Uint32Array,
): void {
  let view: DataView | undefined;
  const at = (): DataView => {
    if (view === undefined) {
      const { buffer, byteOffset, byteLength } = memory();
      view = new DataView(buffer, byteOffset, byteLength);
    }
    return view;
  };
  // Addresses come signed; the size is a power of two and the base a multiple of it. A word may have any address:
  // v86 splits only accesses that cross a page into bytes, so no word reaches past the last byte.
  const last = size - 1;
  io.mmap_register(
    base,
    size,
    (address) => at().getUint8(address & last),
    (address, value) => at().setUint8(address & last, value),
    (address) => at().getInt32(address & last, true),
    (address, value) => at().setInt32(address & last, value, true),
  );
}
