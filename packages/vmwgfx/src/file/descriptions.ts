import { PAGE_SIZE } from '@cg/pagetable';
import type { DeviceCapabilities } from '../device/device-capabilities.js';
import type { DeviceLimits } from '../device/device-limits.js';
import { BufferObject } from '../memory/buffer-object.js';
import { Shader } from '../resource/shader.js';
import { Surface, type SurfaceRequest } from '../resource/surface.js';
import type { HandledObject } from './handle-table.js';

/** The device's capabilities and limits, as a user sees them. */
export interface DeviceDescription extends DeviceCapabilities, DeviceLimits {
  /** Bytes of buffer objects that the device may see at a time. */
  readonly graphicsMemoryBytes: number;
}

/** What a handle names. */
export type ObjectDescription = DescribedBuffer | DescribedSurface | DescribedDeviceObject;

/** A buffer object. */
export interface DescribedBuffer {
  readonly kind: 'buffer';
  readonly bytes: number;
  /** Where it begins in the device's mapping, in bytes: the offset for `mmap`. */
  readonly mapOffset: number;
}

/** A surface, as it was requested. */
export interface DescribedSurface extends SurfaceRequest {
  readonly kind: 'surface';
  /** Bytes that it occupies in its backing. */
  readonly bytes: number;
  /** Whether it has a backing yet. */
  readonly isBacked: boolean;
}

/** A context, or a shader of contexts without DX. */
export interface DescribedDeviceObject {
  readonly kind: 'context' | 'shader';
}

export function describeObject(object: HandledObject): ObjectDescription {
  if (object instanceof BufferObject) {
    return { kind: 'buffer', bytes: object.bytes, mapOffset: object.firstPage * PAGE_SIZE };
  }
  if (!(object instanceof Surface)) {
    return { kind: object instanceof Shader ? 'shader' : 'context' };
  }
  const { request, backingBytes, backing } = object;
  return { kind: 'surface', ...request, bytes: backingBytes, isBacked: backing !== undefined };
}
