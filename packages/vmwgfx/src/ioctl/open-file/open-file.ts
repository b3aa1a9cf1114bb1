import { VmwgfxError } from '../../errors.js';
import type { DescribedSurface, ObjectDescription } from '../../file/descriptions.js';
import type { DrmFile } from '../../file/drm-file.js';
import type { CpuGrabs } from './cpu-grabs.js';
import type { Descriptors } from './descriptors.js';
import type { FenceEvents } from './fence-events.js';
import type { FenceHandles } from './fence-handles.js';
import type { UserMemory } from '../user-memory.js';

/** State that the calls on one open file share. */
export interface OpenFile {
  readonly file: DrmFile;
  readonly memory: UserMemory;
  readonly descriptors: Descriptors;
  readonly fences: FenceHandles;
  readonly events: FenceEvents;
  readonly grabs: CpuGrabs;
  /** User space has queried MAX_MOB_MEMORY: it knows guest-backed objects, and answers mention them. */
  knowsGuestBacked: boolean;
}

/** A call's handler: reads the request in the argument and overwrites it with the reply. */
export type CallHandler = (open: OpenFile, argument: DataView) => void;

type Kind = ObjectDescription['kind'];

/** A surface by its handle. @throws VmwgfxError ENOENT, EINVAL for the handle of something else */
export function describeSurface({ file }: OpenFile, handle: number): DescribedSurface {
  const description = file.describe(handle);
  if (description.kind !== 'surface') {
    throw wrongKind(handle, 'surface');
  }
  return description;
}

/** Closes a handle that must be of one kind. @throws VmwgfxError ENOENT, EINVAL; EIO as `DrmFile.closeHandle` */
export function closeAs({ file }: OpenFile, handle: number, kind: Kind): void {
  if (file.describe(handle).kind !== kind) {
    throw wrongKind(handle, kind);
  }
  file.closeHandle(handle);
}

function wrongKind(handle: number, kind: Kind): VmwgfxError {
  return new VmwgfxError('EINVAL', `handle ${handle} is of no ${kind}`, { handle });
}
