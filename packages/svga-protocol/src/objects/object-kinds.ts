import type { IdType } from '../structures/header-types.js';
import { SVGA_COTABLE } from './cotable-entries.js';
import { SVGA_OTABLE } from './object-table-entries.js';

/** The kind of object of an id. */
export type ObjectKind =
  | 'blendState'
  | 'context'
  | 'depthStencilState'
  | 'depthStencilView'
  | 'dxContext'
  | 'dxShader'
  | 'elementLayout'
  | 'gmr'
  | 'mob'
  | 'query'
  | 'rasterizerState'
  | 'renderTargetView'
  | 'sampler'
  | 'screen'
  | 'screenTarget'
  | 'shader'
  | 'shaderResourceView'
  | 'streamOutput'
  | 'surface'
  | 'uaView';

/** The description of a type of ids. */
export interface IdDescription {
  readonly kind: ObjectKind;
  /** SVGAOTableType of the object table with its entries; GMRs and screens have none. */
  readonly objectTable?: number;
  /** SVGACOTableType, of an object of a DX context. */
  readonly coTable?: number;
  /** It is a view of a surface. */
  readonly isView?: boolean;
}

/** The objects that ids of each type name. A GmrId is that of a guest pointer, with its reserved values. */
export const idDescriptions: Readonly<Record<IdType, IdDescription>> = {
  ContextId: { kind: 'context', objectTable: SVGA_OTABLE.CONTEXT },
  DXContextId: { kind: 'dxContext', objectTable: SVGA_OTABLE.DXCONTEXT },
  GmrId: { kind: 'gmr' },
  SVGA3dBlendStateId: { kind: 'blendState', coTable: SVGA_COTABLE.BLENDSTATE },
  SVGA3dDepthStencilStateId: { kind: 'depthStencilState', coTable: SVGA_COTABLE.DEPTHSTENCIL },
  SVGA3dDepthStencilViewId: { kind: 'depthStencilView', coTable: SVGA_COTABLE.DSVIEW, isView: true },
  SVGA3dElementLayoutId: { kind: 'elementLayout', coTable: SVGA_COTABLE.ELEMENTLAYOUT },
  SVGA3dQueryId: { kind: 'query', coTable: SVGA_COTABLE.DXQUERY },
  SVGA3dRasterizerStateId: { kind: 'rasterizerState', coTable: SVGA_COTABLE.RASTERIZERSTATE },
  SVGA3dRenderTargetViewId: { kind: 'renderTargetView', coTable: SVGA_COTABLE.RTVIEW, isView: true },
  SVGA3dSamplerId: { kind: 'sampler', coTable: SVGA_COTABLE.SAMPLER },
  SVGA3dShaderId: { kind: 'dxShader', coTable: SVGA_COTABLE.DXSHADER },
  SVGA3dShaderResourceViewId: { kind: 'shaderResourceView', coTable: SVGA_COTABLE.SRVIEW, isView: true },
  SVGA3dStreamOutputId: { kind: 'streamOutput', coTable: SVGA_COTABLE.STREAMOUTPUT },
  SVGA3dSurfaceId: { kind: 'surface', objectTable: SVGA_OTABLE.SURFACE },
  SVGA3dUAViewId: { kind: 'uaView', coTable: SVGA_COTABLE.UAVIEW, isView: true },
  SVGAMobId: { kind: 'mob', objectTable: SVGA_OTABLE.MOB },
  ScreenId: { kind: 'screen' },
  ScreenTargetId: { kind: 'screenTarget', objectTable: SVGA_OTABLE.SCREENTARGET },
  ShaderId: { kind: 'shader', objectTable: SVGA_OTABLE.SHADER },
};
