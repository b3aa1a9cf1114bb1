export { SvgaDevice } from './device.js';
export type { SvgaDeviceOptions } from './limits.js';
export type { SvgaHost } from './host.js';
export type {
  ClearValue,
  CopiedBox,
  Renderer,
  RenderImage,
  RenderSurface,
  RenderView,
} from './renderer/renderer.js';
export type { SvgaEvent } from './svga-event.js';
export type { GuestMemory } from './memory/guest-memory.js';
export type { ScreenRect, ScreenTargetImage } from './screen/screen-target.js';
export type { CursorImage } from './screen/cursor-image.js';
export type { PointerState } from './screen/pointer.js';
export type { DeviceStatistics } from './statistics.js';
export { SvgaDeviceError } from './errors.js';
export type { SvgaDeviceErrorCode } from './errors.js';
