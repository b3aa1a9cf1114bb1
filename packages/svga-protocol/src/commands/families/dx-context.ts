import { dxCommand, sm5Command } from '../command-definition.js';
import { dwords } from '../../structures/tail.js';

const coTable = {
  cid: 'DXContextId',
  mobid: 'SVGAMobId',
  type: 'SVGACOTableType',
  validSizeInBytes: 'u32',
} as const;

/** DX contexts, their tables, shaders and queries (svga3d_dx.h). */
export const dxContextCommands = {
  DX_DEFINE_CONTEXT: dxCommand(1143, { cid: 'DXContextId' }),
  DX_DESTROY_CONTEXT: dxCommand(1144, { cid: 'DXContextId' }),
  DX_BIND_CONTEXT: dxCommand(1145, { cid: 'DXContextId', mobid: 'SVGAMobId', validContents: 'u32' }),
  DX_READBACK_CONTEXT: dxCommand(1146, { cid: 'DXContextId' }),
  DX_INVALIDATE_CONTEXT: dxCommand(1147, { cid: 'DXContextId' }),
  DX_SET_COTABLE: dxCommand(1207, coTable),
  DX_READBACK_COTABLE: dxCommand(1208, { cid: 'DXContextId', type: 'SVGACOTableType' }),
  DX_MOB_FENCE_64: dxCommand(1216, { value: 'u64', mobId: 'SVGAMobId', mobOffset: 'u32' }),
  DX_HINT: dxCommand(1218, { hintId: 'SVGADXHintId' }, { data: dwords() }),
  DX_GROW_COTABLE: dxCommand(1237, coTable),
  DX_COPY_COTABLE_INTO_MOB: dxCommand(1265, {
    cid: 'DXContextId',
    type: 'SVGACOTableType',
    mobid: 'SVGAMobId',
  }),
} as const;

/** Shaders of DX contexts (svga3d_dx.h). */
export const dxShaderCommands = {
  DX_DEFINE_SHADER: dxCommand(1201, {
    shaderId: 'SVGA3dShaderId',
    type: 'SVGA3dShaderType',
    sizeInBytes: 'u32',
  }),
  DX_DESTROY_SHADER: dxCommand(1202, { shaderId: 'SVGA3dShaderId' }),
  DX_BIND_SHADER: dxCommand(1203, {
    cid: 'DXContextId',
    shid: 'SVGA3dShaderId',
    mobid: 'SVGAMobId',
    offsetInBytes: 'u32',
  }),
  DX_BIND_ALL_SHADER: dxCommand(1217, { cid: 'DXContextId', mobid: 'SVGAMobId' }),
  DX_COND_BIND_ALL_SHADER: dxCommand(1226, {
    cid: 'DXContextId',
    testMobid: 'SVGAMobId',
    mobid: 'SVGAMobId',
  }),
  DX_SET_SHADER_IFACE: sm5Command(1274, {
    type: 'SVGA3dShaderType',
    numClassInstances: 'u32',
    index: 'u32',
    iface: 'u32',
    data: 'u32',
  }),
  DX_BIND_SHADER_IFACE: sm5Command(1277, { cid: 'DXContextId', mobid: 'SVGAMobId', offsetInBytes: 'u32' }),
} as const;

/** Queries of DX contexts (svga3d_dx.h). */
export const dxQueryCommands = {
  DX_DEFINE_QUERY: dxCommand(1165, {
    queryId: 'SVGA3dQueryId',
    type: 'SVGA3dQueryType',
    flags: 'SVGA3dDXQueryFlags',
  }),
  DX_DESTROY_QUERY: dxCommand(1166, { queryId: 'SVGA3dQueryId' }),
  DX_BIND_QUERY: dxCommand(1167, { queryId: 'SVGA3dQueryId', mobid: 'SVGAMobId' }),
  DX_SET_QUERY_OFFSET: dxCommand(1168, { queryId: 'SVGA3dQueryId', mobOffset: 'u32' }),
  DX_BEGIN_QUERY: dxCommand(1169, { queryId: 'SVGA3dQueryId' }),
  DX_END_QUERY: dxCommand(1170, { queryId: 'SVGA3dQueryId' }),
  DX_READBACK_QUERY: dxCommand(1171, { queryId: 'SVGA3dQueryId' }),
  DX_SET_PREDICATION: dxCommand(1172, { queryId: 'SVGA3dQueryId', predicateValue: 'u32' }),
  DX_MOVE_QUERY: dxCommand(1212, { queryId: 'SVGA3dQueryId', mobid: 'SVGAMobId', mobOffset: 'u32' }),
  DX_BIND_ALL_QUERY: dxCommand(1213, { cid: 'DXContextId', mobid: 'SVGAMobId' }),
  DX_READBACK_ALL_QUERY: dxCommand(1214, { cid: 'DXContextId' }),
} as const;
