import type { DeviceObjects } from '../objects/device-objects.js';
import type { Surface } from '../objects/surface.js';
import type { ClearValue, CopiedBox, RenderView } from './renderer.js';

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
 * Offers a copy of boxes to the renderer, if there is one.
 * @param isWhole one of the boxes is all of the target
 * @returns whether it was done
 */
export function renderCopy(
  { renderer, store }: DeviceObjects,
  source: Image,
  target: Image,
  boxes: readonly CopiedBox[],
  isWhole: boolean,
): boolean {
  if (renderer === undefined) {
    return false;
  }
  store.forRenderer(source.surface, source.subresource, false);
  store.forRenderer(target.surface, target.subresource, isWhole);
  if (!renderer.copy(source, target, boxes)) {
    return false;
  }
  store.rendered(target.surface, target.subresource);
  return true;
}
