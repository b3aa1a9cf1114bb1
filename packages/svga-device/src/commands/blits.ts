import { formatById, SurfaceLayout } from '@cg/surface-layout';
import type { SurfaceBox } from '@cg/surface-layout';
import { SvgaDeviceError } from '../errors.js';
import type { DeviceObjects } from '../objects/device-objects.js';
import { COST } from '../objects/work-budget.js';
import { ImageRegion } from '../texels/image-region.js';
import { average, stretch } from '../texels/resample.js';
import { TexelCodec } from '../texels/texel-codec.js';
import type { CommandFields } from '@cg/svga-protocol';
import type { CommandFamily } from './command-family.js';
import { finishCopies, finishCopy, haveSameBlocks, imageRef, loadPending } from './copies.js';
import { offerBoxes, subresourceRef } from './copies.js';
import type { OfferedCopy, SubresourceRef } from './copies.js';
import { renderBlit, renderResolve } from '../renderer/offers.js';
import { thenReadBack } from './read-backs.js';
import { isWholeMip, wholeMip } from './subresources.js';

/** SVGA3dStretchBltMode of svga3d_types.h. */
const SVGA3D_STRETCH_BLT = { POINT: 0, LINEAR: 1, LINEARSRGB: 2 } as const;

interface Blit {
  readonly source: SubresourceRef;
  readonly sourceBox: SurfaceBox;
  readonly target: SubresourceRef;
  readonly targetBox: SurfaceBox;
  readonly mode: number;
}

type BoxFields<P extends string> = Readonly<Record<`${P}${'D' | 'H' | 'W' | 'X' | 'Y' | 'Z'}`, number>>;

function prefixedBox<P extends string>(fields: BoxFields<P>, prefix: P): SurfaceBox {
  return {
    x: fields[`${prefix}X`],
    y: fields[`${prefix}Y`],
    z: fields[`${prefix}Z`],
    width: fields[`${prefix}W`],
    height: fields[`${prefix}H`],
    depth: fields[`${prefix}D`],
  };
}

function sameSize(a: SurfaceBox, b: SurfaceBox): boolean {
  return a.width === b.width && a.height === b.height && a.depth === b.depth;
}

/**
 * Copies a box onto another, with stretching, filtering and conversion as needed. Boxes of one size and compatible
 * formats are copied byte for byte. The renderer is offered the copy.
 */
function offerBlit(
  objects: DeviceObjects,
  { source, sourceBox, target, targetBox, mode }: Blit,
): OfferedCopy {
  if (mode > SVGA3D_STRETCH_BLT.LINEARSRGB) {
    throw new SvgaDeviceError('EINVAL', 'no such mode', { mode });
  }
  const sameFormat =
    source.surface.layout.format === target.surface.layout.format ||
    (source.surface.layout.format.compressed &&
      haveSameBlocks(source.surface.layout.format, target.surface.layout.format));
  if (sameSize(sourceBox, targetBox) && sameFormat) {
    const { x, y, z, width: w, height: h, depth: d } = targetBox;
    const from = { srcx: sourceBox.x, srcy: sourceBox.y, srcz: sourceBox.z };
    return offerBoxes(objects, source, target, [{ x, y, z, w, h, d, ...from }]);
  }
  if (source.surface.layout.samples > 1 || target.surface.layout.samples > 1) {
    throw new SvgaDeviceError('EINVAL', 'no stretching of multisample images');
  }
  const linearLight = mode === SVGA3D_STRETCH_BLT.LINEARSRGB;
  const from = region(objects, source, sourceBox, linearLight);
  const to = region(objects, target, targetBox, linearLight);
  if (from.codec.kind !== to.codec.kind || (from.codec.kind === 'depth' && !sameFormat)) {
    throw new SvgaDeviceError('EINVAL', 'texels of one format cannot become those of the other', {
      srcFormat: source.surface.layout.format.id,
      destFormat: target.surface.layout.format.id,
    });
  }
  const linear = mode !== SVGA3D_STRETCH_BLT.POINT;
  objects.budget.chargeEach(1 + to.texels, (linear ? 4 : 1) * from.codec.cost + to.codec.cost);
  const bytes = to.texels * to.codec.bytes;
  const isWhole = isWholeMip(target.surface.layout, target.subresource, targetBox);
  const boxes = { from: sourceBox, to: targetBox };
  if (renderBlit(objects, source, target, boxes, { linear, linearLight }, isWhole)) {
    return { bytes, rest: undefined };
  }
  const rest = (): void => {
    objects.store.forReading(source.surface, source.subresource);
    objects.store.forWriting(target.surface, target.subresource, isWhole);
    if (source.surface === target.surface) {
      // An overlapping source is copied first, so that it is not read after being overwritten.
      objects.budget.chargeEach(from.span, COST.FRESH_BYTE);
    }
    stretch(source.surface === target.surface ? from.copy() : from, to, linear ? 'linear' : 'nearest');
  };
  return { bytes, rest };
}

function blit(objects: DeviceObjects, parts: Blit): void {
  finishCopy(objects, offerBlit(objects, parts));
}

function region(
  objects: DeviceObjects,
  { surface, subresource }: SubresourceRef,
  box: SurfaceBox,
  linear: boolean,
): ImageRegion {
  return new ImageRegion(surface.layout, subresource, objects.store.image(surface), box, linear);
}

function stretchBlit(objects: DeviceObjects, fields: CommandFields<'SURFACE_STRETCHBLT'>): void {
  blit(objects, {
    source: imageRef(objects, fields.srcSid, fields.srcFace, fields.srcMipmap),
    sourceBox: prefixedBox(fields, 'boxSrc'),
    target: imageRef(objects, fields.destSid, fields.destFace, fields.destMipmap),
    targetBox: prefixedBox(fields, 'boxDest'),
    mode: fields.mode,
  });
}

/** SVGA3dDXPresentBltMode of svga3d_dx.h. */
const SVGADX_PRESENTBLT_LINEAR = 1;

function presentBlit(objects: DeviceObjects, fields: CommandFields<'DX_PRESENTBLT'>): void {
  if (fields.mode > SVGADX_PRESENTBLT_LINEAR) {
    throw new SvgaDeviceError('ENOSYS', 'device reads no source as another format', { mode: fields.mode });
  }
  blit(objects, {
    source: subresourceRef(objects, fields.srcSid, fields.srcSubResource),
    sourceBox: prefixedBox(fields, 'boxSrc'),
    target: subresourceRef(objects, fields.dstSid, fields.destSubResource),
    targetBox: prefixedBox(fields, 'boxDest'),
    mode: fields.mode,
  });
}

function convertRegion(objects: DeviceObjects, fields: CommandFields<'DX_PRED_CONVERT_REGION'>): void {
  blit(objects, {
    source: subresourceRef(objects, fields.srcSid, fields.srcSubResource),
    sourceBox: prefixedBox(fields, 'srcBox'),
    target: subresourceRef(objects, fields.dstSid, fields.dstSubResource),
    targetBox: prefixedBox(fields, 'destBox'),
    mode: SVGA3D_STRETCH_BLT.POINT,
  });
}

/** Converts every subresource that both surfaces have. */
function convert(objects: DeviceObjects, { srcSid, dstSid }: CommandFields<'DX_PRED_CONVERT'>): void {
  const source = objects.surface(srcSid);
  const from = source.layout;
  const to = objects.surface(dstSid).layout;
  if (from.mips.length !== to.mips.length || from.layers !== to.layers) {
    throw new SvgaDeviceError('EINVAL', 'surfaces have different shapes', { srcSid, dstSid });
  }
  loadPending(objects, source);
  const copies = Array.from({ length: from.subresourceCount }, (_, subresource) =>
    offerBlit(objects, {
      source: subresourceRef(objects, srcSid, subresource),
      sourceBox: wholeMip(from, subresource),
      target: subresourceRef(objects, dstSid, subresource),
      targetBox: wholeMip(to, subresource),
      mode: SVGA3D_STRETCH_BLT.POINT,
    }),
  );
  finishCopies(objects, source, copies);
}

/** The layout reinterpreted with texels of another format of the same size. */
function reinterpret(objects: DeviceObjects, layout: SurfaceLayout, copyFormat: number): SurfaceLayout {
  const format = formatById(copyFormat);
  if (
    format === undefined ||
    format.bytesPerBlock !== layout.format.bytesPerBlock ||
    format.blockWidth !== 1
  ) {
    throw new SvgaDeviceError('EINVAL', 'surface cannot be read as the format', { copyFormat });
  }
  if (format === layout.format) {
    return layout;
  }
  objects.budget.chargeEach(1 + layout.mips.length, COST.OBJECT);
  return new SurfaceLayout({ ...layout.description, format: copyFormat });
}

/** DX_RESOLVE_COPY: writes the mean of a subresource's samples to a single-sample one. */
function resolveCopy(objects: DeviceObjects, fields: CommandFields<'DX_RESOLVE_COPY'>): void {
  const source = subresourceRef(objects, fields.srcSid, fields.srcSubResource);
  const target = subresourceRef(objects, fields.dstSid, fields.dstSubResource);
  const from = reinterpret(objects, source.surface.layout, fields.copyFormat);
  const to = reinterpret(objects, target.surface.layout, fields.copyFormat);
  const box = wholeMip(from, source.subresource);
  if (to.samples > 1 || !sameSize(box, wholeMip(to, target.subresource))) {
    throw new SvgaDeviceError('EINVAL', 'target is multisample or has another size', {
      dstSid: fields.dstSid,
    });
  }
  const texels = box.width * box.height * box.depth;
  const cost = TexelCodec.of(from.format, true)?.cost ?? 0;
  objects.budget.chargeEach(from.samples + 1, COST.COMMAND); // one region per sample
  objects.budget.chargeEach(1 + texels * (from.samples + 1), cost);
  const image = objects.store.image(source.surface);
  const samples = Array.from(
    { length: from.samples },
    (_, sheet) => new ImageRegion(from, source.subresource, image, box, true, sheet),
  );
  const resolved = new ImageRegion(to, target.subresource, objects.store.image(target.surface), box, true);
  if (!renderResolve(objects, source, target, from.format)) {
    objects.store.forReading(source.surface, source.subresource);
    objects.store.forWriting(target.surface, target.subresource, true);
    average(samples, resolved);
  }
  objects.counters.bytesCopied += resolved.texels * resolved.codec.bytes;
}

/** Between images of other sizes, formats or sample counts. */
export const blitCommands: CommandFamily = {
  SURFACE_STRETCHBLT: stretchBlit,
  DX_PRESENTBLT: presentBlit,
  DX_PRED_CONVERT_REGION: convertRegion,
  DX_PRED_CONVERT: convert,
  DX_RESOLVE_COPY: resolveCopy,
  DX_PRED_RESOLVE_COPY: resolveCopy,
  DX_PRED_STAGING_CONVERT_REGION: thenReadBack('DX_PRED_STAGING_CONVERT_REGION', convertRegion),
  DX_PRED_STAGING_CONVERT: thenReadBack('DX_PRED_STAGING_CONVERT', convert),
};
