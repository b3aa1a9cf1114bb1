import { formatByName } from '@cg/surface-layout';
import type { BlendState, SamplerState } from '@cg/svga-device';
import { describe, expect, it } from 'vitest';
import { FormatTable, type FormatView } from '../formats/format-table.js';
import { mapBlend } from './blend.js';
import { comparisonOf } from './comparison.js';
import { mapDepthStencil } from './depth-stencil.js';
import { mapSampler, translatedSampler } from './sampler.js';
import { mapScissor, mapViewport } from './viewport.js';

const formats = new FormatTable(new Set(['depth32float-stencil8']));
const viewOf = (name: string): FormatView => formats.abilities(formatByName(name)!)!;

function blending(entry: object, more = {}): BlendState {
  const off = { blendEnable: 1, srcBlend: 2, destBlend: 1, blendOp: 1, renderTargetWriteMask: 15 };
  const alpha = { srcBlendAlpha: 2, destBlendAlpha: 1, blendOpAlpha: 1 };
  const perRT = Array.from({ length: 8 }, () => ({ ...off, ...alpha, ...entry }));
  return { alphaToCoverageEnable: 0, independentBlendEnable: 0, perRT, ...more } as unknown as BlendState;
}

describe('blending', () => {
  const rgba = viewOf('R8G8B8A8_UNORM');

  it('takes unknown factors and operations for the default ones', () => {
    const { blends } = mapBlend(blending({ srcBlend: 99, destBlend: 0, blendOp: 77 }), [rgba], false);
    expect(blends[0]?.color).toEqual({ operation: 'add', srcFactor: 'one', dstFactor: 'zero' });
  });

  it('takes the alpha of the constant where a target says so, whichever it is', () => {
    const state = blending({}, { independentBlendEnable: 1 });
    const perRT = state.perRT.map((entry, slot) => (slot === 1 ? { ...entry, destBlend: 19 } : entry));
    const { alphaConstant, usesConstant } = mapBlend({ ...state, perRT }, [rgba, rgba], false);
    expect([alphaConstant, usesConstant]).toEqual([true, true]);
  });

  it('has no factors for minima and maxima', () => {
    const { blends } = mapBlend(blending({ srcBlend: 5, destBlend: 6, blendOp: 4 }), [rgba], false);
    expect(blends[0]?.color).toEqual({ operation: 'min', srcFactor: 'one', dstFactor: 'one' });
  });

  it('reads a missing alpha of the target as 1, and does not write it', () => {
    const { blends, writeMasks } = mapBlend(
      blending({ srcBlend: 7, destBlend: 8 }),
      [viewOf('B8G8R8X8_UNORM')],
      false,
    );
    expect(blends[0]?.color).toMatchObject({ srcFactor: 'one', dstFactor: 'zero' });
    expect(writeMasks).toEqual([7]);
  });

  it('blends alpha alone in the red channel', () => {
    const state = blending({ srcBlendAlpha: 7, destBlendAlpha: 12, renderTargetWriteMask: 8 });
    const { blends, writeMasks, alphaConstant } = mapBlend(state, [viewOf('A8_UNORM')], false);
    expect(blends[0]?.color).toMatchObject({ srcFactor: 'dst', dstFactor: 'constant' });
    expect([writeMasks, alphaConstant]).toEqual([[1], true]);
  });

  it('never blends integers, and applies entry 0 to all targets', () => {
    const state = blending({}, {});
    const { blends } = mapBlend(state, [rgba, viewOf('R32_UINT'), rgba], false);
    expect(blends.map(Boolean)).toEqual([true, false, true]);
  });

  it('has a second source with the feature, and for one target', () => {
    const state = blending({ destBlend: 16 });
    expect(mapBlend(state, [rgba], true).dualSource).toBe(true);
    expect(mapBlend(state, [rgba], false).blends[0]?.color.dstFactor).toBe('src-alpha');
    expect(mapBlend(state, [rgba, rgba], true).dualSource).toBe(false);
  });
});

const sampler: SamplerState = {
  filter: 0x15,
  addressU: 1,
  addressV: 2,
  addressW: 3,
  mipLODBias: 0,
  maxAnisotropy: 255,
  comparisonFunc: 2,
  borderColorR: 0.5,
  borderColorG: 0,
  borderColorB: 0,
  borderColorA: 1,
  minLOD: 0,
  maxLOD: 1000,
} as SamplerState;

describe('samplers', () => {
  it('limits anisotropy and levels of detail', () => {
    expect(mapSampler({ ...sampler, filter: 0x55, minLOD: NaN, maxLOD: -4 }, 'filtering')).toMatchObject({
      maxAnisotropy: 16,
      magFilter: 'linear',
      lodMinClamp: 0,
      lodMaxClamp: 0,
    });
    expect(mapSampler(sampler, 'filtering')).toMatchObject({ addressModeU: 'repeat', lodMaxClamp: 32 });
  });

  it('has nearest filters where the texture has no others', () => {
    expect(mapSampler({ ...sampler, filter: 0x55 }, 'non-filtering')).toMatchObject({
      magFilter: 'nearest',
      minFilter: 'nearest',
      mipmapFilter: 'nearest',
    });
  });

  it('has all levels where the shader limits them', () => {
    expect(mapSampler({ ...sampler, minLOD: 0.25, maxLOD: 0.75 }, 'unlimited')).toMatchObject({
      lodMinClamp: 0,
      lodMaxClamp: 32,
    });
  });

  it('compiles only borders and biases into shaders', () => {
    expect(translatedSampler(sampler, false)).toEqual({});
    expect(translatedSampler({ ...sampler, mipLODBias: 1.5 }, false)).toEqual({ lodBias: 1.5 });
    expect(translatedSampler({ ...sampler, addressU: 4 }, false)).toMatchObject({
      address: ['border', 'mirror-repeat', 'clamp-to-edge'],
      borderColor: [0.5, 0, 0, 1],
      magLinear: true,
    });
    expect(mapSampler({ ...sampler, addressU: 4 }, 'filtering').addressModeU).toBe('clamp-to-edge');
  });
});

describe('depth and stencil', () => {
  const { storage } = viewOf('D24_UNORM_S8_UINT');
  const plain = {
    rasterizer: undefined,
    storage,
    depthReadOnly: false,
    stencilReadOnly: false,
    isTriangles: true,
  };

  it('tests less by default, and writes nothing through a view that is read only', () => {
    expect(mapDepthStencil({ ...plain, state: undefined })).toEqual({
      format: 'depth32float-stencil8',
      depthCompare: 'less',
      depthWriteEnabled: true,
    });
    expect(mapDepthStencil({ ...plain, state: undefined, depthReadOnly: true }).depthWriteEnabled).toBe(
      false,
    );
  });

  it('takes unknown comparisons for always', () => {
    expect([0, 1, 8, 9].map(comparisonOf)).toEqual(['always', 'never', 'always', 'always']);
  });
});

describe('viewports and scissors', () => {
  const viewport = { x: 0, y: 0, width: 8, height: 8, minDepth: 0, maxDepth: 1 };

  it('limits what WebGPU limits', () => {
    expect(mapViewport({ ...viewport, x: -1e9, width: 1e9, minDepth: -1, maxDepth: NaN }, 100)).toEqual({
      x: -200,
      y: 0,
      width: 100,
      height: 8,
      minDepth: 0,
      maxDepth: 1,
    });
    expect(mapViewport({ ...viewport, minDepth: 0.7, maxDepth: 0.2 }, 100)).toMatchObject({
      minDepth: 0.7,
      maxDepth: 0.7,
    });
  });

  it('shows nothing without a size', () => {
    for (const width of [0, -1, NaN, Infinity]) {
      expect(mapViewport({ ...viewport, width }, 100)).toBeUndefined();
    }
    expect(mapScissor({ left: 5, top: 0, right: 5, bottom: 9 }, { width: 8, height: 8 })).toBeUndefined();
    expect(mapScissor({ left: -5, top: 2, right: 99, bottom: 4 }, { width: 8, height: 8 })).toEqual({
      x: 0,
      y: 2,
      width: 8,
      height: 2,
    });
  });
});
