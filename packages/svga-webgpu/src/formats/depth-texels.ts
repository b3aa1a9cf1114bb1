import type { TexelRows } from './conversion.js';

/** Where a depth format has its depth and its stencil value, in bits; they are taken apart for a texture. */
export interface DepthTexels {
  readonly name: string;
  readonly bytes: number;
  /** Bits of the depth value: normalized numbers, or 32 of a float. */
  readonly depthBits: 16 | 24 | 32;
  readonly depthAt: 0 | 8;
  readonly stencilAt: number | undefined;
}

const D24_MOST = 0xffffff;

/** Depth as floats of 32 bits, row behind row. */
export function depthOf(texel: DepthTexels, rows: TexelRows, floats: Float32Array): void {
  const { bytes, offset, rowStride, width, height } = rows;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let y = 0, to = 0; y < height; y++) {
    let at = offset + y * rowStride;
    for (let x = 0; x < width; x++, at += texel.bytes) {
      floats[to++] =
        texel.depthBits === 32
          ? view.getFloat32(at, true)
          : texel.depthBits === 16
            ? view.getUint16(at, true) / 0xffff
            : ((view.getUint32(at, true) >>> texel.depthAt) & D24_MOST) / D24_MOST;
    }
  }
}

/** Stencil values as bytes, row behind row. */
export function stencilOf(texel: DepthTexels, rows: TexelRows, stencils: Uint8Array): void {
  const { bytes, offset, rowStride, width, height } = rows;
  const place = (texel.stencilAt ?? 0) / 8;
  for (let y = 0, to = 0; y < height; y++) {
    let at = offset + y * rowStride + place;
    for (let x = 0; x < width; x++, at += texel.bytes) {
      stencils[to++] = bytes[at];
    }
  }
}

/** Puts depth into the texels of a surface; the stencil is kept. */
export function setDepth(texel: DepthTexels, depths: Uint8Array, depthStride: number, rows: TexelRows): void {
  const { bytes, offset, rowStride, width, height } = rows;
  const source = new DataView(depths.buffer, depths.byteOffset, depths.byteLength);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kept = texel.stencilAt === undefined ? 0 : 0xff << (texel.stencilAt % 32);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = offset + y * rowStride + texel.bytes * x;
      const from = y * depthStride + 4 * x;
      if (texel.depthBits === 32) {
        view.setUint32(at, source.getUint32(from, true), true);
      } else if (texel.depthBits === 24) {
        const value = Math.round(source.getFloat32(from, true) * D24_MOST);
        view.setUint32(at, ((view.getUint32(at, true) & kept) | (value << texel.depthAt)) >>> 0, true);
      } else {
        view.setUint16(at, Math.round(source.getFloat32(from, true) * 0xffff), true);
      }
    }
  }
}

/** Puts stencil values into the texels of a surface; what lies beside them in their word becomes zeros, as the device writes it. */
export function setStencil(
  texel: DepthTexels,
  stencils: Uint8Array,
  stencilStride: number,
  rows: TexelRows,
): void {
  const { bytes, offset, rowStride, width, height } = rows;
  const place = (texel.stencilAt ?? 0) / 8;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      bytes[offset + y * rowStride + texel.bytes * x + place] = stencils[y * stencilStride + x];
    }
  }
}
