import type { SurfaceBox } from '@cg/surface-layout';
import { haveSameBlocks } from '@cg/svga-device';
import type { ClearValue, CopiedBox, RenderImage, RenderView } from '@cg/svga-device';
import { clearColor } from './clear-values.js';
import type { FormatView, TextureStorage } from './formats/format-table.js';
import { BUFFER_USAGE, ROW_ALIGNMENT } from './gpu/flags.js';
import { rangeOf, type ImageTable } from './images/image-table.js';
import type { PendingClear } from './images/pending-clear.js';
import type { TextureImage } from './images/texture-image.js';

/** Clears a view. @returns false if the device has to do it */
export function clearView(images: ImageTable, view: RenderView, value: ClearValue): boolean {
  const { surface, format, slices, subresources } = view;
  const { layout } = surface;
  if (value.kind === 'texel' || layout.format.buffer) {
    return false;
  }
  const texels = slices.reduce((sum, slice) => sum + slice.texels, 0);
  const all = subresources.reduce((sum, subresource) => {
    const { width, height, depth } = layout.mipOf(subresource);
    return sum + width * height * depth;
  }, 0);
  const image = images.texture(surface);
  const formatView = images.formats.view(layout, format, image?.storage);
  const isVolume = layout.description.depth > 1;
  if (image === undefined || formatView === undefined || !formatView.renders || texels !== all) {
    return false;
  }
  const { storage } = formatView;
  const pending = pendingClear(view, formatView, value);
  if (pending === undefined || !image.canBe(storage, isVolume)) {
    return false;
  }
  images.recorder.drawNumber++;
  if (!image.prepare(images.recorder, storage, isVolume)) {
    return false;
  }
  // A pass that is open may draw to it.
  images.recorder.endPass();
  const isPart =
    storage.depth !== undefined &&
    storage.hasStencil &&
    !(pending.depth !== undefined && pending.stencil !== undefined);
  for (const subresource of subresources) {
    if (isPart) {
      image.use(images.recorder, images.transfer, rangeOf(image, subresource), true);
    } else {
      image.replace(subresource);
    }
    image.clear(subresource, pending);
  }
  return true;
}

/** A value to clear to; undefined if WebGPU may not make it. */
function pendingClear(
  { format }: RenderView,
  formatView: FormatView,
  value: ClearValue,
): PendingClear | undefined {
  const { storage } = formatView;
  if (value.kind === 'color') {
    const color = storage.depth === undefined ? clearColor(format, formatView, value.color) : undefined;
    return color && { color, depth: undefined, stencil: undefined };
  }
  if (value.kind === 'texel' || storage.depth === undefined) {
    return undefined;
  }
  const { stencil } = value;
  const depth = value.depth === undefined ? undefined : clearDepth(value.depth, storage);
  const isLost = value.depth !== undefined && depth === undefined;
  return isLost ? undefined : { color: undefined, depth, stencil };
}

/** Depth as it is stored; undefined if it is none that a texture holds. */
function clearDepth(value: number, { depth }: TextureStorage): number | undefined {
  const bits = depth!.depthBits;
  if (bits === 32) {
    return value >= 0 && value <= 1 ? value : undefined;
  }
  const most = 2 ** bits - 1;
  // NaN is 0.
  return Math.round((value > 0 ? Math.min(value, 1) : 0) * most) / most;
}

/**
 * Copies boxes between images that the GPU has.
 * @returns false if the device has to do it: also where neither is newer than the device's own
 */
export function copyBoxes(
  images: ImageTable,
  source: RenderImage,
  target: RenderImage,
  boxes: readonly CopiedBox[],
): boolean {
  if (source.surface.layout.format.buffer && target.surface.layout.format.buffer) {
    return copyBuffers(images, source, target, boxes);
  }
  const from = images.texture(source.surface);
  const to = images.texture(target.surface);
  if (from === undefined || to === undefined) {
    return false;
  }
  if (!from.isNewer(source.subresource) && !to.isNewer(target.subresource)) {
    return false;
  }
  const isSame = source.surface === target.surface;
  const storages = prepare(images, from, to);
  if (storages === undefined || !isCopyable(source, target, boxes, storages)) {
    return false;
  }
  images.recorder.relieve();
  images.useAll([
    { image: from, subresource: source.subresource },
    { image: to, subresource: target.subresource },
  ]);
  for (const box of boxes) {
    if (storages[0] === storages[1] && !(isSame && source.subresource === target.subresource)) {
      copyTexels(images, from, to, source, target, box);
    } else {
      copyThroughBuffer(images, from, to, source, target, box);
    }
  }
  to.changed(target.subresource);
  return true;
}

/** Makes both textures. @returns how they are kept */
function prepare(
  images: ImageTable,
  from: TextureImage,
  to: TextureImage,
): readonly [TextureStorage, TextureStorage] | undefined {
  const { recorder, formats } = images;
  recorder.drawNumber++;
  const made = [from, to].map((image, i) => {
    const { layout } = image.surface;
    const other = i === 0 ? to : from;
    const storage =
      image.storage ??
      formats.view(layout, layout.format)?.storage ??
      (haveSameBlocks(layout.format, other.surface.layout.format) ? other.storage : undefined);
    if (storage === undefined) {
      return undefined;
    }
    const isVolume = image.texture?.dimension === '3d' || layout.description.depth > 1;
    return image.prepare(recorder, storage, isVolume) ? storage : undefined;
  });
  return made[0] !== undefined && made[1] !== undefined ? [made[0], made[1]] : undefined;
}

/** Whether WebGPU copies between two subresources. */
function isCopyable(
  source: RenderImage,
  target: RenderImage,
  boxes: readonly CopiedBox[],
  [from, to]: readonly [TextureStorage, TextureStorage],
): boolean {
  const [ofSource, ofTarget] = [source.surface.layout, target.surface.layout];
  if (ofSource.samples !== ofTarget.samples) {
    return false;
  }
  if (from.depth !== undefined || to.depth !== undefined || ofSource.samples > 1) {
    const mips = [ofSource.mipOf(source.subresource), ofTarget.mipOf(target.subresource)];
    const isWhole = boxes.every((box) =>
      mips.every(({ width, height }) => box.to.width === width && box.to.height === height),
    );
    return from === to && isWhole && source.surface !== target.surface;
  }
  const isPlain = from.conversion === undefined && to.conversion === undefined;
  return from === to || (isPlain && from.blockBytes === to.blockBytes && from.block === to.block);
}

/** The origin of a box in a texture. */
function placeOf(
  { texture, surface }: TextureImage,
  subresource: number,
  at: Pick<SurfaceBox, 'x' | 'y' | 'z'>,
): GPUTexelCopyTextureInfo {
  const levels = surface.layout.mips.length;
  const z = texture!.dimension === '3d' ? at.z : Math.floor(subresource / levels);
  return { texture: texture!, mipLevel: subresource % levels, origin: { x: at.x, y: at.y, z } };
}

function sizeOf(
  { storage }: TextureImage,
  { width, height, depth }: SurfaceBox,
): { width: number; height: number; depthOrArrayLayers: number } {
  const { block } = storage!;
  return {
    width: Math.ceil(width / block) * block,
    height: Math.ceil(height / block) * block,
    depthOrArrayLayers: depth,
  };
}

function copyTexels(
  { recorder }: ImageTable,
  from: TextureImage,
  to: TextureImage,
  source: RenderImage,
  target: RenderImage,
  box: CopiedBox,
): void {
  recorder
    .encoder()
    .copyTextureToTexture(
      placeOf(from, source.subresource, box.from),
      placeOf(to, target.subresource, box.to),
      sizeOf(to, box.to),
    );
}

/** Copies blocks as bytes: to a texture of another format, or within one subresource. */
function copyThroughBuffer(
  { recorder }: ImageTable,
  from: TextureImage,
  to: TextureImage,
  source: RenderImage,
  target: RenderImage,
  box: CopiedBox,
): void {
  const { block, blockBytes } = from.storage!;
  const size = sizeOf(to, box.to);
  const bytesPerRow = Math.ceil(((size.width / block) * blockBytes) / ROW_ALIGNMENT) * ROW_ALIGNMENT;
  const rowsPerImage = size.height / block;
  const buffer = recorder.temporaryBuffer({
    size: bytesPerRow * rowsPerImage * size.depthOrArrayLayers,
    usage: BUFFER_USAGE.COPY_SRC | BUFFER_USAGE.COPY_DST,
  });
  const rows = { buffer, bytesPerRow, rowsPerImage };
  const encoder = recorder.encoder();
  encoder.copyTextureToBuffer(placeOf(from, source.subresource, box.from), rows, size);
  encoder.copyBufferToTexture(rows, placeOf(to, target.subresource, box.to), size);
}

function copyBuffers(
  images: ImageTable,
  source: RenderImage,
  target: RenderImage,
  boxes: readonly CopiedBox[],
): boolean {
  const from = images.buffer(source.surface);
  const to = images.buffer(target.surface);
  if (from === undefined || to === undefined || from === to || (!from.isNewer && !to.isNewer)) {
    return false;
  }
  if (boxes.some((box) => box.from.x % 4 !== 0 || box.to.x % 4 !== 0 || box.to.width % 4 !== 0)) {
    return false;
  }
  const { recorder } = images;
  let serial: number;
  let buffers: readonly GPUBuffer[];
  do {
    ({ serial } = recorder);
    buffers = [from.use(recorder), to.use(recorder)];
  } while (recorder.serial !== serial);
  for (const box of boxes) {
    recorder.encoder().copyBufferToBuffer(buffers[0], box.from.x, buffers[1], box.to.x, box.to.width);
  }
  to.changed();
  return true;
}
