import { dxCommand, sm5Command } from '../command-definition.js';
import { arrayOf } from '../../structures/struct.js';
import { dwords, structs } from '../../structures/tail.js';
import { signedRect } from './structures.js';

const constantBufferOffset = { slot: 'u32', offsetInBytes: 'u32' } as const;
const vertexBuffer = { sid: 'SVGA3dSurfaceId', stride: 'u32', offset: 'u32' } as const;
const indexBuffer = { sid: 'SVGA3dSurfaceId', format: 'SVGA3dSurfaceFormat', offset: 'u32' } as const;
const viewport = {
  x: 'f32',
  y: 'f32',
  width: 'f32',
  height: 'f32',
  minDepth: 'f32',
  maxDepth: 'f32',
} as const;
const pad0 = { padding: 4 } as const;

/** Bindings of the stages of a DX context's pipeline (svga3d_dx.h). */
export const dxPipelineCommands = {
  DX_SET_SINGLE_CONSTANT_BUFFER: dxCommand(1148, {
    slot: 'u32',
    type: 'SVGA3dShaderType',
    sid: 'SVGA3dSurfaceId',
    offsetInBytes: 'u32',
    sizeInBytes: 'u32',
  }),
  DX_SET_SHADER_RESOURCES: dxCommand(
    1149,
    { startView: 'u32', type: 'SVGA3dShaderType' },
    { shaderResourceViewIds: dwords('rest', 'SVGA3dShaderResourceViewId') },
  ),
  DX_SET_SHADER: dxCommand(1150, { shaderId: 'SVGA3dShaderId', type: 'SVGA3dShaderType' }),
  DX_SET_SAMPLERS: dxCommand(
    1151,
    { startSampler: 'u32', type: 'SVGA3dShaderType' },
    { samplerIds: dwords('rest', 'SVGA3dSamplerId') },
  ),
  DX_SET_INPUT_LAYOUT: dxCommand(1157, { elementLayoutId: 'SVGA3dElementLayoutId' }),
  DX_SET_VERTEX_BUFFERS: dxCommand(1158, { startBuffer: 'u32' }, { buffers: structs(vertexBuffer) }),
  DX_SET_INDEX_BUFFER: dxCommand(1159, indexBuffer),
  DX_SET_TOPOLOGY: dxCommand(1160, { topology: 'SVGA3dPrimitiveType' }),
  DX_SET_RENDERTARGETS: dxCommand(
    1161,
    { depthStencilViewId: 'SVGA3dDepthStencilViewId' },
    { renderTargetViewIds: dwords('rest', 'SVGA3dRenderTargetViewId') },
  ),
  DX_SET_BLEND_STATE: dxCommand(1162, {
    blendId: 'SVGA3dBlendStateId',
    blendFactor: arrayOf('f32', 4),
    sampleMask: 'u32',
  }),
  DX_SET_DEPTHSTENCIL_STATE: dxCommand(1163, {
    depthStencilId: 'SVGA3dDepthStencilStateId',
    stencilRef: 'u32',
  }),
  DX_SET_RASTERIZER_STATE: dxCommand(1164, { rasterizerId: 'SVGA3dRasterizerStateId' }),
  DX_SET_SOTARGETS: dxCommand(
    1173,
    { pad0 },
    { targets: structs({ sid: 'SVGA3dSurfaceId', offset: 'u32', sizeInBytes: 'u32' }) },
  ),
  DX_SET_VIEWPORTS: dxCommand(1174, { pad0 }, { viewports: structs(viewport) }),
  DX_SET_SCISSORRECTS: dxCommand(1175, { pad0 }, { rects: structs(signedRect) }),
  DX_SET_STREAMOUTPUT: dxCommand(1206, { soid: 'SVGA3dStreamOutputId' }),
  DX_SET_VS_CONSTANT_BUFFER_OFFSET: sm5Command(1220, constantBufferOffset),
  DX_SET_PS_CONSTANT_BUFFER_OFFSET: sm5Command(1221, constantBufferOffset),
  DX_SET_GS_CONSTANT_BUFFER_OFFSET: sm5Command(1222, constantBufferOffset),
  DX_SET_HS_CONSTANT_BUFFER_OFFSET: sm5Command(1223, constantBufferOffset),
  DX_SET_DS_CONSTANT_BUFFER_OFFSET: sm5Command(1224, constantBufferOffset),
  DX_SET_CS_CONSTANT_BUFFER_OFFSET: sm5Command(1225, constantBufferOffset),
  DX_SET_UA_VIEWS: sm5Command(
    1250,
    { uavSpliceIndex: 'u32' },
    { uaViewIds: dwords('rest', 'SVGA3dUAViewId') },
  ),
  DX_SET_CS_UA_VIEWS: sm5Command(
    1268,
    { startIndex: 'u32' },
    { uaViewIds: dwords('rest', 'SVGA3dUAViewId') },
  ),
  DX_SET_MIN_LOD: sm5Command(1269, { sid: 'SVGA3dSurfaceId', minLOD: 'f32' }),
  DX_SET_VERTEX_BUFFERS_V2: dxCommand(
    1284,
    { startBuffer: 'u32' },
    { buffers: structs({ ...vertexBuffer, sizeInBytes: 'u32' }) },
  ),
  DX_SET_INDEX_BUFFER_V2: dxCommand(1285, { ...indexBuffer, sizeInBytes: 'u32' }),
  DX_SET_VERTEX_BUFFERS_OFFSET_AND_SIZE: dxCommand(
    1286,
    { startBuffer: 'u32' },
    { buffers: structs({ stride: 'u32', offset: 'u32', sizeInBytes: 'u32' }) },
  ),
  DX_SET_INDEX_BUFFER_OFFSET_AND_SIZE: dxCommand(1287, {
    format: 'SVGA3dSurfaceFormat',
    offset: 'u32',
    sizeInBytes: 'u32',
  }),
} as const;

const indirect = { argsBufferSid: 'SVGA3dSurfaceId', byteOffsetForArgs: 'u32' } as const;

/** Drawing and dispatching (svga3d_dx.h). */
export const dxDrawCommands = {
  DX_DRAW: dxCommand(1152, { vertexCount: 'u32', startVertexLocation: 'u32' }),
  DX_DRAW_INDEXED: dxCommand(1153, {
    indexCount: 'u32',
    startIndexLocation: 'u32',
    baseVertexLocation: 'i32',
  }),
  DX_DRAW_INSTANCED: dxCommand(1154, {
    vertexCountPerInstance: 'u32',
    instanceCount: 'u32',
    startVertexLocation: 'u32',
    startInstanceLocation: 'u32',
  }),
  DX_DRAW_INDEXED_INSTANCED: dxCommand(1155, {
    indexCountPerInstance: 'u32',
    instanceCount: 'u32',
    startIndexLocation: 'u32',
    baseVertexLocation: 'i32',
    startInstanceLocation: 'u32',
  }),
  DX_DRAW_AUTO: dxCommand(1156, { pad0 }),
  DX_DRAW_INDEXED_INSTANCED_INDIRECT: sm5Command(1251, indirect),
  DX_DRAW_INSTANCED_INDIRECT: sm5Command(1252, indirect),
  DX_DISPATCH: sm5Command(1253, {
    threadGroupCountX: 'u32',
    threadGroupCountY: 'u32',
    threadGroupCountZ: 'u32',
  }),
  DX_DISPATCH_INDIRECT: sm5Command(1254, indirect),
} as const;
