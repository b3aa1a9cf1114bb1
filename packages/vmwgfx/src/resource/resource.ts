import type { IntervalNode } from '@cg/collections';
import { PAGE_SIZE } from '@cg/pagetable';
import type { DriverContext } from '../context.js';
import type { BufferObject, ResidentResource } from '../memory/buffer-object.js';
import type { BackedResource, SharedBy } from '../tracking/dirty-tracker.js';

/** Something the device knows by an id, whose content lies in a byte range of a buffer object. */
export abstract class Resource implements ResidentResource {
  /** Set when a submission that writes it has been validated (rule 6.2). */
  gpuDirty = false;
  #backing: BufferObject | undefined;
  #backingOffset = 0;
  #node: IntervalNode<ResidentResource> | undefined;

  constructor(
    readonly context: DriverContext,
    readonly backingBytes: number,
    /** Whether the CPU sees it as coherent memory. */
    readonly coherent: boolean,
  ) {}

  get backing(): BufferObject | undefined {
    return this.#backing;
  }

  get backingOffset(): number {
    return this.#backingOffset;
  }

  get pageRange(): [start: number, end: number] {
    const { backingOffset, backingBytes } = this;
    return [Math.floor(backingOffset / PAGE_SIZE), Math.ceil((backingOffset + backingBytes) / PAGE_SIZE)];
  }

  abstract readonly isTracked: boolean;
  abstract addDirtyBytes(start: number, end: number): void;
  /** Makes the resource known to the device. Does nothing where it is. */
  abstract create(): void;
  /** Gives the device the backing. Does nothing where it has it. */
  abstract bind(): void;
  /** Starts or ends keeping dirty boxes, as the backing is tracked or not. */
  abstract followTracking(): void;
  /** Sends the updates for everything known to be dirty. Throwing, it has forgotten nothing (rule 7.6). */
  abstract sync(): void;
  abstract readBack(refused: () => void): void;

  /**
   * Places the resource in a buffer object and keeps it findable there (rule 6.1). A coherent one becomes a
   * user of the tracker first, so that a refusal leaves everything as it was.
   */
  attach(backing: BufferObject, offset: number): void {
    if (this.coherent) {
      backing.addTrackerUser();
    }
    this.#backing = backing;
    this.#backingOffset = offset;
    this.#node = backing.resources.insert(offset, offset + this.backingBytes, this);
  }

  /** Takes the resource out of its buffer object, and gives its use of the tracker back. */
  detach(): void {
    const backing = this.#backing;
    if (backing === undefined || this.#node === undefined) {
      return;
    }
    backing.resources.remove(this.#node);
    this.#node = undefined;
    this.#backing = undefined;
    if (this.coherent) {
      backing.releaseTrackerUser();
    }
  }

  /** The resources with bytes in a byte range of the same backing, this one included. */
  readonly sharedBy: SharedBy = (start, end) => this.#sharing(start, end);

  *#sharing(start: number, end: number): Generator<BackedResource> {
    for (const node of this.#backing?.resources.overlapping(start, end) ?? []) {
      yield node.value;
    }
  }
}
