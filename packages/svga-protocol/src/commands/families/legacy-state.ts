import { command } from '../command-definition.js';
import { arrayOf } from '../../structures/struct.js';
import { dwords, structs } from '../../structures/tail.js';
import { guestPtr, image, prefixed, rect } from './structures.js';

const shader = { cid: 'u32', shid: 'u32', type: 'SVGA3dShaderType' } as const;
const color = arrayOf('f32', 4);
const guestQuery = { cid: 'u32', type: 'SVGA3dQueryType', ...prefixed('guestResult', guestPtr) } as const;
const vertexDecl = {
  type: 'u32',
  method: 'u32',
  usage: 'u32',
  usageIndex: 'u32',
  surfaceId: 'u32',
  offset: 'u32',
  stride: 'u32',
  first: 'u32',
  last: 'u32',
} as const;
const primitiveRange = {
  primType: 'SVGA3dPrimitiveType',
  primitiveCount: 'u32',
  surfaceId: 'u32',
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
  CONTEXT_DEFINE: command(1045, { cid: 'u32' }),
  CONTEXT_DESTROY: command(1046, { cid: 'u32' }),
  SETTRANSFORM: command(1047, { cid: 'u32', type: 'u32', matrix: arrayOf('f32', 16) }),
  SETZRANGE: command(1048, { cid: 'u32', min: 'f32', max: 'f32' }),
  // The value is a uint32 or a float, by the state.
  SETRENDERSTATE: command(1049, { cid: 'u32' }, { states: structs({ state: 'u32', uintValue: 'u32' }) }),
  SETRENDERTARGET: command(1050, { cid: 'u32', type: 'SVGA3dRenderTargetType', ...image }),
  SETTEXTURESTATE: command(
    1051,
    { cid: 'u32' },
    { states: structs({ stage: 'u32', name: 'u32', value: 'u32' }) },
  ),
  SETMATERIAL: command(1052, {
    cid: 'u32',
    face: 'u32',
    diffuse: color,
    ambient: color,
    specular: color,
    emissive: color,
    shininess: 'f32',
  }),
  SETLIGHTDATA: command(1053, {
    cid: 'u32',
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
  SETLIGHTENABLED: command(1054, { cid: 'u32', index: 'u32', enabled: 'u32' }),
  SETVIEWPORT: command(1055, { cid: 'u32', ...rect }),
  SETCLIPPLANE: command(1056, { cid: 'u32', index: 'u32', plane: arrayOf('f32', 4) }),
  SETSCISSORRECT: command(1064, { cid: 'u32', ...rect }),
} as const;

/** Clears, shaders, drawing and queries of contexts before DX (svga3d_cmd.h). */
export const legacyDrawCommands = {
  CLEAR: command(
    1057,
    { cid: 'u32', clearFlag: 'SVGA3dClearFlag', color: 'u32', depth: 'f32', stencil: 'u32' },
    { rects: structs(rect) },
  ),
  SHADER_DEFINE: command(1059, shader, { bytecode: dwords() }),
  SHADER_DESTROY: command(1060, shader),
  SET_SHADER: command(1061, { cid: 'u32', type: 'SVGA3dShaderType', shid: 'u32' }),
  SET_SHADER_CONST: command(
    1062,
    {
      cid: 'u32',
      reg: 'u32',
      type: 'SVGA3dShaderType',
      ctype: 'SVGA3dShaderConstType',
      values: arrayOf('u32', 4),
    },
    { moreValues: dwords() },
  ),
  DRAW_PRIMITIVES: command(
    1063,
    { cid: 'u32', numVertexDecls: 'u32', numRanges: 'u32' },
    {
      vertexDecls: structs(vertexDecl, { field: 'numVertexDecls' }),
      ranges: structs(primitiveRange, { field: 'numRanges' }),
      divisors: dwords({ field: 'numVertexDecls', orNone: true }),
    },
  ),
  BEGIN_QUERY: command(1065, { cid: 'u32', type: 'SVGA3dQueryType' }),
  END_QUERY: command(1066, guestQuery),
  WAIT_FOR_QUERY: command(1067, guestQuery),
  SET_VERTEX_STREAMS: command(
    1138,
    { cid: 'u32', numStreams: 'u32' },
    { streams: structs({ sid: 'u32', stride: 'u32', offset: 'u32' }, { field: 'numStreams' }) },
  ),
  SET_VERTEX_DECLS: command(
    1139,
    { cid: 'u32', numElements: 'u32' },
    { elements: structs(vertexElement, { field: 'numElements' }) },
  ),
  SET_VERTEX_DIVISORS: command(
    1140,
    { cid: 'u32', numDivisors: 'u32' },
    { divisors: dwords({ field: 'numDivisors' }) },
  ),
  DRAW: command(1141, {
    cid: 'u32',
    primitiveCount: 'u32',
    startVertexLocation: 'u32',
    primitiveType: 'u8',
    padding: { padding: 3 },
  }),
  // Packed: the dwords behind the bytes are not aligned.
  DRAW_INDEXED: command(1142, {
    cid: 'u32',
    primitiveType: 'u8',
    indexBufferSid: 'u32',
    indexBufferOffset: 'u32',
    indexBufferStride: 'u8',
    baseVertexLocation: 'i32',
    primitiveCount: 'u32',
    pad0: { padding: 4 },
    pad1: { padding: 2 },
  }),
} as const;
