import { PAGE_SIZE, WORDS_PER_FRAME } from '@cg/pagetable';
import { coTableEntryBytes, SVGA3D_INVALID_ID } from '@cg/svga-protocol';
import type { DriverState } from '../../driver-state.js';
import { VmwgfxError } from '../../errors.js';
import type { BufferObject, BufferReservation } from '../../memory/buffer-object.js';
import { UntrackedResource } from '../untracked-resource.js';

/** SVGA_COTABLE_MAX_IDS of svga3d_types.h. */
const SVGA_COTABLE_MAX_IDS = 65_533;

/** The DX context of a table. */
export interface TableOwner {
  readonly driver: DriverState;
  /** The device's id. */
  readonly id: number;
}

/**
 * A table of a DX context (SVGACOTableType), in a backing of its own. It grows as ids are used: its entries are read
 * back, and the device continues with a copy in a larger backing.
 */
export class CoTable extends UntrackedResource {
  readonly entryBytes: number;
  #bound = false;
  /** Bytes from the start of the backing that hold entries. */
  #validBytes = 0;

  constructor(
    readonly owner: TableOwner,
    readonly type: number,
  ) {
    super(owner.driver, PAGE_SIZE, false);
    this.entryBytes = coTableEntryBytes[type];
  }

  /** Whether it is bound on the device. */
  get isBound(): boolean {
    return this.#bound;
  }

  /**
   * Size of a backing with an entry for `id`: the current size, doubled as often as needed.
   * @throws VmwgfxError EINVAL for an id that no table can have
   */
  bytesFor(id: number): number {
    if (id >= SVGA_COTABLE_MAX_IDS) {
      throw new VmwgfxError('EINVAL', `no table of a context has an id ${id}`, { id });
    }
    let bytes = this.backingBytes;
    while (bytes < (id + 1) * this.entryBytes) {
      bytes *= 2;
    }
    return bytes;
  }

  /** Without a backing it has no size, whatever a failed submission planned. */
  forgetPlannedSize(): void {
    if (this.backing === undefined) {
      this.backingBytes = PAGE_SIZE;
    }
  }

  override get keepsContent(): boolean {
    return true;
  }

  create(): void {}

  bind(): void {
    const { backing, owner, type } = this;
    if (this.#bound || backing === undefined) {
      return;
    }
    const table = { cid: owner.id, type, mobid: backing.mobId(), validSizeInBytes: this.#validBytes };
    this.driver.queue.emit('DX_SET_COTABLE', table, () => {
      this.#bound = false;
    });
    this.#bound = true;
  }

  unbind(): void {
    if (this.#bound) {
      this.#bound = false;
      const none = { mobid: SVGA3D_INVALID_ID, validSizeInBytes: 0 };
      this.driver.queue.emitNoFail('DX_SET_COTABLE', { cid: this.owner.id, type: this.type, ...none });
    }
  }

  readBack(refused: () => void): void {
    const before = this.#validBytes;
    this.driver.queue.emit('DX_READBACK_COTABLE', { cid: this.owner.id, type: this.type }, () => {
      this.#validBytes = before;
      refused();
    });
    this.#validBytes = this.backingBytes;
  }

  /** Moves to another backing with its entries. */
  override moveTo(from: BufferReservation, to: BufferReservation, offset: number): void {
    this.unbind();
    this.#copyEntries(from.object, to.object);
    this.backingBytes = to.object.bytes;
    super.moveTo(from, to, offset);
  }

  /** The device destroyed the context, and the table with it. */
  override retire(): void {
    this.#bound = false;
    super.retire();
  }

  #copyEntries(from: BufferObject, to: BufferObject): void {
    const { u32 } = this.driver.memory;
    const pages = Math.min(Math.ceil(this.#validBytes / PAGE_SIZE), from.pageCount, to.pageCount);
    for (let page = 0; page < pages; page++) {
      const start = from.frames[page] * WORDS_PER_FRAME;
      u32.copyWithin(to.frames[page] * WORDS_PER_FRAME, start, start + WORDS_PER_FRAME);
    }
  }
}
