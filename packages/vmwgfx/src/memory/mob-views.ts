import { PAGE_SIZE } from '@cg/pagetable';
import type { DriverState } from '../driver-state.js';
import { evictUntil } from './eviction.js';
import { buildMobPageTable, type MobPageTable } from './mob-page-table.js';

/** What the device knows of a buffer object from one page on: a MOB and the page table it reads it through. */
interface Mob {
  readonly id: number;
  readonly pageTable: MobPageTable;
}

/**
 * The MOBs through which the device sees a buffer object. BIND_GB_SURFACE names no offset, so each page that
 * a resource begins on has a MOB that begins there and reaches to the end.
 */
export class MobViews {
  readonly #mobs = new Map<number, Mob>();

  constructor(
    readonly driver: DriverState,
    readonly frames: Uint32Array,
  ) {}

  /**
   * The id of the MOB that begins at a page; the first call makes it known to the device.
   * @throws VmwgfxError ENOMEM for ids or command space, PageTableError ENOMEM; nothing stays behind
   */
  id(firstPage: number): number {
    let mob = this.#mobs.get(firstPage);
    if (mob === undefined) {
      mob = this.#define(firstPage);
      this.#mobs.set(firstPage, mob);
    }
    return mob.id;
  }

  /** Takes the one that begins at a page from the device, where there is one: nobody uses it. Cannot fail. */
  drop(firstPage: number): void {
    const mob = this.#mobs.get(firstPage);
    if (mob === undefined) {
      return;
    }
    const { queue } = this.driver;
    queue.emitNoFail('DESTROY_GB_MOB', { mobid: mob.id });
    // Before the frames of its table are somebody else's.
    queue.settle();
    this.#forget(firstPage, mob);
  }

  /** Takes all from the device. @throws what `flush` throws; they are gone all the same */
  destroy(flush: () => void): void {
    const { queue } = this.driver;
    const mobs = [...this.#mobs];
    if (mobs.length === 0) {
      return;
    }
    try {
      mobs.forEach(([, { id }]) => queue.emitNoFail('DESTROY_GB_MOB', { mobid: id }));
      flush();
    } finally {
      mobs.forEach(([firstPage, mob]) => this.#forget(firstPage, mob));
    }
  }

  #define(firstPage: number): Mob {
    const { memory, queue, mobIds, placed, faults } = this.driver;
    faults.pass('frames');
    evictUntil(() => !mobIds.isFull, placed);
    const frames = this.frames.subarray(firstPage);
    const pageTable = buildMobPageTable(memory, frames);
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

  #forget(firstPage: number, mob: Mob): void {
    if (this.#mobs.get(firstPage) !== mob) {
      return;
    }
    const { memory, mobIds } = this.driver;
    this.#mobs.delete(firstPage);
    mobIds.free(mob.id);
    mob.pageTable.tableFrames.forEach((frame) => memory.freeFrame(frame));
  }
}
