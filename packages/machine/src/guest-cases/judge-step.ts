import { contains } from './dirty-blocks.js';
import type { CaseBox, GuestStep } from './guest-case.js';

/**
 * Reasons why our boxes may differ from a kernel's in a step. E1 and D1 are writes that the kernel loses (when a
 * mapping is removed, when boxes merge); E2 are writes before the first submission, which the device takes at the first
 * use (9.1); D5 is a box wider than necessary.
 */
export type Difference = 'E1' | 'E2' | 'D1' | 'D5';

/** The input of the judgement of a step. */
export interface StepBoxes {
  readonly step: GuestStep;
  /** The first step of its case. */
  readonly isFirst: boolean;
  readonly ours: readonly CaseBox[];
  readonly kernel: readonly CaseBox[];
  /** `dirtyBlocks` of the step's writes. */
  readonly blocks: readonly CaseBox[];
  /** The format is a compressed one. */
  readonly compressed: boolean;
}

/**
 * @returns «equal», the erratum that explains the difference, or «unexplained», also if ours miss a written block
 */
export function judgeStep(boxes: StepBoxes): Difference | 'equal' | 'unexplained' {
  const { step, isFirst, ours, kernel, blocks, compressed } = boxes;
  if (!contains(ours, blocks)) {
    return 'unexplained';
  }
  if (JSON.stringify(ours) === JSON.stringify(kernel)) {
    return 'equal';
  }
  if (!contains(kernel, blocks)) {
    if (isFirst) {
      return 'E2';
    }
    if (step.remap !== undefined) {
      return 'E1';
    }
    return kernel.length > 0 && contains(ours, kernel) ? 'D1' : 'unexplained';
  }
  return compressed && contains(kernel, ours) ? 'D5' : 'unexplained';
}
