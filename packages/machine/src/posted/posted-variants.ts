import type { MachineOptions } from '../machine.js';
import { keepingBoxes, type BoxHabit } from './boxes.js';
import { mappingWritable, recordingBeforeWritable } from './fault-handlers.js';
import { keepingHugeLeaves, silentAboutZaps } from './mapping.js';
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
import { partsOf, withParts, type PostedVariant } from './variant.js';
import {
  endsAtSkippedVma,
  flushesOwnChangesOnly,
  passesHugeEntries,
  skipsReadOnlyVmas,
  trustsPmdEntry,
  withWalks,
  type WalkHabit,
} from './walks.js';

function walking(id: string, behaviour: string, habit: WalkHabit): PostedVariant {
  return { id, behaviour, machineOptions: (base) => withWalks(base, [habit]) };
}

function reading(id: ReadBackHabit, behaviour: string): PostedVariant {
  const cleanResources = readingBack(new Set([id]));
  return { id, behaviour, machineOptions: (base) => withParts(base, { cleanResources }) };
}

function boxing(id: BoxHabit, behaviour: string): PostedVariant {
  const DirtyBoxes = keepingBoxes(new Set([id]));
  return { id, behaviour, machineOptions: (base) => withParts(base, { DirtyBoxes }) };
}

const walks: readonly PostedVariant[] = [
  walking('A1', 'a VMA that is skipped ends the walk over all behind it', endsAtSkippedVma),
  walking('A2', 'what was written is not looked for once mprotect has made it read-only', skipsReadOnlyVmas),
  walking(
    'A3',
    'entries that another has changed and not flushed yet are not flushed',
    flushesOwnChangesOnly,
  ),
  {
    id: 'A4',
    behaviour: 'dirty huge entries are passed over, and stay when tracking starts',
    machineOptions(base) {
      return withParts(withWalks(base, [passesHugeEntries]), {
        Mapping: keepingHugeLeaves(partsOf(base).Mapping),
      });
    },
  },
  walking('A6', 'a PMD entry that was zapped meanwhile is taken for a table', trustsPmdEntry),
];

const tracking: readonly PostedVariant[] = [
  {
    id: 'B1',
    behaviour: 'a resource takes the dirty pages of those behind it',
    machineOptions(base) {
      return withParts(base, { DirtyTracker: transferringToTheEnd(partsOf(base).DirtyTracker) });
    },
  },
  {
    id: 'B4',
    behaviour: 'switching to the scan method makes clean pages dirty, over what the device wrote',
    machineOptions(base) {
      const { DirtyTracker, Validation } = partsOf(base);
      return withParts(base, {
        DirtyTracker: fillingTheHull(DirtyTracker),
        Validation: transferringToGpuDirty(Validation),
      });
    },
  },
  {
    id: 'B6',
    behaviour: 'recording a write and making its entry writable are two steps',
    machineOptions(base) {
      return withParts(base, { VmaOperations: recordingBeforeWritable(partsOf(base).VmaOperations) });
    },
  },
  {
    id: 'B7',
    behaviour: 'pages whose writes are to be trapped are mapped writable',
    machineOptions(base) {
      return withParts(base, { VmaOperations: mappingWritable(partsOf(base).VmaOperations) });
    },
  },
  {
    id: 'B9',
    behaviour: 'a page that two resources share goes to the first of them',
    machineOptions(base) {
      return withParts(base, { DirtyTracker: tellingOnlyTheFirst(partsOf(base).DirtyTracker) });
    },
  },
  {
    id: 'B10',
    behaviour: 'of resources that overlap the first takes what is dirty',
    machineOptions(base) {
      return withParts(base, { DirtyTracker: tellingOnlyTheFirst(partsOf(base).DirtyTracker) });
    },
  },
  {
    id: 'B11',
    behaviour: 'bits are handed on before their pages are write-protected again',
    machineOptions(base) {
      return withParts(base, { Validation: scanningAfterTransfer(partsOf(base).Validation) });
    },
  },
];

const resources: readonly PostedVariant[] = [
  reading('C2a', 'a resource around another is not found by a fault, and not read back'),
  reading('C2b', 'a page is mapped before what was read back for it has arrived'),
  reading('C2c', 'pages of a resource that is still on the device are mapped with others'),
  reading('C3', 'where a read-back fails, nobody waits for the one before it'),
  {
    id: 'C4',
    behaviour: 'a resource that moved is looked for where it was',
    machineOptions: (base) => withParts(base, { ResourceIndex: staleIndex }),
  },
  {
    id: 'C5',
    behaviour: 'a submission that fails takes the tracker of others away',
    machineOptions(base) {
      return withParts(base, { Validation: releasingWhatWasNotTaken(partsOf(base).Validation) });
    },
  },
  {
    id: 'C8',
    behaviour: 'dirty pages are handed on before there are boxes for them, and unmapped after that',
    machineOptions(base) {
      return withParts(base, { Validation: transferringFirst(partsOf(base).Validation) });
    },
  },
];

const surfaces: readonly PostedVariant[] = [
  boxing('D1', 'a box that grows to lower rows loses its end'),
  boxing('D3', 'rows of a surface with several samples are taken for longer than they are'),
  boxing('D4', 'planes are taken for blocks that follow one another'),
  {
    id: 'D7',
    behaviour: 'layers of an array are uploaded as faces, and there are six of them',
    machineOptions: (base) => withParts(base, { emitUpdate: updateByFace }),
  },
];

const moves: readonly PostedVariant[] = [
  {
    id: 'E1',
    behaviour: 'what was written and then unmapped is forgotten',
    machineOptions(base) {
      return withParts(base, { Mapping: silentAboutZaps(partsOf(base).Mapping) });
    },
  },
  {
    id: 'E2',
    behaviour: 'what was written before the first submission is forgotten',
    machineOptions(base) {
      return withParts(base, { Validation: movingWithoutRecord(partsOf(base).Validation) });
    },
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

/** Orders that the posted patches have right, and depend on; the variants show what they are good for. */
const rightAsPosted = new Set(['B11', 'C8']);

/** A machine with every part as the posted patches have it. */
export function allPosted(base: MachineOptions): MachineOptions {
  const all = postedVariants
    .filter(({ id }) => !rightAsPosted.has(id))
    .reduce((options, variant) => variant.machineOptions(options), base);
  // What ends the walk looks at what is skipped, so it comes behind it.
  const habits = [
    skipsReadOnlyVmas,
    endsAtSkippedVma,
    flushesOwnChangesOnly,
    passesHugeEntries,
    trustsPmdEntry,
  ];
  return withParts(withWalks(all, habits), {
    cleanResources: readingBack(new Set(['C2a', 'C2b', 'C2c', 'C3'])),
    DirtyBoxes: keepingBoxes(new Set(['D1', 'D3', 'D4'])),
  });
}
