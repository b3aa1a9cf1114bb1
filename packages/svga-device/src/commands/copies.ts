import { boxOf } from '@cg/svga-protocol';
import { boxRows, emptyRows, rowsBytes } from '@cg/surface-layout';
import type { SurfaceBox, SurfaceFormat } from '@cg/surface-layout';
import { SvgaDeviceError } from '../errors.js';
import { copyImage, sameShape } from '../memory/image-copy.js';
import type { CopyRuns } from '../memory/image-copy.js';
import { mergeRows } from '../memory/rows.js';
import type { DeviceObjects } from '../objects/device-objects.js';
import type { Surface } from '../objects/surface.js';
import { CONTENT } from '../objects/surface-content.js';
import type { CommandFields, CommandBox } from '@cg/svga-protocol';
import type { CommandFamily } from './command-family.js';
import { renderCopy } from '../renderer/offers.js';
import type { CopiedBox } from '../renderer/renderer.js';
import { thenReadBack } from './read-backs.js';
import { isWholeMip, subresourceOf } from './subresources.js';

/** SVGA3dCopyBox: a box of the destination, and the origin of the source box. */
interface CopyBox extends CommandBox {
  readonly srcx: number;
  readonly srcy: number;
  readonly srcz: number;
}

/** Formats may differ if their blocks are interchangeable. */
export function haveSameBlocks(from: SurfaceFormat, to: SurfaceFormat): boolean {
  return (
    from.blockWidth === to.blockWidth &&
    from.blockHeight === to.blockHeight &&
    from.blockDepth === to.blockDepth &&
    from.bytesPerBlock === to.bytesPerBlock &&
    from.planar === to.planar
  );
}

function checkCompatible(source: Surface, target: Surface): void {
  const from = source.layout;
  const to = target.layout;
  if (!haveSameBlocks(from.format, to.format) || from.samples !== to.samples) {
    throw new SvgaDeviceError('EINVAL', 'surfaces have different blocks', {
      srcFormat: from.format.id,
      destFormat: to.format.id,
      srcSamples: from.samples,
      destSamples: to.samples,
    });
  }
}

/** Offsets a copy to another sample sheet of both surfaces. */
function inSheet({ from, to }: CopyRuns, source: Surface, target: Surface, sheet: number): CopyRuns {
  return {
    from: { ...from, offset: from.offset + sheet * source.layout.sheetBytes },
    to: { ...to, offset: to.offset + sheet * target.layout.sheetBytes },
  };
}

/** A subresource of a surface. */
export interface SubresourceRef {
  readonly surface: Surface;
  readonly subresource: number;
}

function copiedBox(box: CopyBox): CopiedBox {
  return { to: boxOf(box), from: { x: box.srcx, y: box.srcy, z: box.srcz } };
}

function copyRuns(source: SubresourceRef, target: SubresourceRef, box: CopyBox): CopyRuns {
  const { x, y, z, w: width, h: height, d: depth, srcx, srcy, srcz } = box;
  const there: SurfaceBox = { x: srcx, y: srcy, z: srcz, width, height, depth };
  const from = boxRows(source.surface.layout, source.subresource, there);
  const to = boxRows(target.surface.layout, target.subresource, { x, y, z, width, height, depth });
  if (!sameShape(from, to)) {
    throw new SvgaDeviceError('EINVAL', 'box has another shape where it goes', {
      x,
      y,
      z,
      width,
      height,
      depth,
    });
  }
  const merged = {
    from: mergeRows(Object.assign(emptyRows(), from)),
    to: mergeRows(Object.assign(emptyRows(), to)),
  };
  return sameShape(merged.from, merged.to) ? merged : { from, to };
}

/** A command's work on one image, of which the renderer has done what it does. */
export interface OfferedCopy {
  /** Bytes of the target. */
  readonly bytes: number;
  /** Does it on the device's bytes; undefined if the renderer has. */
  readonly rest: (() => void) | undefined;
}

const nothing: OfferedCopy = { bytes: 0, rest: undefined };

/** Does what is left of a copy. */
export function finishCopy({ counters }: DeviceObjects, { bytes, rest }: OfferedCopy): void {
  rest?.();
  counters.bytesCopied += bytes;
}

/**
 * Loads all pending content of a surface whose subresources are copied one after another: if one is unreadable, none is
 * copied, whichever of them the renderer would have done.
 * @throws SvgaDeviceError as `ImageStore.forReading`
 */
export function loadPending({ store }: DeviceObjects, surface: Surface): void {
  const { content } = surface;
  if (content.common === CONTENT.PENDING) {
    store.forReadingAll(surface);
    return;
  }
  for (let subresource = 0; subresource < content.count; subresource++) {
    store.forRenderer(surface, subresource, false);
  }
}

/**
 * Does what is left of copies between the subresources of two surfaces, by subresource: what the renderer has of the
 * source, and leaves to the device, is requested at once.
 * @throws CommandWait: the copies are then offered again
 */
export function finishCopies(objects: DeviceObjects, source: Surface, copies: readonly OfferedCopy[]): void {
  objects.store.awaitRendered(source, (subresource) => copies[subresource].rest !== undefined);
  copies.forEach((copy) => finishCopy(objects, copy));
}

/**
 * Copies image to image, box by box in the order given. Every box is checked before the first is copied. Boxes of
 * multisample surfaces are copied in every sheet. The renderer is offered the copy.
 * @throws SvgaDeviceError, SurfaceLayoutError
 */
export function offerBoxes(
  objects: DeviceObjects,
  source: SubresourceRef,
  target: SubresourceRef,
  boxes: readonly CopyBox[],
): OfferedCopy {
  checkCompatible(source.surface, target.surface);
  const copies = boxes.map((box) => copyRuns(source, target, box));
  const { samples } = source.surface.layout;
  let bytes = 0;
  let rows = 0;
  for (const { from } of copies) {
    bytes += rowsBytes(from) * samples;
    rows += from.rows * from.images * samples;
  }
  objects.budget.charge(bytes, rows);
  if (copies.length === 0) {
    return nothing;
  }
  const isWhole = boxes.some((box) => isWholeMip(target.surface.layout, target.subresource, boxOf(box)));
  if (objects.renderer !== undefined && renderCopy(objects, source, target, boxes.map(copiedBox), isWhole)) {
    return { bytes, rest: undefined };
  }
  const rest = (): void => {
    const sourceImage = objects.store.forReading(source.surface, source.subresource);
    const box = boxes.length === 1 ? boxOf(boxes[0]) : undefined;
    const targetImage = objects.store.forWriting(target.surface, target.subresource, isWhole, box);
    for (const runs of copies) {
      for (let sheet = 0; sheet < samples; sheet++) {
        copyImage(inSheet(runs, source.surface, target.surface, sheet), sourceImage, targetImage);
      }
    }
  };
  return { bytes, rest };
}

function copyBoxes(
  objects: DeviceObjects,
  source: SubresourceRef,
  target: SubresourceRef,
  boxes: readonly CopyBox[],
): void {
  finishCopy(objects, offerBoxes(objects, source, target, boxes));
}

/** The image a command names by surface, face and mip. */
export function imageRef(objects: DeviceObjects, sid: number, face: number, mipmap: number): SubresourceRef {
  const surface = objects.surface(sid);
  return { surface, subresource: subresourceOf(surface.layout, face, mipmap) };
}

/** The image a DX command names by surface and subresource. */
export function subresourceRef(objects: DeviceObjects, sid: number, subresource: number): SubresourceRef {
  return { surface: objects.surface(sid), subresource };
}

function copySurface(objects: DeviceObjects, fields: CommandFields<'SURFACE_COPY'>): void {
  const source = imageRef(objects, fields.srcSid, fields.srcFace, fields.srcMipmap);
  const target = imageRef(objects, fields.destSid, fields.destFace, fields.destMipmap);
  copyBoxes(objects, source, target, fields.boxes);
}

function copyRegion(objects: DeviceObjects, fields: CommandFields<'DX_PRED_COPY_REGION'>): void {
  const source = subresourceRef(objects, fields.srcSid, fields.srcSubResource);
  const target = subresourceRef(objects, fields.dstSid, fields.dstSubResource);
  copyBoxes(objects, source, target, [fields]);
}

/** Copies all of a surface to one of the same shape. */
function copyWhole(objects: DeviceObjects, srcSid: number, dstSid: number): void {
  const source = objects.surface(srcSid);
  const target = objects.surface(dstSid);
  checkCompatible(source, target);
  const from = source.layout;
  const to = target.layout;
  const [a] = from.mips;
  const [b] = to.mips;
  const sameSize = a.width === b.width && a.height === b.height && a.depth === b.depth;
  if (!sameSize || from.mips.length !== to.mips.length || from.layers !== to.layers) {
    throw new SvgaDeviceError('EINVAL', 'surfaces have different shapes', { srcSid, dstSid });
  }
  if (source !== target && (source.content.mayBeWithRenderer || target.content.mayBeWithRenderer)) {
    copySubresources(objects, source, target);
    return;
  }
  objects.budget.charge(from.bytes, 1);
  const image = objects.store.forReadingAll(source);
  objects.store.forWritingAll(target).set(image);
  objects.counters.bytesCopied += from.bytes;
}

/** As `copyWhole`, one after another: what the renderer has stays there. */
function copySubresources(objects: DeviceObjects, source: Surface, target: Surface): void {
  const { layout } = source;
  loadPending(objects, source);
  const copies = Array.from({ length: layout.subresourceCount }, (_, subresource) => {
    const { width: w, height: h, depth: d } = layout.mipOf(subresource);
    const box = { x: 0, y: 0, z: 0, w, h, d, srcx: 0, srcy: 0, srcz: 0 };
    return offerBoxes(objects, { surface: source, subresource }, { surface: target, subresource }, [box]);
  });
  finishCopies(objects, source, copies);
}

function copySurfaces(objects: DeviceObjects, { srcSid, dstSid }: CommandFields<'DX_PRED_COPY'>): void {
  copyWhole(objects, srcSid, dstSid);
}

/** SVGA3dBufferCopy: copies a run of one buffer into another. */
function copyBuffer(objects: DeviceObjects, fields: CommandFields<'DX_BUFFER_COPY'>): void {
  const { dest, src, destX, srcX, width } = fields;
  const source = subresourceRef(objects, src, 0);
  const target = subresourceRef(objects, dest, 0);
  if (!source.surface.layout.format.buffer || !target.surface.layout.format.buffer) {
    throw new SvgaDeviceError('EINVAL', 'surface is no buffer', { dest, src });
  }
  copyBoxes(objects, source, target, [
    { x: destX, y: 0, z: 0, w: width, h: 1, d: 1, srcx: srcX, srcy: 0, srcz: 0 },
  ]);
}

/** A copy between the first images of two surfaces. */
function copyFirst(objects: DeviceObjects, fields: CommandFields<'DX_SURFACE_COPY_AND_READBACK'>): void {
  const source = subresourceRef(objects, fields.srcSid, 0);
  const target = subresourceRef(objects, fields.destSid, 0);
  copyBoxes(objects, source, target, [fields]);
}

/** Between images, byte for byte. Predicated copies are always done: no query of this device ever prevents one. */
export const copyCommands: CommandFamily = {
  SURFACE_COPY: copySurface,
  INTRA_SURFACE_COPY: (objects, fields) => {
    const image = imageRef(objects, fields.sid, fields.face, fields.mipmap);
    copyBoxes(objects, image, image, [fields]);
  },
  WHOLE_SURFACE_COPY: (objects, { srcSid, destSid }) => copyWhole(objects, srcSid, destSid),
  DX_PRED_COPY_REGION: copyRegion,
  DX_PRED_COPY: copySurfaces,
  DX_BUFFER_COPY: copyBuffer,
  DX_SURFACE_COPY_AND_READBACK: thenReadBack('DX_SURFACE_COPY_AND_READBACK', copyFirst),
  DX_STAGING_COPY: thenReadBack('DX_STAGING_COPY', copySurfaces),
  DX_PRED_STAGING_COPY: thenReadBack('DX_PRED_STAGING_COPY', copySurfaces),
  DX_PRED_STAGING_COPY_REGION: thenReadBack('DX_PRED_STAGING_COPY_REGION', copyRegion),
  DX_STAGING_BUFFER_COPY: thenReadBack('DX_STAGING_BUFFER_COPY', copyBuffer),
};
