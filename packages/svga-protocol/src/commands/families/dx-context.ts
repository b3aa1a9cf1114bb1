import { dxCommand, sm5Command } from '../command-definition.js';
import { dwords } from '../../structures/tail.js';

const coTable = { cid: 'u32', mobid: 'SVGAMobId', type: 'SVGACOTableType', validSizeInBytes: 'u32' } as const;

/** DX contexts, their tables, shaders and queries (svga3d_dx.h). */
export const dxContextCommands = {
  DX_DEFINE_CONTEXT: dxCommand(1143, { cid: 'u32' }),
  DX_DESTROY_CONTEXT: dxCommand(1144, { cid: 'u32' }),
  DX_BIND_CONTEXT: dxCommand(1145, { cid: 'u32', mobid: 'SVGAMobId', validContents: 'u32' }),
  DX_READBACK_CONTEXT: dxCommand(1146, { cid: 'u32' }),
  DX_INVALIDATE_CONTEXT: dxCommand(1147, { cid: 'u32' }),
  DX_SET_COTABLE: dxCommand(1207, coTable),
  DX_READBACK_COTABLE: dxCommand(1208, { cid: 'u32', type: 'SVGACOTableType' }),
  DX_MOB_FENCE_64: dxCommand(1216, { value: 'u64', mobId: 'SVGAMobId', mobOffset: 'u32' }),
  DX_HINT: dxCommand(1218, { hintId: 'SVGADXHintId' }, { data: dwords() }),
  DX_GROW_COTABLE: dxCommand(1237, coTable),
  DX_COPY_COTABLE_INTO_MOB: dxCommand(1265, { cid: 'u32', type: 'SVGACOTableType', mobid: 'SVGAMobId' }),
} as const;

/** Shaders of DX contexts (svga3d_dx.h). */
export const dxShaderCommands = {
  DX_DEFINE_SHADER: dxCommand(1201, { shaderId: 'u32', type: 'SVGA3dShaderType', sizeInBytes: 'u32' }),
  DX_DESTROY_SHADER: dxCommand(1202, { shaderId: 'u32' }),
  DX_BIND_SHADER: dxCommand(1203, {
    cid: 'u32',
    shid: 'u32',
    mobid: 'SVGAMobId',
    offsetInBytes: 'u32',
  }),
  DX_BIND_ALL_SHADER: dxCommand(1217, { cid: 'u32', mobid: 'SVGAMobId' }),
  DX_COND_BIND_ALL_SHADER: dxCommand(1226, {
    cid: 'u32',
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
  DX_BIND_SHADER_IFACE: sm5Command(1277, { cid: 'u32', mobid: 'SVGAMobId', offsetInBytes: 'u32' }),
} as const;

/** Queries of DX contexts (svga3d_dx.h). */
export const dxQueryCommands = {
  DX_DEFINE_QUERY: dxCommand(1165, {
    queryId: 'u32',
    type: 'SVGA3dQueryType',
    flags: 'SVGA3dDXQueryFlags',
  }),
  DX_DESTROY_QUERY: dxCommand(1166, { queryId: 'u32' }),
  DX_BIND_QUERY: dxCommand(1167, { queryId: 'u32', mobid: 'SVGAMobId' }),
  DX_SET_QUERY_OFFSET: dxCommand(1168, { queryId: 'u32', mobOffset: 'u32' }),
  DX_BEGIN_QUERY: dxCommand(1169, { queryId: 'u32' }),
  DX_END_QUERY: dxCommand(1170, { queryId: 'u32' }),
  DX_READBACK_QUERY: dxCommand(1171, { queryId: 'u32' }),
  DX_SET_PREDICATION: dxCommand(1172, { queryId: 'u32', predicateValue: 'u32' }),
  DX_MOVE_QUERY: dxCommand(1212, { queryId: 'u32', mobid: 'SVGAMobId', mobOffset: 'u32' }),
  DX_BIND_ALL_QUERY: dxCommand(1213, { cid: 'u32', mobid: 'SVGAMobId' }),
  DX_READBACK_ALL_QUERY: dxCommand(1214, { cid: 'u32' }),
} as const;
