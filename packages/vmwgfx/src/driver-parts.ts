import { IntervalTree } from '@cg/collections';
import { Mapping } from '@cg/pagetable';
import { DirtyBoxes } from '@cg/surface-layout';
import { BufferObjectVmaOperations } from './coherency/fault-handlers.js';
import { cleanResources } from './coherency/read-back.js';
import type { CoherencyParts } from './driver-state.js';
import type { FileParts } from './file/drm-file.js';
import { emitUpdate } from './resource/update-command.js';
import { Validation } from './submission/validation.js';
import { DirtyTracker } from '@cg/dirty-tracking';

/** What a driver is put together from. */
export interface DriverParts extends CoherencyParts, FileParts {
  /** The device's one mapping, in which each buffer object has its pages. */
  readonly Mapping: new (name: string) => Mapping;
}

/** The driver's own parts. */
export const driverParts: DriverParts = {
  Mapping,
  DirtyTracker,
  DirtyBoxes,
  ResourceIndex: IntervalTree,
  cleanResources,
  emitUpdate,
  VmaOperations: BufferObjectVmaOperations,
  Validation,
};
