import { vmaOperationsStep } from './coherency/fault-handlers.js';
import { cleanResourcesStep } from './coherency/read-back.js';
import { resourceIndexStep, trackerStep } from './memory/buffer-object.js';
import { dirtyBoxesStep } from './resource/surface.js';
import { emitUpdateStep } from './resource/update-command.js';
import { validationStep } from './submission/validation.js';

/** The steps of a driver that a checker may replace, each to put a defect back in. */
export const steps = {
  /** Which pages of a buffer object were written, and which resources are told (rule 5). */
  DirtyTracker: trackerStep,
  /** The dirty boxes of a surface (rule 7). */
  DirtyBoxes: dirtyBoxesStep,
  /** The resources of a buffer object by byte range (rule 6.1). */
  ResourceIndex: resourceIndexStep,
  /** Reads back what the CPU is about to see, and says how many pages may be mapped (rule 6.4). */
  cleanResources: cleanResourcesStep,
  /** Sends the command that uploads one box (rule 7.5). */
  emitUpdate: emitUpdateStep,
  /** The page-fault handlers of a mapped buffer object (rules 2.5, 6.4). */
  VmaOperations: vmaOperationsStep,
  /** Makes what a submission names ready for the device (rule 6.2). */
  Validation: validationStep,
};

export type { ReplaceableStep } from './replaceable-step.js';
export { emitUpdate } from './resource/update-command.js';
export { Validation, type Place, type Wanted } from './submission/validation.js';
