import { SVGA_REG } from '@cg/svga-protocol';

/** SVGA_MAX_DISPLAYS of svga_reg.h. */
const SVGA_MAX_DISPLAYS = 10;

const FIRST = SVGA_REG.DISPLAY_IS_PRIMARY;
const COUNT = SVGA_REG.DISPLAY_HEIGHT - FIRST + 1;

/**
 * The registers of SVGA_CAP_DISPLAY_TOPOLOGY: DISPLAY_ID selects the display whose attributes the following registers
 * hold. An invalid display has attributes of 0.
 */
export class DisplayRegisters {
  readonly attributes = new Uint32Array(SVGA_MAX_DISPLAYS * COUNT);
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
    this.attributes.fill(0);
    this.selected = 0;
  }

  #find(index: number): number | undefined {
    if (index < FIRST || index >= FIRST + COUNT) {
      return undefined;
    }
    return this.selected * COUNT + (index - FIRST);
  }
}
