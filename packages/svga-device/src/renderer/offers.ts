import type { DeviceObjects } from '../objects/device-objects.js';
import type { Surface } from '../objects/surface.js';
import type { ClearValue, CopiedBox, RenderView } from './renderer.js';

interface Image {
  readonly surface: Surface;
  readonly subresource: number;
}

/** Lets the renderer clear a view, where there is one. @returns whether it did */
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
 * Lets the renderer copy boxes, where there is one.
 * @param isWhole one of the boxes is all of the target
 * @returns whether it did
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
