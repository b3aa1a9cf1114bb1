import { boxRows, SurfaceLayout } from '@cg/surface-layout';
import type { SurfaceBox, SurfaceFormat } from '@cg/surface-layout';
import { copyImage } from '../memory/image-copy.js';
import type { ClearValue, RenderImage } from '../renderer/renderer.js';
import type { RenderSurface } from '../renderer/render-surface.js';
import { fillTexels } from '../texels/fill.js';
import type { TexelCodec } from '../texels/texel-codec.js';

export function viewedAs(
  { surface: { layout } }: Pick<RenderImage, 'surface'>,
  format: SurfaceFormat,
): SurfaceLayout {
  return format === layout.format ? layout : new SurfaceLayout({ ...layout.description, format: format.id });
}

/** Copies a box of an image to the same place of another one. */
export function copyBox(image: RenderImage, box: SurfaceBox, from: Uint8Array, to: Uint8Array): void {
  const { samples, sheetBytes } = image.surface.layout;
  const rows = rowsOf(image, box);
  for (let sheet = 0; sheet < samples; sheet++) {
    const run = { ...rows, offset: rows.offset + sheet * sheetBytes };
    copyImage({ from: run, to: run }, from, to);
  }
}

export function rowsOf({ surface, subresource }: RenderImage, box: SurfaceBox) {
  return { ...boxRows(surface.layout, subresource, box) };
}

/** The bytes of a subresource in each sample sheet. */
export function forEachRun(
  { layout }: RenderSurface,
  subresource: number,
  run: (start: number, end: number) => void,
): void {
  for (let sheet = 0; sheet < layout.samples; sheet++) {
    const start = sheet * layout.sheetBytes + layout.offsetOf(subresource);
    run(start, start + layout.mipOf(subresource).bytes);
  }
}

export function clearRun(
  bytes: Uint8Array,
  start: number,
  texels: number,
  codec: TexelCodec | undefined,
  value: ClearValue,
): void {
  if (value.kind === 'texel') {
    fillTexels(bytes, start, texels, value.texel);
    return;
  }
  if (codec === undefined) {
    throw new Error('a clear of texels that are no colours');
  }
  const keepsSome =
    value.kind === 'depth-stencil' && (value.depth === undefined || value.stencil === undefined);
  const texel = new Float64Array(4);
  texel[3] = 1;
  const fresh = new Uint8Array(codec.bytes);
  for (let at = start; at < start + texels * codec.bytes; at += codec.bytes) {
    if (keepsSome) {
      codec.decode(bytes, at, texel);
    }
    if (value.kind === 'color') {
      texel.set(value.color);
    } else {
      texel[0] = value.depth ?? texel[0];
      texel[1] = value.stencil ?? texel[1];
    }
    codec.encode(texel, keepsSome ? bytes : fresh, keepsSome ? at : 0);
    bytes.set(keepsSome ? [] : fresh, at);
  }
}
