/** Features that the renderer uses where an adapter has them. */
const FEATURES: readonly string[] = [
  'clip-distances',
  'depth-clip-control',
  'depth32float-stencil8',
  'dual-source-blending',
  'float32-blendable',
  'float32-filterable',
  'primitive-index',
  'rg11b10ufloat-renderable',
  'texture-compression-bc',
  'texture-compression-bc-sliced-3d',
  'texture-formats-tier1',
  'timestamp-query',
];

/** Limits that the renderer wants as high as an adapter has them. */
const LIMITS = [
  'maxTextureDimension1D',
  'maxTextureDimension2D',
  'maxTextureDimension3D',
  'maxTextureArrayLayers',
  'maxSampledTexturesPerShaderStage',
  'maxSamplersPerShaderStage',
  'maxStorageBuffersPerShaderStage',
  'maxUniformBuffersPerShaderStage',
  'maxDynamicUniformBuffersPerPipelineLayout',
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxInterStageShaderVariables',
  'maxColorAttachments',
  'maxColorAttachmentBytesPerSample',
  'maxBindingsPerBindGroup',
] as const;

/** The argument of `GPUAdapter.requestDevice` for a device that can do what the adapter can. */
export function rendererDevice(adapter: Pick<GPUAdapter, 'features' | 'limits'>): GPUDeviceDescriptor {
  return {
    requiredFeatures: FEATURES.filter((feature) => adapter.features.has(feature)) as GPUFeatureName[],
    requiredLimits: Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]])),
  };
}
