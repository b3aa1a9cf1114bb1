import type { EventStream } from '@cg/collections';
import type { Mapping, PhysicalMemory } from '@cg/pagetable';
import type { TrackedMemory } from '@cg/tracked-memory';
import type { DriverEvent } from './driver-event.js';
import type { FaultInjection } from './fault-injection.js';
import type { IdAllocator } from './id-allocator.js';
import type { EvictionOrder } from './memory/eviction-order.js';
import type { FakeOffsets } from './memory/fake-offsets.js';
import type { MemoryAccount } from './memory/memory-account.js';
import type { Residency } from './residency.js';
import type { DeviceCapabilities } from './device/device-capabilities.js';
import type { DeviceLimits } from './device/device-limits.js';
import type { BoxesOption } from './resource/kept-boxes.js';
import type { CommandSubmitter } from './device/command-submitter.js';
import type { DirtyTracker, TrackingPolicy } from '@cg/dirty-tracking';

/** A buffer object's pages, as a write tracker sees them. */
export interface BackingPages {
  readonly pageCount: number;
  /** Its first page in the device's mapping. */
  readonly firstPage: number;
  /** Frame of each page. */
  readonly frames: Uint32Array;
  readonly tracker: DirtyTracker | undefined;
}

/** The state of one driver instance. */
export interface DriverState {
  readonly memory: PhysicalMemory;
  /** The device's one mapping, in which each buffer object has its pages. */
  readonly mapping: Mapping;
  readonly fakeOffsets: FakeOffsets<BackingPages>;
  readonly queue: CommandSubmitter;
  /** Events of what the driver does. */
  readonly events: EventStream<DriverEvent>;
  /** Injected failures. */
  readonly faults: FaultInjection;
  /** Memory charged for trackers; a tracker can be refused (rule 5.1). */
  readonly account: MemoryAccount;
  /** Memory of the shadows of coherent surfaces; without room a surface has none (rule 7.7). */
  readonly shadows: MemoryAccount;
  /** Memory of the buffer objects that are MOBs. */
  readonly graphicsMemory: MemoryAccount;
  /** The buffer objects that the device sees, in eviction order. */
  readonly placed: EvictionOrder;
  /** The surfaces that have an id, in eviction order. */
  readonly surfacesOnDevice: EvictionOrder;
  readonly residency: Residency;
  readonly mobIds: IdAllocator;
  readonly surfaceIds: IdAllocator;
  /** The device's capabilities. */
  readonly device: DeviceCapabilities;
  /** Of contexts without DX. */
  readonly contextIds: IdAllocator;
  readonly dxContextIds: IdAllocator;
  /** Of shaders of contexts without DX; a DX shader's id is an index of its context's table. */
  readonly shaderIds: IdAllocator;
  readonly limits: DeviceLimits;
  /** How dirty bytes become boxes. */
  readonly boxes: BoxesOption;
  /** Makes the tracked memory of a buffer object. */
  trackMemory(pages: BackingPages, driver: DriverState): TrackedMemory;
  /** A policy for one tracker. */
  makePolicy(): TrackingPolicy;
}
