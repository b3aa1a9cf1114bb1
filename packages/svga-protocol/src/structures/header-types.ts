/**
 * Types of fields that hold the id of an object. SVGA… are typedefs of the device headers; the others stand for a
 * plain uint32 there. Their kinds are in `objects/object-kinds.ts`.
 */
export const idTypes = {
  ContextId: 'u32',
  DXContextId: 'u32',
  GmrId: 'u32',
  SVGA3dBlendStateId: 'u32',
  SVGA3dDepthStencilStateId: 'u32',
  SVGA3dDepthStencilViewId: 'u32',
  SVGA3dElementLayoutId: 'u32',
  SVGA3dQueryId: 'u32',
  SVGA3dRasterizerStateId: 'u32',
  SVGA3dRenderTargetViewId: 'u32',
  SVGA3dSamplerId: 'u32',
  SVGA3dShaderId: 'u32',
  SVGA3dShaderResourceViewId: 'u32',
  SVGA3dStreamOutputId: 'u32',
  SVGA3dSurfaceId: 'u32',
  SVGA3dUAViewId: 'u32',
  SVGAMobId: 'u32',
  ScreenId: 'u32',
  ScreenTargetId: 'u32',
  ShaderId: 'u32',
} as const;

/** The type of a field with the id of an object. */
export type IdType = keyof typeof idTypes;

/** SVGA3D_INVALID_ID of svga3d_types.h: no object. Binding to it unbinds. */
export const SVGA3D_INVALID_ID = 0xffff_ffff;

/**
 * Typedefs of the device headers (svga_reg.h, svga3d_types.h, svga3d_cmd.h, svga3d_dx.h) of fields, with the width of
 * each. Their values have names: `value-names.ts`.
 */
export const headerTypes = {
  ...idTypes,
  SVGA3dClearFlag: 'u32',
  SVGA3dComparisonFunc: 'u8',
  SVGA3dCullMode: 'u8',
  SVGA3dDXPresentBltMode: 'u32',
  SVGA3dDXQueryFlags: 'u32',
  SVGA3dFrameUpdateType: 'u32',
  SVGA3dInputClassification: 'u32',
  SVGA3dMSPattern: 'u32',
  SVGA3dMSQualityLevel: 'u32',
  SVGA3dPrimitiveType: 'u32',
  SVGA3dQueryType: 'u32',
  SVGA3dQueryTypeUint8: 'u8',
  SVGA3dRenderTargetType: 'u32',
  SVGA3dResourceType: 'u32',
  SVGA3dShaderConstType: 'u32',
  SVGA3dShaderType: 'u32',
  SVGA3dStretchBltMode: 'u32',
  SVGA3dSurface1Flags: 'u32',
  SVGA3dSurface2Flags: 'u32',
  SVGA3dSurfaceAllFlags: 'u64',
  SVGA3dSurfaceDMAFlags: 'u32',
  SVGA3dSurfaceFormat: 'u32',
  SVGA3dTextureFilter: 'u32',
  SVGA3dTransferToBufferFlags: 'u32',
  SVGA3dTransferType: 'u32',
  SVGACBContext: 'u32',
  SVGACBFlags: 'u32',
  SVGACBStatus: 'u32',
  SVGACOTableType: 'u32',
  SVGADXHintId: 'u32',
  SVGAMobFormat: 'u32',
  SVGAOTableType: 'u32',
  SVGARemapGMR2Flags: 'u32',
  SVGAScreenFlags: 'u32',
  SVGAScreenTargetFlags: 'u32',
} as const;

/** The name of such a typedef. */
export type HeaderType = keyof typeof headerTypes;
