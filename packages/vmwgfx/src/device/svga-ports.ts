import { SVGA_PORT, SVGA_REG } from '@cg/svga-protocol';

/** What the driver needs of the device: its I/O ports and its FIFO memory. Any SVGA II device has them. */
export interface SvgaHardware {
  readPort(offset: number): number;
  writePort(offset: number, value: number): void;
  readonly fifo: Uint32Array;
}

/** The device's registers, through the index and value ports. */
export class SvgaPorts {
  constructor(readonly hardware: SvgaHardware) {}

  get fifo(): Uint32Array {
    return this.hardware.fifo;
  }

  readRegister(index: number): number {
    this.hardware.writePort(SVGA_PORT.INDEX, index);
    return this.hardware.readPort(SVGA_PORT.VALUE);
  }

  writeRegister(index: number, value: number): void {
    this.hardware.writePort(SVGA_PORT.INDEX, index);
    this.hardware.writePort(SVGA_PORT.VALUE, value);
  }

  readDeviceCapability(index: number): number {
    this.writeRegister(SVGA_REG.DEV_CAP, index);
    return this.readRegister(SVGA_REG.DEV_CAP);
  }

  /** The pending interrupts, acknowledged by being read. */
  takeInterrupts(): number {
    const status = this.hardware.readPort(SVGA_PORT.IRQSTATUS);
    this.hardware.writePort(SVGA_PORT.IRQSTATUS, status);
    return status;
  }
}
