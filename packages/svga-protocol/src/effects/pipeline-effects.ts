import { dxSlots, legacySlots, SVGA3D_TS_BIND_TEXTURE } from '../state/context-slots.js';
import type { EffectFamily } from './command-effect.js';
import { reads, run, sets } from './extents.js';

const plainState = { uses: { cid: 'use' }, pipeline: 'state' } as const;

/** Contexts without DX. */
export const legacyPipelineEffects = {
  SETTRANSFORM: plainState,
  SETZRANGE: plainState,
  SETRENDERSTATE: plainState,
  SETMATERIAL: plainState,
  SETLIGHTDATA: plainState,
  SETLIGHTENABLED: plainState,
  SETVIEWPORT: plainState,
  SETCLIPPLANE: plainState,
  SETSCISSORRECT: plainState,
  SET_SHADER_CONST: plainState,
  SET_GB_SHADERCONSTS_INLINE: plainState,
  SET_VERTEX_DECLS: plainState,
  SET_VERTEX_DIVISORS: plainState,
  SETRENDERTARGET: { uses: { cid: 'use', sid: sets(legacySlots.renderTargets, 'type') }, pipeline: 'state' },
  SETTEXTURESTATE: {
    uses: {
      cid: 'use',
      'states.value': {
        action: 'set',
        slot: { groups: legacySlots.textures, start: 'stage', perElement: true },
        when: { field: 'name', is: SVGA3D_TS_BIND_TEXTURE },
        idType: 'SVGA3dSurfaceId',
      },
    },
    pipeline: 'state',
  },
  SET_SHADER: { uses: { cid: 'use', shid: sets(legacySlots.shaders, 0, 'type') }, pipeline: 'state' },
  SET_VERTEX_STREAMS: {
    uses: { cid: 'use', 'streams.sid': sets(legacySlots.vertexStreams) },
    pipeline: 'state',
  },
  CLEAR: { uses: { cid: 'use' }, pipeline: 'clear' },
  DRAW_PRIMITIVES: {
    uses: { cid: 'use', 'vertexDecls.surfaceId': reads(), 'ranges.surfaceId': reads() },
    pipeline: 'draw',
  },
  DRAW: { uses: { cid: 'use' }, pipeline: 'draw' },
  DRAW_INDEXED: { uses: { cid: 'use', indexBufferSid: reads() }, pipeline: 'draw' },
} as const satisfies EffectFamily;

const objectless = { uses: {}, pipeline: 'state' } as const;
const draw = { uses: {}, pipeline: 'draw' } as const;
const indirect = (dwords: number) => {
  return { argsBufferSid: reads(run('byteOffsetForArgs', 4 * dwords)) };
};

/** DX contexts. */
export const dxPipelineEffects = {
  DX_SET_RENDERTARGETS: {
    uses: {
      depthStencilViewId: sets(dxSlots.renderTargets, dxSlots.renderTargets.count - 1),
      renderTargetViewIds: sets(dxSlots.renderTargets),
    },
    pipeline: 'state',
  },
  DX_SET_SHADER: { uses: { shaderId: sets(dxSlots.shaders, 0, 'type') }, pipeline: 'state' },
  DX_SET_SHADER_RESOURCES: {
    uses: { shaderResourceViewIds: sets(dxSlots.shaderResources, 'startView', 'type') },
    pipeline: 'state',
  },
  DX_SET_SAMPLERS: {
    uses: { samplerIds: sets(dxSlots.samplers, 'startSampler', 'type') },
    pipeline: 'state',
  },
  DX_SET_SINGLE_CONSTANT_BUFFER: {
    uses: { sid: sets(dxSlots.constantBuffers, 'slot', 'type') },
    pipeline: 'state',
  },
  DX_SET_VS_CONSTANT_BUFFER_OFFSET: objectless,
  DX_SET_PS_CONSTANT_BUFFER_OFFSET: objectless,
  DX_SET_GS_CONSTANT_BUFFER_OFFSET: objectless,
  DX_SET_HS_CONSTANT_BUFFER_OFFSET: objectless,
  DX_SET_DS_CONSTANT_BUFFER_OFFSET: objectless,
  DX_SET_CS_CONSTANT_BUFFER_OFFSET: objectless,
  DX_SET_VERTEX_BUFFERS: {
    uses: { 'buffers.sid': sets(dxSlots.vertexBuffers, 'startBuffer') },
    pipeline: 'state',
  },
  DX_SET_VERTEX_BUFFERS_V2: {
    uses: { 'buffers.sid': sets(dxSlots.vertexBuffers, 'startBuffer') },
    pipeline: 'state',
  },
  DX_SET_VERTEX_BUFFERS_OFFSET_AND_SIZE: objectless,
  DX_SET_INDEX_BUFFER: { uses: { sid: sets(dxSlots.indexBuffer) }, pipeline: 'state' },
  DX_SET_INDEX_BUFFER_V2: { uses: { sid: sets(dxSlots.indexBuffer) }, pipeline: 'state' },
  DX_SET_INDEX_BUFFER_OFFSET_AND_SIZE: objectless,
  DX_SET_SOTARGETS: { uses: { 'targets.sid': sets(dxSlots.streamOutputTargets) }, pipeline: 'state' },
  DX_SET_STREAMOUTPUT: { uses: { soid: sets(dxSlots.streamOutput) }, pipeline: 'state' },
  DX_SET_UA_VIEWS: { uses: { uaViewIds: sets(dxSlots.uaViews) }, pipeline: 'state' },
  DX_SET_CS_UA_VIEWS: { uses: { uaViewIds: sets(dxSlots.computeUaViews, 'startIndex') }, pipeline: 'state' },
  DX_SET_INPUT_LAYOUT: { uses: { elementLayoutId: sets(dxSlots.inputLayout) }, pipeline: 'state' },
  DX_SET_BLEND_STATE: { uses: { blendId: sets(dxSlots.blendState) }, pipeline: 'state' },
  DX_SET_DEPTHSTENCIL_STATE: {
    uses: { depthStencilId: sets(dxSlots.depthStencilState) },
    pipeline: 'state',
  },
  DX_SET_RASTERIZER_STATE: { uses: { rasterizerId: sets(dxSlots.rasterizerState) }, pipeline: 'state' },
  DX_SET_TOPOLOGY: objectless,
  DX_SET_VIEWPORTS: objectless,
  DX_SET_SCISSORRECTS: objectless,
  DX_SET_MIN_LOD: { uses: { sid: 'use' }, pipeline: 'state' },
  DX_DRAW: draw,
  DX_DRAW_INDEXED: draw,
  DX_DRAW_INSTANCED: draw,
  DX_DRAW_INDEXED_INSTANCED: draw,
  DX_DRAW_AUTO: draw,
  DX_DRAW_INDEXED_INSTANCED_INDIRECT: { uses: indirect(5), pipeline: 'draw' },
  DX_DRAW_INSTANCED_INDIRECT: { uses: indirect(4), pipeline: 'draw' },
  DX_DISPATCH: { uses: {}, pipeline: 'dispatch' },
  DX_DISPATCH_INDIRECT: { uses: indirect(3), pipeline: 'dispatch' },
} as const satisfies EffectFamily;
