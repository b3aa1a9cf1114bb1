import { SVGA3D_DEVCAP, SVGA_CAP, SVGA_FIFO, SVGA_REG } from '@cg/svga-protocol';
import type { SvgaPorts } from './svga-ports.js';

/** Device capabilities that the headers name. */
const DEVCAPS = Object.keys(SVGA3D_DEVCAP).length;

/** The device's capabilities as it reports them. */
export interface DeviceCapabilities {
  /** SVGA_CAP bits. */
  readonly capabilities: number;
  /** SVGA_CAP2 bits; 0 if the device has no such register. */
  readonly capabilities2: number;
  /** SVGA_FIFO_CAP bits. */
  readonly fifoCapabilities: number;
  /** Each SVGA3D_DEVCAP, by its index. */
  readonly deviceCapabilities: Uint32Array;
  /** Bytes of the largest screen. */
  readonly maxPrimaryBytes: number;
}

export function readDeviceCapabilities(ports: SvgaPorts): DeviceCapabilities {
  const capabilities = ports.readRegister(SVGA_REG.CAPABILITIES) >>> 0;
  const hasSecond = (capabilities & SVGA_CAP.CAP2_REGISTER) !== 0;
  return {
    capabilities,
    capabilities2: hasSecond ? ports.readRegister(SVGA_REG.CAP2) >>> 0 : 0,
    fifoCapabilities: ports.fifo[SVGA_FIFO.CAPABILITIES],
    deviceCapabilities: ports.readDeviceCapabilities(DEVCAPS),
    maxPrimaryBytes: ports.readRegister(SVGA_REG.MAX_PRIMARY_MEM) >>> 0,
  };
}
