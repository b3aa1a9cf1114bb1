import type { DeviceLimits } from '../limits.js';
import { capabilityBits, capabilityBits2, deviceCapabilities, fifoCapabilityBits } from './capabilities.js';
import { DisplayRegisters } from './display-registers.js';
import type { DisplayRequest } from './display-registers.js';
import { isMode, leastPitch, pixelLayout } from '../screen/display-mode.js';
import type { DisplayMode } from '../screen/display-mode.js';
import { SVGA_FIFO, SVGA_ID, SVGA_REG, SVGA_REG_ENABLE } from '@cg/svga-protocol';

const MAX_U32 = 0xffff_ffff;

/** Scratch registers: 4 for a VESA BIOS and the driver's own. */
const SCRATCH_REGISTERS = 64;

/** SVGA_NUM_PALETTE_REGS of svga_reg.h. */
const PALETTE_REGISTERS = 768;

/** SVGAGBCursorHeader of svga_reg.h before the pixels. */
const CURSOR_HEADER_BYTES = 32;

/** A register with an effect, or whose value lives elsewhere in the device. */
export interface LiveRegister {
  /** Left out: it reads as the last written value. */
  read?(): number;
  /** Left out: writes are ignored. */
  write?(value: number): void;
}

/** Live registers by index. */
export type LiveRegisters = ReadonlyMap<number, LiveRegister>;

/** Registers that hold the written value, without effect. */
const plainRegisters: readonly number[] = [
  SVGA_REG.ENABLE,
  SVGA_REG.WIDTH,
  SVGA_REG.HEIGHT,
  SVGA_REG.CONFIG_DONE,
  SVGA_REG.GUEST_ID,
  SVGA_REG.CURSOR_ID,
  SVGA_REG.PITCHLOCK,
  SVGA_REG.NUM_GUEST_DISPLAYS,
  SVGA_REG.GMR_ID,
  SVGA_REG.TRACES,
  SVGA_REG.COMMAND_HIGH,
  SVGA_REG.CMD_PREPEND_HIGH,
  SVGA_REG.BLANK_SCREEN_TARGETS,
  SVGA_REG.GUEST_DRIVER_ID,
  SVGA_REG.GUEST_DRIVER_VERSION1,
  SVGA_REG.GUEST_DRIVER_VERSION2,
  SVGA_REG.GUEST_DRIVER_VERSION3,
  SVGA_REG.SCREENDMA,
  SVGA_REG.MSHINT,
  SVGA_REG.DIRTY_TRACKING,
];

function readOnlyValues(limits: DeviceLimits): ReadonlyMap<number, number> {
  const imageKib = Math.min(Math.floor(limits.maxImageBytes / 1024), MAX_U32);
  const cursorBytes = CURSOR_HEADER_BYTES + 4 * limits.maxCursorSize ** 2;
  return new Map([
    [SVGA_REG.MAX_WIDTH, limits.maxScreenSize],
    [SVGA_REG.MAX_HEIGHT, limits.maxScreenSize],
    [SVGA_REG.FB_START, limits.vramAddress % 2 ** 32],
    [SVGA_REG.FB_START_HIGH32, Math.floor(limits.vramAddress / 2 ** 32)],
    [SVGA_REG.FB_START_LOW32, limits.vramAddress % 2 ** 32],
    [SVGA_REG.VRAM_SIZE, limits.vramBytes],
    [SVGA_REG.FB_SIZE, limits.vramBytes],
    [SVGA_REG.CAPABILITIES, capabilityBits(limits)],
    [SVGA_REG.CAP2, capabilityBits2(limits)],
    [SVGA_REG.FIFO_CAPS, fifoCapabilityBits(limits)],
    [SVGA_REG.MEM_START, limits.fifoAddress % 2 ** 32],
    [SVGA_REG.MEM_SIZE, limits.fifoBytes],
    [SVGA_REG.MEM_REGS, SVGA_FIFO.NUM_REGS],
    [SVGA_REG.HOST_BITS_PER_PIXEL, 32],
    [SVGA_REG.SCRATCH_SIZE, SCRATCH_REGISTERS],
    [SVGA_REG.GMR_MAX_IDS, limits.maxGmrs],
    [SVGA_REG.GMR_MAX_DESCRIPTOR_LENGTH, limits.maxGmrPages],
    [SVGA_REG.GMRS_MAX_PAGES, limits.maxGmrPages],
    [SVGA_REG.MEMORY_SIZE, Math.min(limits.maxImageBytes, MAX_U32)],
    [SVGA_REG.MAX_PRIMARY_MEM, limits.vramBytes],
    [SVGA_REG.SUGGESTED_GBOBJECT_MEM_SIZE_KB, imageKib],
    [SVGA_REG.GBOBJECT_MEM_SIZE_KB, imageKib],
    [SVGA_REG.SCREENTARGET_MAX_WIDTH, limits.maxScreenSize],
    [SVGA_REG.SCREENTARGET_MAX_HEIGHT, limits.maxScreenSize],
    [SVGA_REG.MOB_MAX_SIZE, Math.min(limits.maxMobBytes, MAX_U32)],
    [SVGA_REG.CURSOR_MAX_BYTE_SIZE, cursorBytes],
    [SVGA_REG.CURSOR_MAX_DIMENSION, limits.maxCursorSize],
  ]);
}

/** The registers behind the index and value ports. Unknown ones read as 0 and ignore writes. */
export class RegisterFile {
  readonly #limits: DeviceLimits;
  readonly #readOnly: ReadonlyMap<number, number>;
  readonly #capabilities: Uint32Array;
  readonly #live: LiveRegisters;
  readonly #isPlain = new Uint8Array(SVGA_REG.TOP);
  /** Values of plain registers, by index. */
  readonly values = new Uint32Array(SVGA_REG.TOP);
  /** The colour map, then the scratch registers. */
  readonly storage = new Uint32Array(PALETTE_REGISTERS + SCRATCH_REGISTERS);
  readonly displays = new DisplayRegisters();
  /** The negotiated SVGA_ID. */
  id: number = SVGA_ID.V2;
  /** The index of the capability in SVGA_REG_DEV_CAP. */
  capabilityIndex = 0;
  /** The palette has been written since this was last false. */
  isPaletteNew = false;
  /** The register that the index port selects. */
  index = 0;

  constructor(limits: DeviceLimits, live: LiveRegisters) {
    this.#limits = limits;
    this.#live = live;
    this.#readOnly = readOnlyValues(limits);
    this.#capabilities = deviceCapabilities(limits);
    for (const register of plainRegisters) {
      this.#isPlain[register] = 1;
    }
    this.reset();
  }

  /** Whether the device is enabled, and not hidden behind the VGA. */
  get isShown(): boolean {
    const { ENABLE, HIDE } = SVGA_REG_ENABLE;
    return (this.values[SVGA_REG.ENABLE] & (ENABLE | HIDE)) === ENABLE;
  }

  /** The mode of the legacy framebuffer; undefined if it does not fit into VRAM. */
  get mode(): DisplayMode | undefined {
    const { values } = this;
    const mode = {
      width: values[SVGA_REG.WIDTH],
      height: values[SVGA_REG.HEIGHT],
      bitsPerPixel: values[SVGA_REG.BITS_PER_PIXEL],
      pitch: this.#pitch(),
    };
    return isMode(mode, this.#limits) ? mode : undefined;
  }

  #pitch(): number {
    const { values } = this;
    const least = leastPitch(values[SVGA_REG.WIDTH], values[SVGA_REG.BITS_PER_PIXEL]);
    return values[SVGA_REG.PITCHLOCK] || least;
  }

  /** Whether ENABLE and CONFIG_DONE are set, so that commands are accepted. */
  get isRunning(): boolean {
    const enabled = (this.values[SVGA_REG.ENABLE] & SVGA_REG_ENABLE.ENABLE) !== 0;
    return enabled && this.values[SVGA_REG.CONFIG_DONE] !== 0;
  }

  /** The selected register. */
  read(): number {
    const { index } = this;
    const live = this.#live.get(index)?.read;
    if (live !== undefined) {
      return live() >>> 0;
    }
    switch (index) {
      case SVGA_REG.ID:
        return this.id;
      case SVGA_REG.DEV_CAP:
        return this.#capabilities[this.capabilityIndex] ?? 0;
      case SVGA_REG.DISPLAY_ID:
        return this.displays.selected;
      case SVGA_REG.BYTES_PER_LINE:
        return this.#pitch();
      case SVGA_REG.DEPTH:
        return this.#layout?.depth ?? 0;
      case SVGA_REG.PSEUDOCOLOR:
        return this.#layout?.depth === 8 ? 1 : 0;
      case SVGA_REG.RED_MASK:
      case SVGA_REG.GREEN_MASK:
      case SVGA_REG.BLUE_MASK:
        return this.#layout?.masks[index - SVGA_REG.RED_MASK] ?? 0;
      case SVGA_REG.NUM_DISPLAYS:
        return Math.max(1, this.displays.requested.length);
      default:
        return (
          this.#readOnly.get(index) ??
          this.displays.read(index) ??
          this.values[index] ??
          this.storage[index - SVGA_REG.PALETTE_BASE] ??
          0
        );
    }
  }

  get #layout(): ReturnType<typeof pixelLayout> {
    return pixelLayout(this.values[SVGA_REG.BITS_PER_PIXEL]);
  }

  /**
   * Writes the selected register. An unsupported id or depth leaves the former one, which the guest finds by reading
   * it back.
   */
  write(value: number): void {
    const { index } = this;
    if (this.#isPlain[index] === 1) {
      this.values[index] = value;
    } else if (index === SVGA_REG.ID) {
      if (value === SVGA_ID.V0 || value === SVGA_ID.V1 || value === SVGA_ID.V2) {
        this.id = value;
      }
    } else if (index === SVGA_REG.BITS_PER_PIXEL) {
      if (pixelLayout(value) !== undefined) {
        this.values[index] = value;
      }
    } else if (index === SVGA_REG.DEV_CAP) {
      this.capabilityIndex = value;
    } else if (index === SVGA_REG.DISPLAY_ID) {
      this.displays.selected = value;
    } else if (!this.displays.write(index, value) && index >= SVGA_REG.PALETTE_BASE) {
      this.isPaletteNew ||= index < SVGA_REG.SCRATCH_BASE;
      const slot = index - SVGA_REG.PALETTE_BASE;
      if (slot < this.storage.length) {
        this.storage[slot] = value;
      }
    }
    this.#live.get(index)?.write?.(value);
  }

  /** Resets writable registers. The version, the index and the scratch registers stay. */
  reset(): void {
    this.values.fill(0);
    this.#offerMode();
    this.values[SVGA_REG.BITS_PER_PIXEL] = 32;
    this.displays.reset();
  }

  /** Asks the guest for displays: in their registers and, until it has enabled the device, as the mode. */
  request(displays: readonly DisplayRequest[]): void {
    this.displays.request(displays);
    if ((this.values[SVGA_REG.ENABLE] & SVGA_REG_ENABLE.ENABLE) === 0) {
      this.#offerMode();
    }
  }

  #offerMode(): void {
    const [first] = this.displays.requested;
    this.values[SVGA_REG.WIDTH] = first?.width ?? this.#limits.displayWidth;
    this.values[SVGA_REG.HEIGHT] = first?.height ?? this.#limits.displayHeight;
  }
}
