import type { DeviceObjects } from '../objects/device-objects.js';
import type { Surface } from '../objects/surface.js';
import { partForRenderer, partRendered } from '../objects/surface-part.js';
import type { SurfacePart } from '../objects/surface-part.js';
import type { SurfaceFormat } from '@cg/surface-layout';
import type { TextureResourceView } from './pipeline-state.js';
import type { BlitBoxes, BlitFilter, ClearValue, CopiedBox, RenderView } from './renderer.js';

interface Image {
  readonly surface: Surface;
  readonly subresource: number;
}

/** Offers a clear of a view to the renderer, if there is one. @returns whether it was done */
export function renderClear(
  { renderer, store }: DeviceObjects,
  view: RenderView & { readonly surface: Surface },
  value: ClearValue,
): boolean {
  if (renderer === undefined) {
    return false;
  }
  const { surface, subresources, isWhole } = view;
  subresources.forEach((subresource) => store.forRenderer(surface, subresource, isWhole));
  if (!renderer.clear(view, value)) {
    return false;
  }
  subresources.forEach((subresource) => store.rendered(surface, subresource));
  return true;
}

/**
 * Offers what makes an image of another one to the renderer.
 * @param isWhole it writes all of the target
 * @param take the renderer's answer, whether it did it
 */
function renderImage(
  { store }: DeviceObjects,
  source: Image,
  target: Image,
  isWhole: boolean,
  take: () => boolean,
): boolean {
  store.forRenderer(source.surface, source.subresource, false);
  store.forRenderer(target.surface, target.subresource, isWhole);
  if (!take()) {
    return false;
  }
  store.rendered(target.surface, target.subresource);
  return true;
}

/**
 * Offers a copy of boxes to the renderer, if there is one.
 * @param isWhole one of the boxes is all of the target
 * @returns whether it was done
 */
export function renderCopy(
  objects: DeviceObjects,
  source: Image,
  target: Image,
  boxes: readonly CopiedBox[],
  isWhole: boolean,
): boolean {
  const { renderer } = objects;
  return (
    renderer !== undefined &&
    renderImage(objects, source, target, isWhole, () => renderer.copy(source, target, boxes))
  );
}

/**
 * Offers a scaling copy to the renderer.
 * @param isWhole the target's box is all of it
 * @returns whether it was done
 */
export function renderBlit(
  objects: DeviceObjects,
  source: Image,
  target: Image,
  boxes: BlitBoxes,
  filter: BlitFilter,
  isWhole: boolean,
): boolean {
  const { renderer } = objects;
  return (
    renderer?.blit !== undefined &&
    renderImage(
      objects,
      source,
      target,
      isWhole,
      () => renderer.blit?.(source, target, boxes, filter) === true,
    )
  );
}

/** Offers the resolve of a multisample image to the renderer. @returns whether it was done */
export function renderResolve(
  objects: DeviceObjects,
  source: Image,
  target: Image,
  format: SurfaceFormat,
): boolean {
  const { renderer } = objects;
  return (
    renderer?.resolve !== undefined &&
    renderImage(objects, source, target, true, () => renderer.resolve?.(source, target, format) === true)
  );
}

/** Offers the mips of a view below its first one to the renderer. @returns whether it was done */
export function renderMips(objects: DeviceObjects, view: TextureResourceView, part: SurfacePart): boolean {
  const { renderer } = objects;
  if (renderer?.generateMips === undefined) {
    return false;
  }
  // Those below the first mip are written whole.
  partForRenderer(objects, { ...part, mips: 1 });
  if (!renderer.generateMips(view)) {
    return false;
  }
  partRendered(objects, { ...part, firstMip: part.firstMip + 1, mips: part.mips - 1 });
  return true;
}
