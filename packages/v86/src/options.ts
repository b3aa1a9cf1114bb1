import type { DeviceRecorder, Renderer, SvgaDeviceOptions } from '@cg/svga-device';
import { V86Error } from './errors.js';

const MIB = 1024 * 1024;

/** v86 hands out memory-mapped addresses in pieces of this size. */
const MMAP_UNIT = 128 * 1024;

/** Bytes of BAR0; a power of two that holds SVGA_PORT.IRQSTATUS. */
export const IO_BYTES = 16;

/**
 * Location and options of the device. Times (`completionDelay`) are milliseconds. `vramBytes` and
 * `fifoBytes` are powers of two, 128 KiB or more.
 */
export interface AttachOptions extends SvgaDeviceOptions {
  /** PCI slot of bus 0, 1 to 31. Default 15, whose interrupt is IRQ 11 with SeaBIOS. */
  readonly slot?: number;
  /** Initial address of BAR0; at least 0x1000, so that v86 can move it. Default 0x1C00. */
  readonly ioBase?: number;
  /** Fixed address of BAR1: v86 moves no memory BAR. Default 0xE8000000. */
  readonly vramAddress?: number;
  /** Fixed address of BAR2. Default 0xEC000000. */
  readonly fifoAddress?: number;
  /** Draws for the device; without one the device clears and copies on its own bytes. */
  readonly renderer?: Renderer;
  /** Records what the device is told, for `playRecording`. */
  readonly recorder?: DeviceRecorder;
}

/** The options with defaults filled in. */
export interface Placement {
  readonly slot: number;
  readonly ioBase: number;
  readonly vramAddress: number;
  readonly fifoAddress: number;
  readonly vramBytes: number;
  readonly fifoBytes: number;
}

/**
 * The location of the device. @throws V86Error EINVAL for a location that v86 does not support
 */
export function placementOf(options: AttachOptions, memoryBytes: number): Placement {
  const placement = {
    slot: options.slot ?? 15,
    ioBase: options.ioBase ?? 0x1c00,
    vramAddress: options.vramAddress ?? 0xe800_0000,
    fifoAddress: options.fifoAddress ?? 0xec00_0000,
    vramBytes: options.vramBytes ?? 16 * MIB,
    fifoBytes: options.fifoBytes ?? MIB / 4,
  };
  const { slot, ioBase, vramAddress, fifoAddress, vramBytes, fifoBytes } = placement;
  mustHold(Number.isInteger(slot) && slot >= 1 && slot <= 31, 'not a PCI slot', { slot });
  const isPort = Number.isInteger(ioBase) && ioBase >= 0x1000 && ioBase <= 0x1_0000 - IO_BYTES;
  mustHold(isPort && ioBase % IO_BYTES === 0, 'not an address for I/O ports', { ioBase });
  checkBar('vram', vramAddress, vramBytes, memoryBytes);
  checkBar('fifo', fifoAddress, fifoBytes, memoryBytes);
  const apart = vramAddress + vramBytes <= fifoAddress || fifoAddress + fifoBytes <= vramAddress;
  mustHold(apart, 'VRAM and FIFO memory overlap', { vramAddress, fifoAddress });
  return placement;
}

function checkBar(name: string, address: number, bytes: number, memoryBytes: number): void {
  const isSize = Number.isInteger(Math.log2(bytes)) && bytes >= MMAP_UNIT && bytes <= 256 * MIB;
  mustHold(isSize, 'not the size of a memory BAR', { [`${name}Bytes`]: bytes });
  const isPlace = Number.isInteger(address) && address % bytes === 0 && address >= memoryBytes;
  mustHold(isPlace && address + bytes <= 2 ** 32, 'not an address for a memory BAR', {
    [`${name}Address`]: address,
  });
}

function mustHold(holds: boolean, what: string, values: Readonly<Record<string, number>>): void {
  if (!holds) {
    throw new V86Error('EINVAL', what, values);
  }
}
