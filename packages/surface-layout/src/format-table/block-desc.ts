// Bits of SVGA3dBlockDesc (svga3d_surfacedefs.h), with the prefix SVGA3DBLOCKDESC_ left off. One bit serves
// several names in the header: BLUE is also bump W, RED is also luminance and bump U, and so on.
const BLUE = 1 << 0;
export const GREEN = 1 << 1;
export const RED = 1 << 2;
export const ALPHA = 1 << 3;
export const BUFFER = 1 << 4;
export const COMPRESSED = 1 << 5;
export const FP = 1 << 6;
export const PLANAR_YUV = 1 << 7;
export const TWO_PLANAR_YUV = 1 << 8;
export const THREE_PLANAR_YUV = 1 << 9;
export const STENCIL = 1 << 11;
export const TYPELESS = 1 << 12;
export const SINT = 1 << 13;
export const UINT = 1 << 14;
const NORM = 1 << 15;
export const SRGB = 1 << 16;
export const EXP = 1 << 17;
export const COLOR = 1 << 18;
export const DEPTH = 1 << 19;
export const BUMP = 1 << 20;
export const YUV_VIDEO = 1 << 21;
export const MIXED = 1 << 22;
export const CX = 1 << 23;
export const BC1 = 1 << 24;
export const BC2 = 1 << 25;
export const BC3 = 1 << 26;
export const BC4 = 1 << 27;
export const BC5 = 1 << 28;
export const BC6H = 1 << 29;
export const BC7 = 1 << 30;

export const NONE = 0;
export const RG = RED | GREEN;
export const RGB = RG | BLUE;
export const RGBA = RGB | ALPHA;
export const UNORM = UINT | NORM;
export const SNORM = SINT | NORM;

const namedBits: readonly (readonly [number, string])[] = [
  [BLUE, 'BLUE'],
  [GREEN, 'GREEN'],
  [RED, 'RED'],
  [ALPHA, 'ALPHA'],
  [BUFFER, 'BUFFER'],
  [COMPRESSED, 'COMPRESSED'],
  [FP, 'FP'],
  [PLANAR_YUV, 'PLANAR_YUV'],
  [TWO_PLANAR_YUV, '2PLANAR_YUV'],
  [THREE_PLANAR_YUV, '3PLANAR_YUV'],
  [STENCIL, 'STENCIL'],
  [TYPELESS, 'TYPELESS'],
  [SINT, 'SINT'],
  [UINT, 'UINT'],
  [NORM, 'NORM'],
  [SRGB, 'SRGB'],
  [EXP, 'EXP'],
  [COLOR, 'COLOR'],
  [DEPTH, 'DEPTH'],
  [BUMP, 'BUMP'],
  [YUV_VIDEO, 'YUV_VIDEO'],
  [MIXED, 'MIXED'],
  [CX, 'CX'],
  [BC1, 'BC1'],
  [BC2, 'BC2'],
  [BC3, 'BC3'],
  [BC4, 'BC4'],
  [BC5, 'BC5'],
  [BC6H, 'BC6H'],
  [BC7, 'BC7'],
];

/** The header's names of the bits set in `blockDesc`, lowest bit first. */
export function flagNames(blockDesc: number): string[] {
  return namedBits.filter(([bit]) => (blockDesc & bit) !== 0).map(([, name]) => name);
}
