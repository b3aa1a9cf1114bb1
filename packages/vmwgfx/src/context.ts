import type { Mapping, PhysicalMemory } from '@cg/pagetable';
import type { TrackedMemory } from '@cg/tracked-memory';
import type { IdAllocator } from './id-allocator.js';
import type { BufferObject } from './memory/buffer-object.js';
import type { FakeOffsets } from './memory/fake-offsets.js';
import type { MemoryAccount } from './memory/memory-account.js';
import type { CommandQueue } from './submission/command-queue.js';
import type { TrackingPolicy } from './tracking/policy.js';

/** What every part of one driver instance shares. */
export interface DriverContext {
  readonly memory: PhysicalMemory;
  /** The device's one mapping, in which each buffer object has its pages. */
  readonly mapping: Mapping;
  readonly fakeOffsets: FakeOffsets;
  readonly queue: CommandQueue;
  readonly account: MemoryAccount;
  readonly mobIds: IdAllocator;
  readonly surfaceIds: IdAllocator;
  /** The device has DX contexts: uploads name subresources (rule 7.5, D7). */
  readonly hasDx: boolean;
  /** Texels a side of the largest surface that the device takes. */
  readonly maxTextureSize: number;
  /** How writes to a buffer object are found. */
  trackMemory(object: BufferObject): TrackedMemory;
  /** A policy for one tracker. */
  makePolicy(): TrackingPolicy;
}
