import { SVGA_ID_INVALID } from '@cg/svga-protocol';

/**
 * The id of the legacy framebuffer where screens have one, SVGA_ID_INVALID: no screen target has it.
 */
export const FRAMEBUFFER_ID: number = SVGA_ID_INVALID;

/** A screen that the device shows. */
export interface ShownScreen {
  /** Of the screen target, or FRAMEBUFFER_ID. */
  readonly screenTargetId: number;
  readonly width: number;
  readonly height: number;
  /** Its position relative to other screens. */
  readonly xRoot: number;
  readonly yRoot: number;
}
