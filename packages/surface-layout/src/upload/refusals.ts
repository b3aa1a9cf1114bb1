import type { SurfaceFormat } from '../formats.js';

const packed16 = /^(R5G6B5|B5G6R5_UNORM|[XA]1R5G5B5|B5G5R5A1_UNORM|A4R4G4B4|B4G4R4A4_UNORM)$/;
const views = /^(R24_UNORM_X8|X24_G8_UINT|R32_FLOAT_X8X24|X32_G8X24_UINT)$/;

/** The reason why an API has no texture format with the bytes of this one; `api` is its name. */
export function refusalOf(format: SurfaceFormat, api: string): string {
  const name = format.name.replace('SVGA3D_', '');
  const { flags } = format;
  if (format.buffer) {
    return 'a buffer is not a texture: boxRows gives the bytes for a write to a buffer';
  }
  if (format.planar) {
    return 'a planar format is a texture for each plane';
  }
  if (flags.includes('TYPELESS')) {
    return 'a typeless format needs that of a view: pass it as viewFormat';
  }
  if (views.test(name)) {
    return `${api} has no views of one part of a depth-stencil format`;
  }
  if (flags.includes('STENCIL')) {
    return `${api} has no depth and stencil in this word layout`;
  }
  if (flags.includes('DEPTH')) {
    return `${api} does not support these depth values`;
  }
  if (packed16.test(name)) {
    return `${api} has no 16-bit texels packed like this`;
  }
  if (name.startsWith('R32G32B32_')) {
    return `${api} has no textures of three 32-bit components`;
  }
  if (flags.includes('YUV_VIDEO') || /^(R8G8_B8G8|G8R8_G8B8)_UNORM$/.test(name)) {
    return `${api} has no packed YUV, nor texels that share components`;
  }
  if (flags.includes('BUMP')) {
    return `${api} has no mixed signed and unsigned components, and computes none`;
  }
  if (name === 'P8') {
    return `${api} has no palettes`;
  }
  if (name.startsWith('FORMAT_')) {
    return 'the device has no such texels';
  }
  return `${api} has no format with these components`;
}
