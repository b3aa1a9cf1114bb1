import { SVGA3D_FILTER, SVGA3D_TEX_ADDRESS } from '@cg/svga-protocol';
import type { SamplerState } from '@cg/svga-device';
import type { AddressMode, SamplerState as TranslatedSampler, SamplerType } from '@cg/vgpu10-wgsl';
import { comparisonOf } from './comparison.js';

const MOST_LOD = 32;
const MOST_ANISOTROPY = 16;

const addresses = new Map<number, AddressMode>([
  [SVGA3D_TEX_ADDRESS.WRAP, 'repeat'],
  [SVGA3D_TEX_ADDRESS.MIRROR, 'mirror-repeat'],
  [SVGA3D_TEX_ADDRESS.CLAMP, 'clamp-to-edge'],
  [SVGA3D_TEX_ADDRESS.BORDER, 'border'],
  [SVGA3D_TEX_ADDRESS.MIRRORONCE, 'mirror-once'],
  [SVGA3D_TEX_ADDRESS.EDGE, 'clamp-to-edge'],
]);

function addressOf(value: number): AddressMode {
  return addresses.get(value) ?? 'clamp-to-edge';
}

/** Borders, and mirroring once, are the shader's: the sampler clamps to the edge. */
function gpuAddress(value: number): GPUAddressMode {
  const mode = addressOf(value);
  return mode === 'border' || mode === 'mirror-once' ? 'clamp-to-edge' : mode;
}

/** Levels of detail in WebGPU's range, the least not above the most. */
function lods({ minLOD, maxLOD }: SamplerState): readonly [number, number] {
  const least = Number.isNaN(minLOD) ? 0 : Math.min(Math.max(minLOD, 0), MOST_LOD);
  const most = Number.isNaN(maxLOD) ? MOST_LOD : Math.min(Math.max(maxLOD, least), MOST_LOD);
  return [least, most];
}

/** The sampler of a state, for a kind of use. */
export function mapSampler(state: SamplerState | undefined, type: SamplerType): GPUSamplerDescriptor {
  if (state === undefined) {
    return type === 'comparison' ? { compare: 'never' } : {};
  }
  const { filter } = state;
  const allows = type !== 'non-filtering';
  const linear = (bit: number): GPUFilterMode => (allows && filter & bit ? 'linear' : 'nearest');
  const isAnisotropic = allows && (filter & SVGA3D_FILTER.ANISOTROPIC) !== 0;
  const [lodMinClamp, lodMaxClamp] = type === 'unlimited' ? [0, MOST_LOD] : lods(state);
  return {
    addressModeU: gpuAddress(state.addressU),
    addressModeV: gpuAddress(state.addressV),
    addressModeW: gpuAddress(state.addressW),
    magFilter: isAnisotropic ? 'linear' : linear(SVGA3D_FILTER.MAG_LINEAR),
    minFilter: isAnisotropic ? 'linear' : linear(SVGA3D_FILTER.MIN_LINEAR),
    mipmapFilter: isAnisotropic ? 'linear' : linear(SVGA3D_FILTER.MIP_LINEAR),
    lodMinClamp,
    lodMaxClamp,
    ...(isAnisotropic && { maxAnisotropy: Math.min(Math.max(state.maxAnisotropy, 1), MOST_ANISOTROPY) }),
    ...(type === 'comparison' && { compare: comparisonOf(state.comparisonFunc) }),
  };
}

/**
 * What of a state is compiled into shaders: the bias, and all of it where the shader samples for itself: borders,
 * coordinates that are mirrored once, and what `isEmulated` says.
 */
export function translatedSampler(state: SamplerState | undefined, isEmulated: boolean): TranslatedSampler {
  if (state === undefined) {
    return {};
  }
  const { filter, mipLODBias } = state;
  const address = [addressOf(state.addressU), addressOf(state.addressV), addressOf(state.addressW)] as const;
  const lodBias = mipLODBias === 0 || Number.isNaN(mipLODBias) ? {} : { lodBias: mipLODBias };
  if (!isEmulated && !address.includes('border') && !address.includes('mirror-once')) {
    return lodBias;
  }
  const [minLod, maxLod] = lods(state);
  const isAnisotropic = (filter & SVGA3D_FILTER.ANISOTROPIC) !== 0;
  return {
    ...lodBias,
    address,
    magLinear: isAnisotropic || (filter & SVGA3D_FILTER.MAG_LINEAR) !== 0,
    minLinear: isAnisotropic || (filter & SVGA3D_FILTER.MIN_LINEAR) !== 0,
    mipLinear: isAnisotropic || (filter & SVGA3D_FILTER.MIP_LINEAR) !== 0,
    minLod,
    maxLod,
    borderColor: [state.borderColorR, state.borderColorG, state.borderColorB, state.borderColorA],
    ...(filter & SVGA3D_FILTER.COMPARE && { compare: comparisonOf(state.comparisonFunc) }),
  };
}
