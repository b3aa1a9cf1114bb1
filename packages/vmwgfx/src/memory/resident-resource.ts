import type { EventStream, IntervalTree } from '@cg/collections';
import type { DriverEvent } from '../driver-event.js';
import type { CommandSubmitter } from '../device/command-submitter.js';
import type { BackedResource, DirtyTracker } from '@cg/dirty-tracking';
import type { Reservation } from './reservation.js';

/** A resource as the buffer object that it lies in sees it. */
export interface ResidentResource extends BackedResource {
  /** Its newest content is on the device (rule 6.2). */
  gpuDirty: boolean;
  /** First and end page of the buffer object that hold any of its bytes. */
  readonly pageRange: [start: number, end: number];
  /** The device lets go of the backing. Does nothing where it does not have it; cannot fail. */
  unbind(): void;
  /**
   * Sends the command that brings the content back into the backing; the caller waits for it.
   * @param refused called where the device refuses it
   */
  readBack(refused: () => void): void;
  /** Takes it from the device and out of its backing. Nobody uses it any more; cannot fail. */
  destroy(held: Reservation<Residence> | undefined): void;
}

/** A buffer object as who reads its resources back sees it. */
export interface Residence {
  readonly driver: { readonly queue: CommandSubmitter; readonly events: EventStream<DriverEvent> };
  /** Its first page in the device's mapping. */
  readonly firstPage: number;
  /** The resources in it by byte range. */
  readonly resources: IntervalTree<ResidentResource>;
  readonly tracker: DirtyTracker | undefined;
}
