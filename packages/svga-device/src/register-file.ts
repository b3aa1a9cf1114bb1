import { deviceCapabilities, deviceCapability } from './device-caps.js';
import type { DeviceLimits } from './limits.js';
import { SVGA_FIFO, SVGA_ID, SVGA_REG, SVGA_REG_ENABLE } from './registers.js';

const MAX_U32 = 0xffff_ffff;

/** Registers that hold what was written, and do nothing. */
const plainRegisters: readonly number[] = [
  SVGA_REG.ENABLE,
  SVGA_REG.WIDTH,
  SVGA_REG.HEIGHT,
  SVGA_REG.BITS_PER_PIXEL,
  SVGA_REG.CONFIG_DONE,
  SVGA_REG.GUEST_ID,
  SVGA_REG.TRACES,
  SVGA_REG.COMMAND_HIGH,
];

function readOnlyValues(limits: DeviceLimits): ReadonlyMap<number, number> {
  const imageKib = Math.floor(limits.maxImageBytes / 1024);
  return new Map([
    [SVGA_REG.MAX_WIDTH, limits.maxTextureSize],
    [SVGA_REG.MAX_HEIGHT, limits.maxTextureSize],
    [SVGA_REG.VRAM_SIZE, limits.vramBytes],
    [SVGA_REG.CAPABILITIES, deviceCapabilities(limits)],
    [SVGA_REG.MEM_SIZE, limits.fifoBytes],
    [SVGA_REG.MEM_REGS, SVGA_FIFO.NUM_REGS],
    [SVGA_REG.MEMORY_SIZE, Math.min(limits.maxImageBytes, MAX_U32)],
    [SVGA_REG.MAX_PRIMARY_MEM, limits.vramBytes],
    [SVGA_REG.SUGGESTED_GBOBJECT_MEM_SIZE_KB, Math.min(imageKib, MAX_U32)],
    [SVGA_REG.GBOBJECT_MEM_SIZE_KB, Math.min(imageKib, MAX_U32)],
    [SVGA_REG.MOB_MAX_SIZE, Math.min(limits.maxMobBytes, MAX_U32)],
  ]);
}

/**
 * The registers behind the index and value ports, those without an effect elsewhere. Unknown ones read as 0
 * and take nothing.
 */
export class RegisterFile {
  readonly #limits: DeviceLimits;
  readonly #readOnly: ReadonlyMap<number, number>;
  readonly #plain = new Map<number, number>();
  #id: number = SVGA_ID.V2;
  #capabilityIndex = 0;
  /** What the index port selects. */
  index = 0;

  constructor(limits: DeviceLimits) {
    this.#limits = limits;
    this.#readOnly = readOnlyValues(limits);
    this.reset();
  }

  /** ENABLE and CONFIG_DONE are set: command buffers are taken. */
  get isRunning(): boolean {
    const enable = this.#plain.get(SVGA_REG.ENABLE) ?? 0;
    return (enable & SVGA_REG_ENABLE.ENABLE) !== 0 && this.#plain.get(SVGA_REG.CONFIG_DONE) !== 0;
  }

  /** The upper half of the address that the next write of COMMAND_LOW completes. */
  get commandHigh(): number {
    return this.#plain.get(SVGA_REG.COMMAND_HIGH) ?? 0;
  }

  /** The selected register. */
  read(): number {
    switch (this.index) {
      case SVGA_REG.ID:
        return this.#id;
      case SVGA_REG.DEV_CAP:
        return deviceCapability(this.#capabilityIndex, this.#limits);
      default:
        return this.#readOnly.get(this.index) ?? this.#plain.get(this.index) ?? 0;
    }
  }

  /**
   * Writes the selected register. An id the device does not speak leaves the one before: reading it back
   * tells.
   */
  write(value: number): void {
    if (this.index === SVGA_REG.ID) {
      if (value === SVGA_ID.V0 || value === SVGA_ID.V1 || value === SVGA_ID.V2) {
        this.#id = value;
      }
    } else if (this.index === SVGA_REG.DEV_CAP) {
      this.#capabilityIndex = value;
    } else if (this.#plain.has(this.index)) {
      this.#plain.set(this.index, value);
    }
  }

  /** All writable registers are 0. The version and the index stay. */
  reset(): void {
    for (const register of plainRegisters) {
      this.#plain.set(register, 0);
    }
  }
}
