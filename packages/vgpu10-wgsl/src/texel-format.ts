/** The formats of vertex attributes and texture buffers, by their names in the header without SVGA3D_. */
export const texelFormats = [
  'R32G32B32A32_FLOAT',
  'R32G32B32A32_UINT',
  'R32G32B32A32_SINT',
  'R32G32B32_FLOAT',
  'R32G32B32_UINT',
  'R32G32B32_SINT',
  'R16G16B16A16_FLOAT',
  'R16G16B16A16_UNORM',
  'R16G16B16A16_UINT',
  'R16G16B16A16_SNORM',
  'R16G16B16A16_SINT',
  'R32G32_FLOAT',
  'R32G32_UINT',
  'R32G32_SINT',
  'R10G10B10A2_UNORM',
  'R10G10B10A2_UINT',
  'R11G11B10_FLOAT',
  'R8G8B8A8_UNORM',
  'R8G8B8A8_UINT',
  'R8G8B8A8_SNORM',
  'R8G8B8A8_SINT',
  'R16G16_FLOAT',
  'R16G16_UNORM',
  'R16G16_UINT',
  'R16G16_SNORM',
  'R16G16_SINT',
  'R32_FLOAT',
  'R32_UINT',
  'R32_SINT',
  'R8G8_UNORM',
  'R8G8_UINT',
  'R8G8_SNORM',
  'R8G8_SINT',
  'R16_FLOAT',
  'R16_UNORM',
  'R16_UINT',
  'R16_SNORM',
  'R16_SINT',
  'R8_UNORM',
  'R8_UINT',
  'R8_SNORM',
  'R8_SINT',
  'A8_UNORM',
  'B8G8R8A8_UNORM',
  'B8G8R8X8_UNORM',
  'B5G6R5_UNORM',
  'B5G5R5A1_UNORM',
] as const;

export type TexelFormat = (typeof texelFormats)[number];

export type ChannelType = 'FLOAT' | 'UNORM' | 'SNORM' | 'UINT' | 'SINT';

/** A channel of a texel: the component 0 to 3 that it holds, and its place in the texel in bits. */
export interface TexelChannel {
  readonly component: number;
  readonly bit: number;
  readonly bits: number;
}

/** The channels of a format, from the lowest bit on; none crosses a word. */
export interface TexelLayout {
  readonly type: ChannelType;
  readonly bytes: number;
  readonly channels: readonly TexelChannel[];
}

const layouts = new Map<TexelFormat, TexelLayout>();

/** The layout of a format: its name says it. */
export function texelLayout(format: TexelFormat): TexelLayout {
  let layout = layouts.get(format);
  if (layout === undefined) {
    layout = parseLayout(format);
    layouts.set(format, layout);
  }
  return layout;
}

function parseLayout(format: TexelFormat): TexelLayout {
  let bit = 0;
  const channels: TexelChannel[] = [];
  for (const [, letter, digits] of format.matchAll(/([RGBAX])(\d+)/g)) {
    const bits = Number(digits);
    if (letter !== 'X') {
      channels.push({ component: 'RGBA'.indexOf(letter), bit, bits });
    }
    bit += bits;
  }
  return { type: format.slice(format.indexOf('_') + 1) as ChannelType, bytes: bit / 8, channels };
}
