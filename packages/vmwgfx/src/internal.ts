import { vmaOperationsStep } from './coherency/fault-handlers.js';
import { cleanResourcesStep } from './coherency/read-back.js';
import { resourceIndexStep, trackerStep } from './memory/buffer-object.js';
import { dirtyBoxesStep } from './resource/kept-boxes.js';
import { emitUpdateStep } from './resource/update-command.js';
import { validationStep } from './submission/validation.js';

/** The driver's steps that a checker may replace, each to reintroduce a defect. */
export const steps = {
  /** Which pages of a buffer object were written, and the transfer to resources (rule 5). */
  DirtyTracker: trackerStep,
  /** The dirty boxes of a surface (rule 7). */
  DirtyBoxes: dirtyBoxesStep,
  /** The resources of a buffer object by byte range (rule 6.1). */
  ResourceIndex: resourceIndexStep,
  /** Reads back before the CPU sees a page, and returns how many pages may be mapped (rule 6.4). */
  cleanResources: cleanResourcesStep,
  /** Sends the command that uploads one box (rule 7.5). */
  emitUpdate: emitUpdateStep,
  /** The page-fault handlers of a mapped buffer object (rules 2.5, 6.4). */
  VmaOperations: vmaOperationsStep,
  /** Makes everything that a submission names ready for the device (rule 6.2). */
  Validation: validationStep,
};

export type { ReplaceableStep } from './replaceable-step.js';
export { emitUpdate } from './resource/update-command.js';
export { Validation, type Place, type Wanted } from './submission/validation.js';
