import { dxCommand, sm5Command } from '../command-definition.js';
import { rgbaFloat, prefixed } from './structures.js';

/** What a view shows of which surface. */
export const viewed = {
  sid: 'u32',
  format: 'SVGA3dSurfaceFormat',
  resourceDimension: 'SVGA3dResourceType',
} as const;

/*
 * The unions of the headers, under the fields of their `tex`: for a buffer mostDetailedMip or mipSlice is
 * its firstElement, firstArraySlice its numElements, mipLevels its flags; for a 3D texture firstArraySlice
 * is firstW and arraySize wSize.
 */

/** SVGA3dShaderResourceViewDesc of svga3d_dx.h. */
export const shaderResourceViewDesc = {
  mostDetailedMip: 'u32',
  firstArraySlice: 'u32',
  mipLevels: 'u32',
  arraySize: 'u32',
} as const;

/** SVGA3dRenderTargetViewDesc of svga3d_dx.h. */
export const renderTargetViewDesc = { mipSlice: 'u32', firstArraySlice: 'u32', arraySize: 'u32' } as const;

/** SVGA3dUAViewDesc of svga3d_dx.h; for a buffer arraySize is its flags. */
export const uaViewDesc = { ...renderTargetViewDesc, padding0: { padding: 8 } } as const;

/** What SVGA3dCmdDXDefineDepthStencilView and its table entry share. */
export const depthStencilView = {
  ...viewed,
  ...renderTargetViewDesc,
  flags: 'u8',
  pad0: { padding: 3 },
} as const;

/** Views, and what clears through them (svga3d_dx.h). */
export const dxViewCommands = {
  DX_CLEAR_RENDERTARGET_VIEW: dxCommand(1176, { renderTargetViewId: 'u32', ...rgbaFloat }),
  DX_CLEAR_DEPTHSTENCIL_VIEW: dxCommand(1177, {
    flags: 'u16',
    stencil: 'u16',
    depthStencilViewId: 'u32',
    depth: 'f32',
  }),
  DX_GENMIPS: dxCommand(1181, { shaderResourceViewId: 'u32' }),
  DX_DEFINE_SHADERRESOURCE_VIEW: dxCommand(1185, {
    shaderResourceViewId: 'u32',
    ...viewed,
    ...shaderResourceViewDesc,
  }),
  DX_DESTROY_SHADERRESOURCE_VIEW: dxCommand(1186, { shaderResourceViewId: 'u32' }),
  DX_DEFINE_RENDERTARGET_VIEW: dxCommand(1187, {
    renderTargetViewId: 'u32',
    ...viewed,
    ...renderTargetViewDesc,
  }),
  DX_DESTROY_RENDERTARGET_VIEW: dxCommand(1188, { renderTargetViewId: 'u32' }),
  DX_DEFINE_DEPTHSTENCIL_VIEW: dxCommand(1189, { depthStencilViewId: 'u32', ...depthStencilView }),
  DX_DESTROY_DEPTHSTENCIL_VIEW: dxCommand(1190, { depthStencilViewId: 'u32' }),
  DX_DEFINE_UA_VIEW: sm5Command(1245, { uaViewId: 'u32', ...viewed, ...uaViewDesc }),
  DX_DESTROY_UA_VIEW: sm5Command(1246, { uaViewId: 'u32' }),
  DX_CLEAR_UA_VIEW_UINT: sm5Command(1247, {
    uaViewId: 'u32',
    ...prefixed('value', { r: 'u32', g: 'u32', b: 'u32', a: 'u32' }),
  }),
  DX_CLEAR_UA_VIEW_FLOAT: sm5Command(1248, { uaViewId: 'u32', ...prefixed('value', rgbaFloat) }),
  DX_COPY_STRUCTURE_COUNT: sm5Command(1249, {
    srcUAViewId: 'u32',
    destSid: 'u32',
    destByteOffset: 'u32',
  }),
  DX_SET_STRUCTURE_COUNT: sm5Command(1258, { uaViewId: 'u32', structureCount: 'u32' }),
  DX_DEFINE_DEPTHSTENCIL_VIEW_V2: sm5Command(1272, { depthStencilViewId: 'u32', ...depthStencilView }),
} as const;
