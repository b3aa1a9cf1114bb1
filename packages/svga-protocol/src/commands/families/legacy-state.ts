import { command } from '../command-definition.js';
import { arrayOf } from '../../structures/struct.js';
import { dwords, structs } from '../../structures/tail.js';
import { guestPtr, image, prefixed, rect } from './structures.js';

const shader = { cid: 'ContextId', shid: 'ShaderId', type: 'SVGA3dShaderType' } as const;
const color = arrayOf('f32', 4);
const guestQuery = {
  cid: 'ContextId',
  type: 'SVGA3dQueryType',
  ...prefixed('guestResult', guestPtr),
} as const;
const vertexDecl = {
  type: 'u32',
  method: 'u32',
  usage: 'u32',
  usageIndex: 'u32',
  surfaceId: 'SVGA3dSurfaceId',
  offset: 'u32',
  stride: 'u32',
  first: 'u32',
  last: 'u32',
} as const;
const primitiveRange = {
  primType: 'SVGA3dPrimitiveType',
  primitiveCount: 'u32',
  surfaceId: 'SVGA3dSurfaceId',
  offset: 'u32',
  stride: 'u32',
  indexWidth: 'u32',
  indexBias: 'i32',
} as const;
const vertexElement = {
  streamOffset: 'u16',
  stream: 'u8',
  type: 'u8',
  method: 'u8',
  usage: 'u8',
  usageIndex: 'u8',
  padding: { padding: 1 },
} as const;

/** State of contexts before DX (svga3d_cmd.h). */
export const legacyStateCommands = {
  CONTEXT_DEFINE: command(1045, { cid: 'ContextId' }),
  CONTEXT_DESTROY: command(1046, { cid: 'ContextId' }),
  SETTRANSFORM: command(1047, { cid: 'ContextId', type: 'u32', matrix: arrayOf('f32', 16) }),
  SETZRANGE: command(1048, { cid: 'ContextId', min: 'f32', max: 'f32' }),
  // The value is a uint32 or a float, by the state.
  SETRENDERSTATE: command(
    1049,
    { cid: 'ContextId' },
    { states: structs({ state: 'u32', uintValue: 'u32' }) },
  ),
  SETRENDERTARGET: command(1050, { cid: 'ContextId', type: 'SVGA3dRenderTargetType', ...image }),
  SETTEXTURESTATE: command(
    1051,
    { cid: 'ContextId' },
    { states: structs({ stage: 'u32', name: 'u32', value: 'u32' }) },
  ),
  SETMATERIAL: command(1052, {
    cid: 'ContextId',
    face: 'u32',
    diffuse: color,
    ambient: color,
    specular: color,
    emissive: color,
    shininess: 'f32',
  }),
  SETLIGHTDATA: command(1053, {
    cid: 'ContextId',
    index: 'u32',
    type: 'u32',
    inWorldSpace: 'u32',
    diffuse: color,
    specular: color,
    ambient: color,
    position: color,
    direction: color,
    range: 'f32',
    falloff: 'f32',
    attenuation0: 'f32',
    attenuation1: 'f32',
    attenuation2: 'f32',
    theta: 'f32',
    phi: 'f32',
  }),
  SETLIGHTENABLED: command(1054, { cid: 'ContextId', index: 'u32', enabled: 'u32' }),
  SETVIEWPORT: command(1055, { cid: 'ContextId', ...rect }),
  SETCLIPPLANE: command(1056, { cid: 'ContextId', index: 'u32', plane: arrayOf('f32', 4) }),
  SETSCISSORRECT: command(1064, { cid: 'ContextId', ...rect }),
} as const;

/** Clears, shaders, drawing and queries of contexts before DX (svga3d_cmd.h). */
export const legacyDrawCommands = {
  CLEAR: command(
    1057,
    { cid: 'ContextId', clearFlag: 'SVGA3dClearFlag', color: 'u32', depth: 'f32', stencil: 'u32' },
    { rects: structs(rect) },
  ),
  SHADER_DEFINE: command(1059, shader, { bytecode: dwords() }),
  SHADER_DESTROY: command(1060, shader),
  SET_SHADER: command(1061, { cid: 'ContextId', type: 'SVGA3dShaderType', shid: 'ShaderId' }),
  SET_SHADER_CONST: command(
    1062,
    {
      cid: 'ContextId',
      reg: 'u32',
      type: 'SVGA3dShaderType',
      ctype: 'SVGA3dShaderConstType',
      values: arrayOf('u32', 4),
    },
    { moreValues: dwords() },
  ),
  DRAW_PRIMITIVES: command(
    1063,
    { cid: 'ContextId', numVertexDecls: 'u32', numRanges: 'u32' },
    {
      vertexDecls: structs(vertexDecl, { field: 'numVertexDecls' }),
      ranges: structs(primitiveRange, { field: 'numRanges' }),
      divisors: dwords({ field: 'numVertexDecls', orNone: true }),
    },
  ),
  BEGIN_QUERY: command(1065, { cid: 'ContextId', type: 'SVGA3dQueryType' }),
  END_QUERY: command(1066, guestQuery),
  WAIT_FOR_QUERY: command(1067, guestQuery),
  SET_VERTEX_STREAMS: command(
    1138,
    { cid: 'ContextId', numStreams: 'u32' },
    { streams: structs({ sid: 'SVGA3dSurfaceId', stride: 'u32', offset: 'u32' }, { field: 'numStreams' }) },
  ),
  SET_VERTEX_DECLS: command(
    1139,
    { cid: 'ContextId', numElements: 'u32' },
    { elements: structs(vertexElement, { field: 'numElements' }) },
  ),
  SET_VERTEX_DIVISORS: command(
    1140,
    { cid: 'ContextId', numDivisors: 'u32' },
    { divisors: dwords({ field: 'numDivisors' }) },
  ),
  DRAW: command(1141, {
    cid: 'ContextId',
    primitiveCount: 'u32',
    startVertexLocation: 'u32',
    primitiveType: 'u8',
    padding: { padding: 3 },
  }),
  // Packed: the dwords after the bytes are not aligned.
  DRAW_INDEXED: command(1142, {
    cid: 'ContextId',
    primitiveType: 'u8',
    indexBufferSid: 'SVGA3dSurfaceId',
    indexBufferOffset: 'u32',
    indexBufferStride: 'u8',
    baseVertexLocation: 'i32',
    primitiveCount: 'u32',
    pad0: { padding: 4 },
    pad1: { padding: 2 },
  }),
} as const;
