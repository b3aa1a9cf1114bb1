import { dxCommand, sm5Command } from '../command-definition.js';
import { rgbaFloat, prefixed } from './structures.js';

/** The surface of a view, and the part that it covers. */
export const viewed = {
  sid: 'SVGA3dSurfaceId',
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

/** Views, and clears through them (svga3d_dx.h). */
export const dxViewCommands = {
  DX_CLEAR_RENDERTARGET_VIEW: dxCommand(1176, {
    renderTargetViewId: 'SVGA3dRenderTargetViewId',
    ...rgbaFloat,
  }),
  DX_CLEAR_DEPTHSTENCIL_VIEW: dxCommand(1177, {
    flags: 'u16',
    stencil: 'u16',
    depthStencilViewId: 'SVGA3dDepthStencilViewId',
    depth: 'f32',
  }),
  DX_GENMIPS: dxCommand(1181, { shaderResourceViewId: 'SVGA3dShaderResourceViewId' }),
  DX_DEFINE_SHADERRESOURCE_VIEW: dxCommand(1185, {
    shaderResourceViewId: 'SVGA3dShaderResourceViewId',
    ...viewed,
    ...shaderResourceViewDesc,
  }),
  DX_DESTROY_SHADERRESOURCE_VIEW: dxCommand(1186, { shaderResourceViewId: 'SVGA3dShaderResourceViewId' }),
  DX_DEFINE_RENDERTARGET_VIEW: dxCommand(1187, {
    renderTargetViewId: 'SVGA3dRenderTargetViewId',
    ...viewed,
    ...renderTargetViewDesc,
  }),
  DX_DESTROY_RENDERTARGET_VIEW: dxCommand(1188, { renderTargetViewId: 'SVGA3dRenderTargetViewId' }),
  DX_DEFINE_DEPTHSTENCIL_VIEW: dxCommand(1189, {
    depthStencilViewId: 'SVGA3dDepthStencilViewId',
    ...depthStencilView,
  }),
  DX_DESTROY_DEPTHSTENCIL_VIEW: dxCommand(1190, { depthStencilViewId: 'SVGA3dDepthStencilViewId' }),
  DX_DEFINE_UA_VIEW: sm5Command(1245, { uaViewId: 'SVGA3dUAViewId', ...viewed, ...uaViewDesc }),
  DX_DESTROY_UA_VIEW: sm5Command(1246, { uaViewId: 'SVGA3dUAViewId' }),
  DX_CLEAR_UA_VIEW_UINT: sm5Command(1247, {
    uaViewId: 'SVGA3dUAViewId',
    ...prefixed('value', { r: 'u32', g: 'u32', b: 'u32', a: 'u32' }),
  }),
  DX_CLEAR_UA_VIEW_FLOAT: sm5Command(1248, { uaViewId: 'SVGA3dUAViewId', ...prefixed('value', rgbaFloat) }),
  DX_COPY_STRUCTURE_COUNT: sm5Command(1249, {
    srcUAViewId: 'SVGA3dUAViewId',
    destSid: 'SVGA3dSurfaceId',
    destByteOffset: 'u32',
  }),
  DX_SET_STRUCTURE_COUNT: sm5Command(1258, { uaViewId: 'SVGA3dUAViewId', structureCount: 'u32' }),
  DX_DEFINE_DEPTHSTENCIL_VIEW_V2: sm5Command(1272, {
    depthStencilViewId: 'SVGA3dDepthStencilViewId',
    ...depthStencilView,
  }),
} as const;
