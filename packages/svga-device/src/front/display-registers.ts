import { SVGA_REG } from '@cg/svga-protocol';
import { SvgaDeviceError } from '../errors.js';

/** SVGA_MAX_DISPLAYS of svga_reg.h. */
export const SVGA_MAX_DISPLAYS = 10;

/** A display that the host asks the guest for, in pixels. The first one is the primary. */
export interface DisplayRequest {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const FIRST = SVGA_REG.DISPLAY_IS_PRIMARY;
const COUNT = SVGA_REG.DISPLAY_HEIGHT - FIRST + 1;

/**
 * The registers of SVGA_CAP_DISPLAY_TOPOLOGY: DISPLAY_ID selects the display whose attributes the following registers
 * hold. They are what the host asks for until the guest writes what it has. An invalid display has attributes of 0.
 */
export class DisplayRegisters {
  readonly attributes = new Uint32Array(SVGA_MAX_DISPLAYS * COUNT);
  /** What the host asks for; none at first. */
  requested: readonly DisplayRequest[] = [];
  /** SVGA_REG_DISPLAY_ID. */
  selected = 0;

  /** @returns undefined for other registers */
  read(index: number): number | undefined {
    const at = this.#find(index);
    return at === undefined ? undefined : (this.attributes[at] ?? 0);
  }

  /** @returns false for other registers */
  write(index: number, value: number): boolean {
    const at = this.#find(index);
    if (at === undefined) {
      return false;
    }
    if (at < this.attributes.length) {
      this.attributes[at] = value;
    }
    return true;
  }

  reset(): void {
    this.#offer();
    this.selected = 0;
  }

  /** @throws SvgaDeviceError EINVAL for more displays than there are registers for, or none */
  request(displays: readonly DisplayRequest[]): void {
    if (displays.length === 0 || displays.length > SVGA_MAX_DISPLAYS) {
      throw new SvgaDeviceError('EINVAL', 'not a number of displays', { displays: displays.length });
    }
    this.requested = displays.map(({ x, y, width, height }) => ({ x, y, width, height }));
    this.#offer();
  }

  #offer(): void {
    this.attributes.fill(0);
    this.requested.forEach(({ x, y, width, height }, i) => {
      this.attributes.set([i === 0 ? 1 : 0, x, y, width, height], i * COUNT);
    });
  }

  #find(index: number): number | undefined {
    if (index < FIRST || index >= FIRST + COUNT) {
      return undefined;
    }
    return this.selected * COUNT + (index - FIRST);
  }
}
