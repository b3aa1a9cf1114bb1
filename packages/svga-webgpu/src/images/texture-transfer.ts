import type { SurfaceBox, SurfaceLayout } from '@cg/surface-layout';
import { depthOf, setDepth, setStencil, stencilOf } from '../formats/depth-texels.js';
import type { TexelRows } from '../formats/conversion.js';
import type { TextureStorage } from '../formats/format-table.js';
import { BUFFER_USAGE, MAP_READ, ROW_ALIGNMENT, TEXTURE_USAGE } from '../gpu/flags.js';
import type { PixelPasses, PixelSource } from '../gpu/pixel-pass.js';
import type { Recorder } from '../gpu/recorder.js';

/** A texture that holds a surface. */
export interface SurfaceTexture {
  readonly texture: GPUTexture;
  readonly storage: TextureStorage;
  readonly layout: SurfaceLayout;
}

/** A slice of a mip, in one sample sheet. */
interface Slice {
  readonly mip: number;
  /** The layer, or the slice of a volume. */
  readonly z: number;
  readonly sheet: number;
}

/** What can be copied to a buffer. */
interface Readable {
  readonly texture: GPUTexture;
  readonly place: Pick<Slice, 'mip' | 'z'>;
  readonly aspect: GPUTextureAspect;
  readonly isStencil: boolean;
  readonly blockBytes: number;
}

const MOST_STAGED = 1 << 26;

/** Moves texels between the bytes of a surface and its texture. */
export class TextureTransfer {
  constructor(
    readonly recorder: Recorder,
    readonly passes: PixelPasses,
  ) {}

  /**
   * Writes a box of a subresource: from the queue, or by recorded passes where textures cannot be written.
   * @returns whether `fetch` would bring all of its texels back as they are
   */
  upload(
    target: SurfaceTexture,
    image: Uint8Array | undefined,
    subresource: number,
    box: SurfaceBox,
  ): boolean {
    let comesBack = true;
    const { layout, storage } = target;
    const mips = layout.mips.length;
    const mip = subresource % mips;
    const isWhole = layout.samples > 1 || storage.depth !== undefined;
    const { width, height } = layout.mips[mip];
    const area = isWhole ? { x: 0, y: 0, width, height } : aligned(box, storage.block, layout.mips[mip]);
    for (let z = box.z; z < box.z + box.depth; z++) {
      const layer = layout.description.depth > 1 ? z : Math.floor(subresource / mips);
      for (let sheet = 0; sheet < layout.samples; sheet++) {
        const rows = rowsOf(layout, subresource, z, sheet, area, image);
        comesBack = this.#uploadSlice(target, { mip, z: layer, sheet }, area, rows) && comesBack;
      }
      if (layout.samples > 1 && storage.hasStencil) {
        const sheets = Array.from({ length: layout.samples }, (_, sheet) =>
          rowsOf(layout, subresource, z, sheet, area, image),
        );
        this.#uploadStencils(target, { mip, z: layer }, sheets);
      }
    }
    return comesBack;
  }

  /** The stencil of all samples, which nothing but a pass writes. */
  #uploadStencils(
    { texture, storage, layout }: SurfaceTexture,
    { mip, z }: Pick<Slice, 'mip' | 'z'>,
    sheets: readonly TexelRows[],
  ): void {
    const [{ width, height }] = sheets;
    const usage = TEXTURE_USAGE.COPY_DST | TEXTURE_USAGE.TEXTURE_BINDING;
    const source = this.recorder.temporaryTexture({
      size: { width, height, depthOrArrayLayers: sheets.length },
      format: 'r8uint',
      usage,
    });
    const stencils = new Uint8Array(width * height);
    sheets.forEach((rows, sheet) => {
      stencilOf(storage.depth!, rows, stencils);
      const to = { texture: source, origin: { z: sheet } };
      this.recorder.device.queue.writeTexture(to, stencils, { bytesPerRow: width }, { width, height });
    });
    this.passes.writeStencils(this.recorder.encoder(), {
      source: source.createView({ dimension: '2d-array' }),
      target: sliceView(texture, mip, z, 'all'),
      targetFormat: storage.format,
      targetSamples: layout.samples,
    });
  }

  #uploadSlice(
    target: SurfaceTexture,
    { mip, z, sheet }: Slice,
    area: { x: number; y: number; width: number; height: number },
    rows: TexelRows,
  ): boolean {
    const { texture, storage, layout } = target;
    const { queue } = this.recorder.device;
    if (storage.depth !== undefined) {
      this.#uploadDepth(target, { mip, z, sheet }, rows);
      return storage.format !== 'depth24plus-stencil8';
    }
    const { bytes, offset, bytesPerRow, comesBack } = textureRows(storage, rows);
    const size = { width: area.width, height: area.height };
    const data = { offset, bytesPerRow };
    if (layout.samples === 1) {
      const origin = { x: area.x, y: area.y, z };
      queue.writeTexture({ texture, mipLevel: mip, origin }, bytes as GPUAllowSharedBufferSource, data, size);
      return comesBack;
    }
    const usage = TEXTURE_USAGE.COPY_DST | TEXTURE_USAGE.TEXTURE_BINDING;
    const sample = this.recorder.temporaryTexture({ size, format: storage.format, usage });
    queue.writeTexture({ texture: sample }, bytes as GPUAllowSharedBufferSource, data, size);
    this.passes.copy(this.recorder.encoder(), {
      source: sample.createView(),
      sourceType: pixelSource(storage),
      sourceSample: undefined,
      target: sliceView(texture, mip, z, 'all'),
      targetFormat: storage.format,
      targetSamples: layout.samples,
      targetSample: sheet,
      toDepth: false,
      hasStencil: false,
    });
    return comesBack;
  }

  #uploadDepth(
    { texture, storage, layout }: SurfaceTexture,
    { mip, z, sheet }: Slice,
    rows: TexelRows,
  ): void {
    const { queue } = this.recorder.device;
    const size = { width: rows.width, height: rows.height };
    const texels = storage.depth!;
    const origin = { x: 0, y: 0, z };
    if (storage.format === 'depth16unorm' && layout.samples === 1) {
      const { bytes, offset, rowStride } = rows;
      const to = { texture, mipLevel: mip, origin, aspect: 'depth-only' as const };
      queue.writeTexture(to, bytes as GPUAllowSharedBufferSource, { offset, bytesPerRow: rowStride }, size);
      return;
    }
    const floats = new Float32Array(rows.width * rows.height);
    depthOf(texels, rows, floats);
    const usage = TEXTURE_USAGE.COPY_DST | TEXTURE_USAGE.TEXTURE_BINDING;
    const source = this.recorder.temporaryTexture({ size, format: 'r32float', usage });
    queue.writeTexture({ texture: source }, floats, { bytesPerRow: 4 * rows.width }, size);
    this.passes.copy(this.recorder.encoder(), {
      source: source.createView(),
      sourceType: 'float',
      sourceSample: undefined,
      target: sliceView(texture, mip, z, 'all'),
      targetFormat: storage.format,
      targetSamples: layout.samples,
      targetSample: layout.samples > 1 ? sheet : undefined,
      toDepth: true,
      hasStencil: storage.hasStencil,
    });
    if (storage.hasStencil && layout.samples === 1) {
      const stencils = new Uint8Array(rows.width * rows.height);
      stencilOf(texels, rows, stencils);
      const to = { texture, mipLevel: mip, origin, aspect: 'stencil-only' as const };
      queue.writeTexture(to, stencils, { bytesPerRow: rows.width }, size);
    }
  }

  /**
   * Copies a subresource to the bytes of its surface.
   * @param imageOf the bytes, asked for when they are written
   */
  fetch(source: SurfaceTexture, subresource: number, imageOf: () => Uint8Array | undefined): Promise<void> {
    const { layout } = source;
    const mips = layout.mips.length;
    const mip = subresource % mips;
    const { width, height, depth } = layout.mips[mip];
    const parts: Promise<void>[] = [];
    const waiting: (() => void)[] = [];
    for (let z = 0; z < depth; z++) {
      const layer = layout.description.depth > 1 ? z : Math.floor(subresource / mips);
      for (let sheet = 0; sheet < layout.samples; sheet++) {
        for (const { texture, place, aspect, isStencil, blockBytes } of this.#readable(source, {
          mip,
          z: layer,
          sheet,
        })) {
          const block = source.storage.block;
          const bytesPerRow =
            Math.ceil((Math.ceil(width / block) * blockBytes) / ROW_ALIGNMENT) * ROW_ALIGNMENT;
          const most = Math.max(block, Math.floor(MOST_STAGED / bytesPerRow) * block);
          for (let y = 0; y < height; y += most) {
            const area = { x: 0, y, width, height: Math.min(most, height - y) };
            const mapped = this.#copyOut(texture, place, aspect, area, block, bytesPerRow);
            const into = (bytes: Uint8Array): void => {
              const image = imageOf();
              if (image !== undefined) {
                const rows = rowsOf(layout, subresource, z, sheet, area, image);
                putRows(source.storage, aspect, isStencil, bytes, bytesPerRow, rows);
              }
            };
            waiting.push(() => {
              parts.push(mapInto(mapped, into));
            });
          }
        }
      }
    }
    this.recorder.submitReadBack();
    waiting.forEach((map) => map());
    return Promise.all(parts).then(() => {});
  }

  #copyOut(
    texture: GPUTexture,
    { mip, z }: Pick<Slice, 'mip' | 'z'>,
    aspect: GPUTextureAspect,
    area: { y: number; width: number; height: number },
    block: number,
    bytesPerRow: number,
  ): GPUBuffer {
    const rows = Math.ceil(area.height / block);
    const { device } = this.recorder;
    const { MAP_READ: mapRead, COPY_DST } = BUFFER_USAGE;
    const buffer = device.createBuffer({ size: bytesPerRow * rows, usage: mapRead | COPY_DST });
    const origin = { x: 0, y: area.y, z };
    const size = { width: Math.ceil(area.width / block) * block, height: rows * block };
    this.recorder
      .encoder()
      .copyTextureToBuffer({ texture, mipLevel: mip, origin, aspect }, { buffer, bytesPerRow }, size);
    return buffer;
  }

  /** Textures that can be copied to buffers: the texture itself, or those with its depth, its stencil or a sample. */
  #readable(source: SurfaceTexture, slice: Slice): Readable[] {
    const { texture, storage, layout } = source;
    const { mip, z } = slice;
    const isDepth = storage.depth !== undefined;
    const isSampled = layout.samples > 1;
    const place = { mip, z };
    const stencil: Readable[] = !storage.hasStencil
      ? []
      : isSampled
        ? [
            {
              ...this.#copied(source, slice, 'stencil-only', 'uint', 'r8uint'),
              isStencil: true,
              blockBytes: 1,
            },
          ]
        : [{ texture, place, aspect: 'stencil-only', isStencil: true, blockBytes: 1 }];
    if (!isSampled && storage.format !== 'depth24plus-stencil8') {
      const aspect = isDepth ? ('depth-only' as const) : ('all' as const);
      return [{ texture, place, aspect, isStencil: false, blockBytes: storage.blockBytes }, ...stencil];
    }
    const texels = isDepth
      ? this.#copied(source, slice, 'depth-only', 'depth', 'r32float')
      : this.#copied(source, slice, 'all', pixelSource(storage), storage.format);
    return [{ ...texels, isStencil: false, blockBytes: isDepth ? 4 : storage.blockBytes }, ...stencil];
  }

  /** A copy of one aspect of a slice, in a texture that can be copied to buffers. */
  #copied(
    { texture, layout }: SurfaceTexture,
    { mip, z, sheet }: Slice,
    aspect: GPUTextureAspect,
    sourceType: PixelSource,
    format: GPUTextureFormat,
  ): Pick<Readable, 'aspect' | 'place' | 'texture'> {
    const { width, height } = layout.mips[mip];
    const usage = TEXTURE_USAGE.COPY_SRC | TEXTURE_USAGE.RENDER_ATTACHMENT;
    const copy = this.recorder.temporaryTexture({ size: { width, height }, format, usage });
    this.passes.copy(this.recorder.encoder(), {
      source: sliceView(texture, mip, z, aspect),
      sourceType,
      sourceSample: layout.samples > 1 ? sheet : undefined,
      target: copy.createView(),
      targetFormat: format,
      targetSamples: 1,
      targetSample: undefined,
      toDepth: false,
      hasStencil: false,
    });
    return { texture: copy, place: { mip: 0, z: 0 }, aspect: 'all' };
  }
}

async function mapInto(buffer: GPUBuffer, into: (bytes: Uint8Array) => void): Promise<void> {
  await buffer.mapAsync(MAP_READ);
  into(new Uint8Array(buffer.getMappedRange()));
  buffer.destroy();
}

function sliceView(texture: GPUTexture, mip: number, z: number, aspect: GPUTextureAspect): GPUTextureView {
  return texture.createView({
    dimension: '2d',
    baseMipLevel: mip,
    mipLevelCount: 1,
    baseArrayLayer: z,
    arrayLayerCount: 1,
    aspect,
  });
}

function pixelSource({ sampleType }: TextureStorage): PixelSource {
  return sampleType === 'unfilterable-float' ? 'float' : sampleType;
}

/** A box that whole blocks of the texture make up; at the edge of a mip it is the mip's physical size. */
function aligned(
  box: SurfaceBox,
  block: number,
  mip: { width: number; height: number },
): { x: number; y: number; width: number; height: number } {
  const x = Math.floor(box.x / block) * block;
  const y = Math.floor(box.y / block) * block;
  const right = Math.min(Math.ceil((box.x + box.width) / block), Math.ceil(mip.width / block)) * block;
  const bottom = Math.min(Math.ceil((box.y + box.height) / block), Math.ceil(mip.height / block)) * block;
  return { x, y, width: right - x, height: bottom - y };
}

/** The rows of an area in the bytes of a surface. Without bytes they are zeros. */
function rowsOf(
  layout: SurfaceLayout,
  subresource: number,
  slice: number,
  sheet: number,
  area: { x: number; y: number; width: number; height: number },
  image: Uint8Array | undefined,
): TexelRows {
  const { format } = layout;
  const mip = layout.mipOf(subresource);
  const { width, height } = area;
  if (image === undefined) {
    const rowStride = Math.ceil(width / format.blockWidth) * format.bytesPerBlock;
    const bytes = new Uint8Array(rowStride * Math.ceil(height / format.blockHeight));
    return { bytes, offset: 0, rowStride, width, height };
  }
  const offset =
    sheet * layout.sheetBytes +
    layout.offsetOf(subresource) +
    slice * mip.imageStride +
    Math.floor(area.y / format.blockHeight) * mip.rowStride +
    Math.floor(area.x / format.blockWidth) * format.bytesPerBlock;
  return { bytes: image, offset, rowStride: mip.rowStride, width, height };
}

/** Rows as a texture takes them. */
function textureRows(
  { conversion }: TextureStorage,
  rows: TexelRows,
): { bytes: Uint8Array; offset: number; bytesPerRow: number; comesBack: boolean } {
  if (conversion === undefined) {
    return { bytes: rows.bytes, offset: rows.offset, bytesPerRow: rows.rowStride, comesBack: true };
  }
  const bytesPerRow = conversion.bytes * rows.width;
  const bytes = new Uint8Array(bytesPerRow * rows.height);
  const comesBack = conversion.toTexture(rows, bytes);
  return { bytes, offset: 0, bytesPerRow, comesBack };
}

/** Writes what was copied from a texture to a surface. */
function putRows(
  storage: TextureStorage,
  aspect: GPUTextureAspect,
  isStencil: boolean,
  texels: Uint8Array,
  texelStride: number,
  rows: TexelRows,
): void {
  const { depth, conversion, block, blockBytes, format } = storage;
  if (isStencil) {
    setStencil(depth!, texels, texelStride, rows);
  } else if (depth !== undefined && (format !== 'depth16unorm' || aspect === 'all')) {
    setDepth(depth, texels, texelStride, rows);
  } else if (conversion !== undefined) {
    conversion.fromTexture?.(texels, texelStride, rows);
  } else {
    const bytes = Math.ceil(rows.width / block) * blockBytes;
    for (let y = 0; y < Math.ceil(rows.height / block); y++) {
      const from = texels.subarray(y * texelStride, y * texelStride + bytes);
      rows.bytes.set(from, rows.offset + y * rows.rowStride);
    }
  }
}
