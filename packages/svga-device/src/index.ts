export { SvgaDevice } from './device.js';
export type { SvgaDeviceOptions } from './limits.js';
export type { SvgaHost } from './host.js';
export type {
  BlitBoxes,
  BlitFilter,
  ClearValue,
  CopiedBox,
  DrawingRenderer,
  DrawWork,
  QueryResult,
  Renderer,
  RenderImage,
  RenderQuery,
  RenderView,
} from './renderer/renderer.js';
export type { RenderSurface } from './renderer/render-surface.js';
export type { RenderScreen, ScreenRenderer } from './renderer/screen-renderer.js';
export type { FormatCaps, RendererCaps } from './renderer/renderer-caps.js';
export type {
  BlendState,
  BufferRange,
  BufferResourceView,
  DepthStencilState,
  DepthTargetView,
  DrawCall,
  IndexBuffer,
  InputElement,
  InputLayout,
  PipelineState,
  RasterizerState,
  RenderShader,
  ResourceView,
  SamplerState,
  ScissorRect,
  ShaderStage,
  StreamOutput,
  StreamOutputElement,
  StreamOutputLayout,
  StreamTarget,
  TargetView,
  TextureResourceView,
  VertexBuffer,
  Viewport,
} from './renderer/pipeline-state.js';
export { haveSameBlocks } from './commands/copies.js';
export { bufferEnd } from './renderer/pipeline-state.js';
export { colorChannels } from './texels/color-channels.js';
export { linearToSrgb, srgbToLinear, TexelCodec } from './texels/texel-codec.js';
export type { TexelChannel, TexelKind } from './texels/texel-codec.js';
export { DeviceRecorder } from './recording/device-recorder.js';
export type { RecorderOptions } from './recording/device-recorder.js';
export { isRecording } from './recording/recording-reader.js';
export { playRecording } from './recording/play-recording.js';
export type { PlayOptions } from './recording/play-recording.js';
export { flippedPicture } from './screen/picture.js';
export type { Picture } from './screen/picture.js';
export { screenFormat } from './screen/rgba.js';
export type { ScreenFormat, ToRgba } from './screen/rgba.js';
export { FRAMEBUFFER_ID } from './screen/shown-screen.js';
export type { ShownScreen } from './screen/shown-screen.js';
export type { DisplayRequest } from './front/display-registers.js';
export type { SvgaEvent } from './svga-event.js';
export type { GuestMemory } from './memory/guest-memory.js';
export type { ScreenRect } from './screen/screen-rect.js';
export type { ScreenTargetImage } from './screen/screen-target.js';
export type { CursorImage } from './screen/cursor-image.js';
export type { PointerState } from './screen/pointer.js';
export type { DeviceStatistics } from './statistics.js';
export { SvgaDeviceError } from './errors.js';
export type { SvgaDeviceErrorCode } from './errors.js';
