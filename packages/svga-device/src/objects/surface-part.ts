import type { DeviceObjects } from './device-objects.js';
import type { Surface } from './surface.js';
import { CONTENT } from './surface-content.js';
import { COST } from './work-budget.js';

/** A range of a surface's mips and layers; a volume has one layer. */
export interface SurfacePart {
  readonly surface: Surface;
  readonly firstMip: number;
  readonly mips: number;
  readonly firstLayer: number;
  readonly layers: number;
}

/** As `ImageStore.forRenderer`, for a part of a surface; the renderer may write any of it, or none. */
export function partForRenderer({ store, budget }: DeviceObjects, part: SurfacePart): void {
  const { surface, firstMip, mips, firstLayer, layers } = part;
  const { content, layout } = surface;
  if (!surface.isFreed) {
    store.image(surface);
  }
  if ((content.common ?? CONTENT.PENDING) !== CONTENT.PENDING) {
    return;
  }
  budget.chargeEach(mips * layers, COST.LOOK);
  for (let layer = firstLayer; layer < firstLayer + layers; layer++) {
    for (let mip = firstMip; mip < firstMip + mips; mip++) {
      store.forRenderer(surface, layer * layout.mips.length + mip, false);
    }
  }
}

/** As `ImageStore.rendered`, for a part of a surface. */
export function partRendered({ store, budget }: DeviceObjects, part: SurfacePart): void {
  const { surface, firstMip, mips, firstLayer, layers } = part;
  budget.chargeEach(mips * layers, COST.LOOK);
  for (let layer = firstLayer; layer < firstLayer + layers; layer++) {
    for (let mip = firstMip; mip < firstMip + mips; mip++) {
      store.rendered(surface, layer * surface.layout.mips.length + mip);
    }
  }
}
