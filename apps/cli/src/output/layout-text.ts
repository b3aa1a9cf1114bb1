import { surfaceFormats, webGpuFormat } from '@cg/surface-layout';
import type {
  NoFormat,
  PlaneLocation,
  SubImage,
  SubresourceBox,
  SurfaceFormat,
  SurfaceLayout,
  SurfaceLocation,
  WebGlTexture,
  WebGpuTexture,
} from '@cg/surface-layout';
import { movedBytes } from '../layout/dirty-boxes.js';
import type { UploadPlan } from '../layout/upload.js';
import { colors } from './colors.js';
import { plainTable, tableText } from './plain-table.js';

/** The content of `cg layout` for a surface. */
export interface ShownLayout {
  readonly layout: SurfaceLayout;
  readonly locations: readonly ({ readonly offset: number } & (SurfaceLocation | PlaneLocation))[];
  /** Absent without a range. */
  readonly boxes?: readonly SubresourceBox[];
  readonly upload?: UploadPlan;
}

function exact(value: number): string {
  return value.toLocaleString('en-US');
}

function shortName({ name }: SurfaceFormat): string {
  return name.replace('SVGA3D_', '');
}

function many(count: number, what: string): string {
  return `${exact(count)} ${what}${count === 1 ? '' : 's'}`;
}

/**
 * The granularity of boxes: the `block`; the whole `mip` if planes are not distinguished; for several samples the
 * `surface` or its `mips` if sheets are not distinguished.
 */
export function exactness({ bytesPerBlock, planar }: SurfaceFormat) {
  if (bytesPerBlock === 0) {
    return { oneSample: 'none', severalSamples: 'none' };
  }
  return planar
    ? { oneSample: 'mip', severalSamples: 'mips' }
    : { oneSample: 'block', severalSamples: 'surface' };
}

/** The formats, a line each. */
export function tabulateFormats(): string {
  const table = plainTable(['id', 'format', 'block', 'bytes', 'boxes', 'samples', 'WebGPU'], 7);
  for (const format of surfaceFormats) {
    const { oneSample, severalSamples } = exactness(format);
    table.push([
      String(format.id),
      shortName(format),
      `${format.blockWidth}x${format.blockHeight}`,
      String(format.bytesPerBlock),
      oneSample,
      severalSamples,
      webGpuFormat(format).format ?? '-',
    ]);
  }
  return [
    tableText(table),
    '',
    'bytes    of a block, all planes together',
    'boxes    their granularity: exact to the block, or the whole mip, of',
    '         planar formats (with --planes exact to the 2x2 block where the height of the mip is',
    '         even and it has one slice: otherwise the order of planes is unknown)',
    'samples  the same for several samples: the whole surface, or for planar formats the mips;',
    '         with --sheets as for one sample, except planar formats',
    'WebGPU   the format with the same bytes; --json has the reason if there is none, and WebGL 2',
  ].join('\n');
}

/** The mips of a surface, and the requested rest. */
export function describeLayout({ layout, locations, boxes, upload }: ShownLayout): string {
  const parts = [
    heading(layout),
    mipTable(layout),
    locations.map((location) => describeLocation(layout, location)).join('\n'),
    boxes === undefined ? '' : boxTable(layout, boxes),
    upload === undefined ? '' : describeUpload(upload),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function heading({
  description,
  format,
  layers,
  samples,
  bytes,
  backingBytes,
  mipChainBytes,
}: SurfaceLayout) {
  const { width, height, depth, cube } = description;
  const kind = cube === true ? `${many(layers, 'face')} of cubes` : many(layers, 'layer');
  const facts = [kind, many(samples, 'sample')].join(', ');
  const trailer = backingBytes - bytes;
  return [
    colors.bold(`${shortName(format)} ${width}x${height}x${depth}, ${facts}`),
    `${exact(bytes)} bytes${trailer > 0 ? `, and ${trailer} of stream-output state` : ''}; ` +
      `a layer every ${exact(mipChainBytes)} bytes`,
  ].join('\n');
}

function mipTable({ mips }: SurfaceLayout): string {
  const table = plainTable(['mip', 'size', 'blocks', 'offset', 'bytes', 'row', 'slice'], 3);
  mips.forEach((mip, level) => {
    const { width, height, depth, blocksWide, blocksHigh, blocksDeep } = mip;
    table.push([
      String(level),
      `${width}x${height}x${depth}`,
      `${blocksWide}x${blocksHigh}x${blocksDeep}`,
      exact(mip.offset),
      exact(mip.bytes),
      exact(mip.rowStride),
      exact(mip.imageStride),
    ]);
  });
  return tableText(table);
}

function placeOf({ mips }: SurfaceLayout, subresource: number): string {
  const level = subresource % mips.length;
  return `layer ${(subresource - level) / mips.length} mip ${level} (subresource ${subresource})`;
}

function describeLocation(layout: SurfaceLayout, location: ShownLayout['locations'][number]): string {
  const { offset, sheet, subresource, x, y, z } = location;
  const inSheet = layout.samples > 1 ? `sheet ${sheet} ` : '';
  const inPlane = 'plane' in location ? `, plane ${location.plane}` : '';
  const unknown = layout.format.planar && !('plane' in location);
  const texel = unknown ? 'somewhere in its planes' : `texel (${x}, ${y}, ${z})`;
  return `byte ${exact(offset)}: ${inSheet}${placeOf(layout, subresource)}${inPlane}, ${texel}`;
}

function boxTable(layout: SurfaceLayout, boxes: readonly SubresourceBox[]): string {
  if (boxes.length === 0) {
    return 'no box: the ranges do not touch the surface';
  }
  const table = plainTable(['box in', 'at', 'size', 'bytes'], 3);
  let sum = 0;
  for (const box of boxes) {
    const { subresource, x, y, z, width, height, depth } = box;
    const bytes = movedBytes(layout, box);
    sum += bytes;
    const size = `${width}x${height}x${depth}`;
    table.push([placeOf(layout, subresource), `(${x}, ${y}, ${z})`, size, exact(bytes)]);
  }
  return `${tableText(table)}\n${exact(boxes.length)} ${boxes.length === 1 ? 'box' : 'boxes'}, ${many(sum, 'byte')}`;
}

function describeUpload(upload: UploadPlan): string {
  const isPlanar = upload.textures.length > 1;
  const textures =
    upload.api === 'webgpu'
      ? upload.textures.map(describeGpuTexture)
      : upload.textures.map(describeGlTexture);
  const calls =
    upload.api === 'webgpu'
      ? upload.writes.map(({ plane, destination, dataLayout, size }) => {
          const texture = isPlanar ? ` of plane ${plane}` : '';
          const parameters = [destination, dataLayout, size].map((value) => `\n  ${inner(value)}`);
          return `writeTexture${texture}${parameters.join('')}`;
        })
      : upload.writes.map(describeSubImage);
  return [...textures, ...calls].join('\n');
}

function describeGpuTexture(texture: WebGpuTexture | NoFormat): string {
  if (texture.format === undefined) {
    return `no WebGPU texture: ${texture.reason}`;
  }
  const { format, swizzle, features, limits, descriptor, viewDimension } = texture;
  const atLeast = Object.entries(limits).map(([name, value]) => `${name} ${value}`);
  const { size, ...kind } = descriptor;
  return [
    `${format}${needs(swizzle, [...features, ...atLeast])}`,
    'createTexture',
    `  ${inner(kind)}`,
    `  ${inner({ size })}`,
    `createView ${inner({ dimension: viewDimension })}`,
  ].join('\n');
}

function describeGlTexture(texture: WebGlTexture | NoFormat): string {
  if (texture.format === undefined) {
    return `no WebGL 2 texture: ${texture.reason}`;
  }
  const { name, swizzle, extension, call, target, internalFormat, levels, width, height, depth } = texture;
  const storage = { levels, internalFormat: hex(internalFormat), width, height };
  return [
    `${name}${needs(swizzle, extension === undefined ? [] : [extension])}`,
    `${call} target ${hex(target)}`,
    `  ${inner(call === 'texStorage3D' ? { ...storage, depth } : storage)}`,
  ].join('\n');
}

/** The requirements of a format, one per line: a swizzle in the shader, features, an extension, limits. */
function needs(swizzle: string, features: readonly string[]): string {
  const wanted = features.map((feature) => `\n  needs ${feature}`).join('');
  return `${swizzle === 'rgba' ? '' : `, swizzle ${swizzle}`}${wanted}`;
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

function describeSubImage({ call, plane, srcOffset, srcLength, ...write }: SubImage): string {
  const { unpackRowLength, unpackImageHeight, target, ...place } = write;
  const source = { srcOffset, srcLength, unpackRowLength, unpackImageHeight };
  return `${call} target ${hex(target)}, plane ${plane}\n  ${inner(place)}\n  ${inner(source)}`;
}

/** An object in JavaScript syntax. */
function inner(value: object): string {
  return JSON.stringify(value).replaceAll('"', '').replaceAll(':', ': ').replaceAll(',', ', ');
}
