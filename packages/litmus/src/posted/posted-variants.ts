import type { MachineOptions } from '@cg/machine';
import { keepingBoxes, type BoxHabit } from './boxes.js';
import { mappingWritable, recordingBeforeWritable } from './fault-handlers.js';
import { readingBack, type ReadBackHabit } from './read-back.js';
import { staleIndex } from './resource-index.js';
import { fillingTheHull, tellingOnlyTheFirst, transferringToTheEnd } from './tracker.js';
import { updateByFace } from './update-command.js';
import {
  movingWithoutRecord,
  releasingWhatWasNotTaken,
  scanningAfterTransfer,
  transferringFirst,
  transferringToGpuDirty,
} from './validation.js';
import { stepOf, withStep, type PostedVariant, type Step, type StepName } from './variant.js';
import {
  endsAtSkippedVma,
  flushesOwnChangesOnly,
  passesHugeEntries,
  skipsReadOnlyVmas,
  trustsPmdEntry,
  withWalks,
  type WalkHabit,
} from './walks.js';
import { silentAboutZaps } from './zaps.js';

function walking(id: string, behaviour: string, habit: WalkHabit): PostedVariant {
  return { id, behaviour, machineOptions: (base) => withWalks(base, [habit]) };
}

function reading(id: ReadBackHabit, behaviour: string): PostedVariant {
  const cleanResources = readingBack(new Set([id]));
  return { id, behaviour, machineOptions: (base) => withStep(base, 'cleanResources', cleanResources) };
}

function boxing(id: BoxHabit, behaviour: string): PostedVariant {
  const DirtyBoxes = keepingBoxes(new Set([id]));
  return { id, behaviour, machineOptions: (base) => withStep(base, 'DirtyBoxes', DirtyBoxes) };
}

/** Replaces one step of the driver. */
function replacing<Name extends StepName>(
  id: string,
  behaviour: string,
  name: Name,
  by: (step: Step<Name>) => Step<Name>,
): PostedVariant {
  return { id, behaviour, machineOptions: (base) => withStep(base, name, by(stepOf(base, name))) };
}

const walks: readonly PostedVariant[] = [
  walking('A1', 'a VMA that is skipped ends the whole walk', endsAtSkippedVma),
  walking(
    'A2',
    'a VMA that mprotect has made read-only is not scanned for earlier writes',
    skipsReadOnlyVmas,
  ),
  walking(
    'A3',
    'entries changed by another walker, which has not flushed yet, are not flushed',
    flushesOwnChangesOnly,
  ),
  walking('A4', 'dirty huge entries are ignored, and are kept when tracking starts', passesHugeEntries),
  walking('A6', 'a PMD entry that was zapped meanwhile is taken for a table', trustsPmdEntry),
];

const tracking: readonly PostedVariant[] = [
  replacing(
    'B1',
    'a transfer consumes the dirty pages of the resources behind its own',
    'DirtyTracker',
    transferringToTheEnd,
  ),
  {
    id: 'B4',
    behaviour: 'switching to the scan method marks clean pages dirty, so an upload overwrites device writes',
    machineOptions(base) {
      const filling = withStep(base, 'DirtyTracker', fillingTheHull(stepOf(base, 'DirtyTracker')));
      return withStep(filling, 'Validation', transferringToGpuDirty(stepOf(base, 'Validation')));
    },
  },
  replacing(
    'B6',
    'recording a write and making its entry writable are two steps',
    'VmaOperations',
    recordingBeforeWritable,
  ),
  replacing(
    'B7',
    'pages whose writes are to be trapped are mapped writable',
    'VmaOperations',
    mappingWritable,
  ),
  replacing(
    'B9',
    'a dirty page shared by two resources reaches only the first',
    'DirtyTracker',
    tellingOnlyTheFirst,
  ),
  replacing(
    'B10',
    'the first of overlapping resources consumes the dirty pages',
    'DirtyTracker',
    tellingOnlyTheFirst,
  ),
  replacing(
    'B11',
    'dirty bits are transferred before their pages are write-protected again',
    'Validation',
    scanningAfterTransfer,
  ),
];

const resources: readonly PostedVariant[] = [
  reading('C2a', 'a fault misses a resource that contains another one, and does not read it back'),
  reading('C2b', 'a page is mapped before its read-back has completed'),
  reading('C2c', 'pages of a resource that is still GPU-dirty are mapped ahead'),
  reading('C3', 'if a read-back fails, the one before it is not waited for'),
  replacing(
    'C4',
    'a resource that moved is still indexed at its old offset',
    'ResourceIndex',
    () => staleIndex,
  ),
  replacing(
    'C5',
    'a failing submission releases a tracker that others use',
    'Validation',
    releasingWhatWasNotTaken,
  ),
  replacing(
    'C8',
    'dirty pages are transferred before the surface has dirty boxes, and unmapped after that',
    'Validation',
    transferringFirst,
  ),
];

const surfaces: readonly PostedVariant[] = [
  boxing('D1', 'a box extended to lower rows loses its end'),
  boxing('D3', 'rows of a multisampled surface are assumed too long'),
  boxing('D4', 'planar data is treated as consecutive blocks'),
  replacing(
    'D7',
    'array layers are uploaded as faces, of which there are six',
    'emitUpdate',
    () => updateByFace,
  ),
];

const moves: readonly PostedVariant[] = [
  {
    id: 'E1',
    behaviour: 'writes to pages that are then unmapped are lost',
    machineOptions: silentAboutZaps,
  },
  {
    ...replacing(
      'E2',
      'writes before the first submission are not uploaded',
      'Validation',
      movingWithoutRecord,
    ),
    // The device loads it from memory at the first use (9.1).
    losesNothing: true,
  },
];

/** The posted patches' errata about lost and stale data, one part at a time, in order of id. */
export const postedVariants: readonly PostedVariant[] = [
  ...walks,
  ...tracking,
  ...resources,
  ...surfaces,
  ...moves,
];

/** Orders that are right in the posted patches, and that they depend on; the variants show why. */
const rightAsPosted = new Set(['B11', 'C8']);

/** A machine with every part as in the posted patches. */
export function allPosted(base: MachineOptions): MachineOptions {
  const all = postedVariants
    .filter(({ id }) => !rightAsPosted.has(id))
    .reduce((options, variant) => variant.machineOptions(options), base);
  // The habit that ends the walk examines what is skipped, so it comes after those that skip.
  const habits = [
    skipsReadOnlyVmas,
    endsAtSkippedVma,
    flushesOwnChangesOnly,
    passesHugeEntries,
    trustsPmdEntry,
  ];
  const walking = silentAboutZaps(withWalks(all, habits));
  const cleanResources = readingBack(new Set(['C2a', 'C2b', 'C2c', 'C3']));
  const DirtyBoxes = keepingBoxes(new Set(['D1', 'D3', 'D4']));
  return withStep(withStep(walking, 'cleanResources', cleanResources), 'DirtyBoxes', DirtyBoxes);
}
