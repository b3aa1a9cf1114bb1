export type { DriverEvent } from './driver-event.js';
export { VmwgfxDriver, type DriverOptions } from './driver.js';
export {
  DrmFile,
  type BufferHandle,
  type MapRequest,
  type SubmitOptions,
  type SurfaceHandle,
  type TrackingStatistics,
} from './file/drm-file.js';
export type { CpuAccess, CpuAccessRequest } from './file/cpu-access.js';
export type { NewContext, NewShader } from './file/new-context.js';
export type {
  DescribedBuffer,
  DescribedDeviceObject,
  DescribedSurface,
  DeviceDescription,
  ObjectDescription,
} from './file/descriptions.js';
export type { DeviceCapabilities } from './device/device-capabilities.js';
export type { SurfaceTraits } from './device/surface-definition.js';
export type { NewSurface } from './file/new-surface.js';
export type { SharedObject } from './file/shared-object.js';
export { VmwgfxError, type VmwgfxErrorCode, type VmwgfxErrorFacts } from './errors.js';
export { FaultInjection, faultPointNames, type FaultPoint, type FaultSchedule } from './fault-injection.js';
export { preemptionPoints, type PreemptionPoint } from './preemption-points.js';
export type { BackingPages, DriverState } from './driver-state.js';
export { BufferObject, type BufferReservation, type ResidentResource } from './memory/buffer-object.js';
export { BufferObjectVmaOperations } from './coherency/fault-handlers.js';
export { cleanResources } from './coherency/read-back.js';
export { Resource } from './resource/resource.js';
export { Surface, type SurfaceRequest, type SurfaceStatistics } from './resource/surface.js';
export type { BoxesOption } from './resource/kept-boxes.js';
export { Fence } from './device/fence.js';
export type { SvgaHardware } from './device/svga-ports.js';
