export { translate } from './translate.js';
export { plainPipeline } from './plain-pipeline.js';
export type { TranslatedModule, Translation } from './translate.js';
export { primitivesOf } from './module/primitive-assembly.js';
export type { GeometryDraw } from './module/geometry-module.js';
export { outputStrip } from './module/geometry-stage.js';
export type { OutputStrip } from './module/geometry-stage.js';
export type { StreamPass } from './module/stream-output-module.js';
export { TranslateError } from './errors.js';
export type { StageName, TranslateErrorCode } from './errors.js';
export { expandIndices, listTopology } from './expand-indices.js';
export type { DrawTopology } from './expand-indices.js';
export { attributeRow, shownOf } from './draw-constants.js';
export type { DrawLayout } from './draw-constants.js';
export type { Binding, BoundResource, SamplerType } from './bindings.js';
export { texelFormats } from './texel-format.js';
export type { TexelFormat } from './texel-format.js';
export type {
  AdapterFeature,
  AddressMode,
  BufferView,
  Comparison,
  PipelineKey,
  SamplerState,
  Shaders,
  ShaderView,
  StageResources,
  StreamElement,
  TargetState,
  TextureView,
  VertexAttribute,
} from './key.js';
