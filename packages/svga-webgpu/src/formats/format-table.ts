import { webGpuFormat, type SurfaceFormat, type SurfaceLayout } from '@cg/surface-layout';
import { blockConversion, type BlockKind } from './block-decode.js';
import { normalizedConversion, packedConversion, type Conversion } from './conversion.js';
import type { DepthTexels } from './depth-texels.js';
import { colorAbilities, type FormatAbilities, type FormatFeatures } from './format-abilities.js';

/** How the texels of a surface lie in a texture. */
export interface TextureStorage extends FormatAbilities {
  /** Equal names, equal textures. */
  readonly name: string;
  readonly format: GPUTextureFormat;
  readonly viewFormats: readonly GPUTextureFormat[];
  /** Texels of a block's side. */
  readonly block: 1 | 4;
  /** Bytes of a block of the texture: of its depth, if it has any. */
  readonly blockBytes: number;
  /** Undefined if the bytes are those of the surface. */
  readonly conversion: Conversion | undefined;
  /** What was uploaded can be fetched again, perhaps as other bytes. */
  readonly comesBack: boolean;
  /** Of textures of depth. */
  readonly depth: DepthTexels | undefined;
  readonly hasStencil: boolean;
}

/** A view of a surface's texels in a format. */
export interface FormatView {
  readonly storage: TextureStorage;
  readonly format: GPUTextureFormat;
  readonly aspect: GPUTextureAspect;
  readonly sampleType: FormatAbilities['sampleType'];
  /** Where a shader's r, g, b and a come from. */
  readonly components: string;
  /** Which components of a shader's output the target keeps. */
  readonly alpha: 'kept' | 'none' | 'only';
  readonly renders: boolean;
}

const D24: DepthTexels = { name: 'd24s8', bytes: 4, depthBits: 24, depthAt: 0, stencilAt: 24 };
const Z24: DepthTexels = { name: 's8z24', bytes: 4, depthBits: 24, depthAt: 8, stencilAt: 0 };
const D32: DepthTexels = { name: 'd32', bytes: 4, depthBits: 32, depthAt: 0, stencilAt: undefined };
const D32S8: DepthTexels = { name: 'd32s8', bytes: 8, depthBits: 32, depthAt: 0, stencilAt: 32 };
const D16: DepthTexels = { name: 'd16', bytes: 2, depthBits: 16, depthAt: 0, stencilAt: undefined };

/** By the name of the surface's or the view's format: its texels, and whether a view shows the stencil only. */
const depthFormats: Readonly<
  Record<string, readonly [texels: DepthTexels, view: 'all' | 'depth' | 'stencil']>
> = {
  D16_UNORM: [D16, 'all'],
  Z_D16: [D16, 'all'],
  Z_DF16: [D16, 'all'],
  D24_UNORM_S8_UINT: [D24, 'all'],
  R24G8_TYPELESS: [D24, 'all'],
  R24_UNORM_X8: [D24, 'depth'],
  X24_G8_UINT: [D24, 'stencil'],
  Z_D24S8: [Z24, 'all'],
  Z_D24X8: [Z24, 'all'],
  Z_DF24: [Z24, 'all'],
  Z_D24S8_INT: [Z24, 'all'],
  D32_FLOAT: [D32, 'all'],
  D32_FLOAT_S8X24_UINT: [D32S8, 'all'],
  R32G8X24_TYPELESS: [D32S8, 'all'],
  R32_FLOAT_X8X24: [D32S8, 'depth'],
  X32_G8X24_UINT: [D32S8, 'stencil'],
};

/** Typeless formats, as what the device's own texels are kept if no view says more. */
const plainFormOf: Readonly<Record<string, string>> = {
  R8G8B8A8_TYPELESS: 'rgba8unorm',
  B8G8R8A8_TYPELESS: 'bgra8unorm',
  B8G8R8X8_TYPELESS: 'bgra8unorm',
};

const packedFormats =
  /^(B5G6R5_UNORM|B5G5R5A1_UNORM|B4G4R4A4_UNORM|R5G6B5|[XA]1R5G5B5|A4R4G4B4|LUMINANCE4_ALPHA4)$/;
const blockKinds: readonly (readonly [pattern: RegExp, kind: BlockKind, format: GPUTextureFormat])[] = [
  [/^bc1-/, 'bc1', 'rgba8unorm'],
  [/^bc2-/, 'bc2', 'rgba8unorm'],
  [/^bc3-/, 'bc3', 'rgba8unorm'],
  [/^bc4-r-unorm/, 'bc4', 'r8unorm'],
  [/^bc4-r-snorm/, 'bc4-signed', 'r8snorm'],
  [/^bc5-rg-unorm/, 'bc5', 'rg8unorm'],
  [/^bc5-rg-snorm/, 'bc5-signed', 'rg8snorm'],
];
const withSrgb = /^[rb]g[rb]a8unorm$/;
const targetSwizzles: Readonly<Record<string, FormatView['alpha']>> = {
  rgba: 'kept',
  rgb1: 'none',
  '000r': 'only',
};

/** The texture formats for surface formats on a device. */
export class FormatTable {
  readonly #views = new Map<string, FormatView | undefined>();
  readonly #storages = new Map<string, TextureStorage>();

  constructor(readonly features: FormatFeatures) {}

  /**
   * A view of a surface in a format.
   * @param current how the surface's texels are kept: colours of the same bits as a depth that is kept are views of it
   * @returns undefined if there is none
   */
  view(layout: SurfaceLayout, format: SurfaceFormat, current?: TextureStorage): FormatView | undefined {
    if (
      format.bytesPerBlock !== layout.format.bytesPerBlock ||
      format.blockWidth !== layout.format.blockWidth
    ) {
      return undefined;
    }
    const { width, height, depth } = layout.description;
    const isPart =
      format.blockWidth > 1 && (width % format.blockWidth !== 0 || height % format.blockHeight !== 0);
    const found = this.#view(format, isPart, depth > 1);
    if (found?.storage.depth === undefined) {
      const kept =
        current?.depth === undefined ? this.#view(layout.format, isPart, depth > 1)?.storage : current;
      const isSame = kept?.depth !== undefined && ['R16_UNORM', 'R32_FLOAT'].includes(nameOf(format));
      return isSame ? this.#depthView(kept, 'depth') : found;
    }
    return depth > 1 ? undefined : found;
  }

  /** What a device can do with surfaces of a format. */
  abilities(format: SurfaceFormat): FormatView | undefined {
    return this.#view(format, false, false);
  }

  #view(format: SurfaceFormat, isPart: boolean, isVolume: boolean): FormatView | undefined {
    const key = `${format.id}/${isPart}/${isVolume}`;
    if (!this.#views.has(key)) {
      this.#views.set(key, this.#make(format, isPart, isVolume));
    }
    return this.#views.get(key);
  }

  #make(format: SurfaceFormat, isPart: boolean, isVolume: boolean): FormatView | undefined {
    const name = nameOf(format);
    const depth = depthFormats[name];
    if (depth !== undefined) {
      return this.#depthView(this.#depthStorage(depth[0]), depth[1]);
    }
    if (packedFormats.test(name)) {
      if (name.includes('LUMINANCE')) {
        return this.#colorView('rg8unorm', packedConversion(format), 'rrrg');
      }
      const components = format.channelBits[3] > 0 ? 'rgba' : 'rgb1';
      return this.#colorView('rgba8unorm', packedConversion(format), components);
    }
    const plain = plainFormOf[name];
    if (plain !== undefined) {
      return this.#colorView(plain, undefined, 'rgba');
    }
    const found = webGpuFormat(format, isVolume ? 2 : 1);
    if (found.format === undefined || found.format === 'depth16unorm') {
      return undefined;
    }
    const { format: own, swizzle, features } = found;
    if (own.startsWith('bc') && (isPart || features.some((feature) => !this.features.has(feature)))) {
      const block = blockKinds.find(([pattern]) => pattern.test(own));
      const srgb = own.endsWith('-srgb') ? '-srgb' : '';
      return block && this.#colorView(`${block[2]}${srgb}`, blockConversion(block[1]), swizzle);
    }
    if (features.includes('texture-formats-tier1') && !this.features.has('texture-formats-tier1')) {
      const [, channels, sign] = /^(rgba|rg|r)16([us])norm$/.exec(own)!;
      return this.#colorView(
        `${channels}32float`,
        normalizedConversion(channels.length, sign === 's'),
        swizzle,
      );
    }
    return this.#colorView(own, undefined, swizzle);
  }

  #colorView(format: string, conversion: Conversion | undefined, components: string): FormatView {
    // Not every driver views blocks as another format than the texture has.
    const base = (format.startsWith('bc') ? format : format.replace('-srgb', '')) as GPUTextureFormat;
    const isDecoded = conversion !== undefined && conversion.fromTexture === undefined;
    const abilities = colorAbilities(base, this.features);
    const isFloat32 = conversion !== undefined && base.includes('32float');
    const storage = this.#storage(
      `${base}${conversion === undefined ? '' : ` of ${conversion.name}`}`,
      () => ({
        ...abilities,
        renders: abilities.renders && !isDecoded && !isFloat32,
        blends: abilities.blends && !isDecoded && !isFloat32,
        multisamples: abilities.multisamples && !isDecoded && !isFloat32,
        format: base,
        viewFormats: withSrgb.test(base) ? [`${base}-srgb` as GPUTextureFormat] : [],
        block: base.startsWith('bc') ? 4 : 1,
        blockBytes: conversion?.bytes ?? bytesOf(base),
        conversion,
        comesBack: !isDecoded,
        depth: undefined,
        hasStencil: false,
      }),
    );
    const alpha = targetSwizzles[components];
    return {
      storage,
      format: format as GPUTextureFormat,
      aspect: 'all',
      sampleType: storage.sampleType,
      components,
      alpha: alpha ?? 'kept',
      renders: storage.renders && alpha !== undefined,
    };
  }

  #depthStorage(texels: DepthTexels): TextureStorage {
    const withStencil = this.features.has('depth32float-stencil8')
      ? 'depth32float-stencil8'
      : 'depth24plus-stencil8';
    const format =
      texels.depthBits === 16
        ? 'depth16unorm'
        : texels.stencilAt === undefined
          ? 'depth32float'
          : withStencil;
    return this.#storage(texels.name, () => ({
      sampleType: 'depth',
      renders: true,
      blends: false,
      multisamples: true,
      format,
      viewFormats: [],
      block: 1,
      blockBytes: texels.depthBits === 16 ? 2 : 4,
      conversion: undefined,
      comesBack: true,
      depth: texels,
      hasStencil: texels.stencilAt !== undefined,
    }));
  }

  #depthView(storage: TextureStorage, shown: 'all' | 'depth' | 'stencil'): FormatView {
    const isStencil = shown === 'stencil';
    return {
      storage,
      format: storage.format,
      aspect: isStencil ? 'stencil-only' : 'depth-only',
      sampleType: isStencil ? 'uint' : 'depth',
      components: isStencil ? '0r01' : 'rgba',
      alpha: 'kept',
      renders: shown === 'all',
    };
  }

  #storage(name: string, make: () => Omit<TextureStorage, 'name'>): TextureStorage {
    let storage = this.#storages.get(name);
    if (storage === undefined) {
      storage = { name, ...make() };
      this.#storages.set(name, storage);
    }
    return storage;
  }
}

/** The name in the header without SVGA3D_. */
export function nameOf({ name }: SurfaceFormat): string {
  return name.replace('SVGA3D_', '');
}

/** Bytes of a block of a format. */
function bytesOf(format: string): number {
  if (format.startsWith('bc')) {
    return /^bc[14]-/.test(format) ? 8 : 16;
  }
  if (/^(rgb9e5|rgb10a2|rg11b10)/.test(format)) {
    return 4;
  }
  const [, channels, bits] = /^(rgba|bgra|rg|r)(\d+)/.exec(format)!;
  return (channels.length * Number(bits)) / 8;
}
