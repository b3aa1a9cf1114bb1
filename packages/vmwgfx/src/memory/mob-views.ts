import { PAGE_SIZE } from '@cg/pagetable';
import type { DriverState } from '../driver-state.js';
import { buildMobPageTable, type MobPageTable } from './mob-page-table.js';
import { reclaiming } from './reclaiming.js';

/** A MOB, which begins at one page of a buffer object, and its page table. */
interface Mob {
  readonly id: number;
  readonly pageTable: MobPageTable;
}

/**
 * A buffer object on the device: the graphics memory charged for it, and its MOBs. BIND_GB_SURFACE has no offset, so
 * each page that a resource begins on has a MOB from there to the end.
 */
export class MobViews {
  /** The MOB of the whole object, and those that begin at later pages, of which most objects have none. */
  #whole: Mob | undefined;
  #later: Map<number, Mob> | undefined;
  #placed = false;

  constructor(
    readonly driver: DriverState,
    readonly frames: Uint32Array,
  ) {}

  /** Whether graphics memory is charged for the object. */
  get isPlaced(): boolean {
    return this.#placed;
  }

  /**
   * Charges graphics memory for the object, if it has none; evicts other objects for it.
   * @throws VmwgfxError ENOMEM if not enough can be evicted, EIO if one of them cannot be read back
   */
  place(): void {
    if (this.#placed) {
      return;
    }
    const { graphicsMemory, placed, faults } = this.driver;
    const bytes = this.frames.length * PAGE_SIZE;
    faults.pass('graphics-charge');
    placed.evictUntil(() => graphicsMemory.left >= bytes);
    graphicsMemory.charge(bytes);
    this.#placed = true;
  }

  /**
   * The id of the MOB that begins at a page; the first call defines it on the device.
   * @throws VmwgfxError ENOMEM for ids or command space, PageTableError ENOMEM; nothing stays allocated
   */
  id(firstPage: number): number {
    let mob = this.#at(firstPage);
    if (mob === undefined) {
      mob = this.#define(firstPage);
      this.#set(firstPage, mob);
    }
    return mob.id;
  }

  #at(firstPage: number): Mob | undefined {
    return firstPage === 0 ? this.#whole : this.#later?.get(firstPage);
  }

  #set(firstPage: number, mob: Mob): void {
    if (firstPage === 0) {
      this.#whole = mob;
    } else {
      this.#later ??= new Map();
      this.#later.set(firstPage, mob);
    }
  }

  #delete(firstPage: number): void {
    if (firstPage === 0) {
      this.#whole = undefined;
    } else {
      this.#later?.delete(firstPage);
    }
  }

  /** Destroys the unused MOB that begins at a page, if there is one. Cannot fail. */
  drop(firstPage: number): void {
    const mob = this.#at(firstPage);
    if (mob === undefined) {
      return;
    }
    this.#destroy(firstPage, mob);
    this.driver.queue.submit();
  }

  /** Destroys all MOBs; the memory is uncharged when the device is done with them (rule 8.3). Cannot fail. */
  destroy(): void {
    const { queue, graphicsMemory } = this.driver;
    if (this.#whole !== undefined) {
      this.#destroy(0, this.#whole);
    }
    this.#later?.forEach((mob, firstPage) => this.#destroy(firstPage, mob));
    if (this.#placed) {
      this.#placed = false;
      queue.whenEnded(() => graphicsMemory.refund(this.frames.length * PAGE_SIZE));
    }
  }

  #destroy(firstPage: number, mob: Mob): void {
    const { queue } = this.driver;
    this.#delete(firstPage);
    queue.emitNoFail('DESTROY_GB_MOB', { mobid: mob.id });
    queue.whenEnded(() => this.#free(mob));
  }

  #define(firstPage: number): Mob {
    const { memory, queue, mobIds, placed, faults } = this.driver;
    faults.pass('frames');
    placed.evictUntil(() => !mobIds.isFull);
    const frames = this.frames.subarray(firstPage);
    const pageTable = reclaiming(this.driver, () => buildMobPageTable(memory, frames));
    const { ptDepth, base, tableFrames } = pageTable;
    let id: number | undefined;
    try {
      id = mobIds.allocate();
      const mob = { id, pageTable };
      const definition = { mobid: id, ptDepth, base, sizeInBytes: frames.length * PAGE_SIZE };
      queue.emit('DEFINE_GB_MOB64', definition, () => this.#forget(firstPage, mob));
      return mob;
    } catch (error) {
      if (id !== undefined) {
        mobIds.free(id);
      }
      tableFrames.forEach((frame) => memory.freeFrame(frame));
      throw error;
    }
  }

  /** The device has refused to define it. One that is being destroyed is freed with that. */
  #forget(firstPage: number, mob: Mob): void {
    if (this.#at(firstPage) === mob) {
      this.#delete(firstPage);
      this.#free(mob);
    }
  }

  #free(mob: Mob): void {
    const { memory, mobIds } = this.driver;
    mobIds.free(mob.id);
    mob.pageTable.tableFrames.forEach((frame) => memory.freeFrame(frame));
  }
}
