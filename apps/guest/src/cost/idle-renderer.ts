import { SoftRenderer } from '@cg/svga-soft';

/** Offers what the rasteriser does, and draws nothing: what is left of a frame is transfers and commands. */
export class IdleRenderer extends SoftRenderer {
  override draw(): undefined {
    return undefined;
  }
}
