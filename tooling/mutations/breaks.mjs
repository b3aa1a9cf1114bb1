import { shadowBreaks } from './shadow-breaks.mjs';

/**
 * Faults to put into the driver and the packages below it, each of which litmus programs must find.
 *
 * @typedef {object} Break
 * @property {string} name
 * @property {string} rule the rule or erratum that it breaks
 * @property {string} file of the repository
 * @property {string} from text that occurs once in the file
 * @property {string} to its replacement
 * @property {boolean} [withoutWasm] it is in code for hosts without WebAssembly: the judge runs as in one
 */

const buffers = 'packages/vmwgfx/src/memory/buffer-object.ts';
const surfaces = 'packages/vmwgfx/src/resource/surface.ts';
const validation = 'packages/vmwgfx/src/submission/validation.ts';
const tracker = 'packages/dirty-tracking/src/dirty-tracker.ts';

/** @type {readonly Break[]} */
export const breaks = [
  {
    name: 'GPU-dirty pages stay mapped when a tracker starts',
    rule: '1.2',
    file: buffers,
    from: 'this.#unmapGpuDirty(held);\n        const memory',
    to: 'const memory',
  },
  {
    name: 'pending flushes are ignored',
    rule: '2.4, A3',
    file: 'packages/pagetable/src/range-change.ts',
    from: 'addressSpace.pendingTlbFlushes > 1',
    to: 'addressSpace.pendingTlbFlushes > 1e9',
  },
  {
    name: 'a zapped entry is recorded in the trap method, too',
    rule: '1.4',
    file: tracker,
    from: "if (this.#method === 'scan') {\n      this.dirty.add(page);",
    to: '{\n      this.dirty.add(page);',
  },
  {
    name: 'a cleaned page stays storable in the TLBs',
    rule: '2.2, 2.4',
    file: 'packages/pagetable/src/address-space.ts',
    from: 'tlb.cleanPages(base, bits, from, to);',
    to: '',
  },
  {
    name: 'a clean reaches the first TLB only',
    rule: '2.4',
    file: 'packages/pagetable/src/address-space.ts',
    from: 'tlb.cleanPages(base, bits, from, to);',
    to: 'tlb.cleanPages(base, bits, from, to);\n        break;',
  },
  {
    name: 'the last page that the kernel finds is outside the hull',
    rule: '4.3, A7',
    file: 'packages/mapping-dirty/src/kernel/clean-kernel.ts',
    from: 'last * 32 + 32',
    to: 'last * 32 + 31',
  },
  {
    name: 'known tables are kept when a VMA comes',
    rule: '4.1',
    file: 'packages/mapping-dirty/src/known-tables.ts',
    from: 'if (this.#changes !== this.#mapping.changes) {',
    to: 'if (this.#changes < 0) {',
  },
  {
    name: 'known tables are kept when a table comes',
    rule: '4.1',
    file: 'packages/mapping-dirty/src/known-tables.ts',
    from: 'changes !== vma.addressSpace.tables.changes || !isQuiet(vma)',
    to: 'changes < 0 || !isQuiet(vma)',
  },
  {
    name: 'known tables are used while another clean waits to flush',
    rule: '2.4, A3',
    file: 'packages/mapping-dirty/src/known-tables.ts',
    from: '!preemption.isUsed && locks.isEmpty',
    to: 'locks.isEmpty',
  },
  {
    name: 'a CPU keeps a leaf table cached whose accessed bit was cleared',
    rule: '4.4',
    file: 'packages/mapping-dirty/src/known-tables.ts',
    from: 'addressSpace.forgetTlbTable(address + table * ENTRY_SPAN[2]);',
    to: '',
  },
  {
    name: 'the accessed bit is cleared for one of the surfaces that share a leaf table',
    rule: '4.3',
    file: 'packages/mapping-dirty/src/known-tables.ts',
    from: 'touched.take(u32, word, index);',
    to: 'touched.take(u32, word, index);\n    touched.counts[index]--;\n    seen[table] = -1;',
  },
  {
    name: 'without WebAssembly the eighth page of a full group is lost',
    rule: '4.3',
    file: 'packages/mapping-dirty/src/clean-entries.ts',
    from: 'found |= 0xff000000',
    to: 'found |= 0x7f000000',
    withoutWasm: true,
  },
  {
    name: 'a page is mapped that was unmapped during its fault',
    rule: '1.2',
    file: 'packages/pagetable/src/page-fault.ts',
    from: 'vma.mapping.unmapCount === unmapCount',
    to: 'unmapCount >= 0 && vma !== undefined',
  },
  {
    name: 'eviction does not wait until there is room',
    rule: '8.3',
    file: buffers,
    from: 'queue.flush(); // there is room once the device is done with it',
    to: 'queue.submit();',
  },
  {
    name: 'the frames of a buffer object are freed at once',
    rule: '8.3',
    file: buffers,
    from: 'queue.whenEnded(() => this.frames.forEach((frame) => memory.freeFrame(frame)));',
    to: 'this.frames.forEach((frame) => memory.freeFrame(frame));',
  },
  {
    name: 'the page table and id of a MOB are freed at once',
    rule: '8.3',
    file: 'packages/vmwgfx/src/memory/mob-views.ts',
    from: 'queue.whenEnded(() => this.#free(mob));',
    to: 'this.#free(mob);',
  },
  {
    name: 'what a submission will write does not count as written',
    rule: '8.1',
    file: 'packages/vmwgfx/src/submission/sent-commands.ts',
    from: 'this.#written?.forEach((surface) => surface.expectWrite());',
    to: '',
  },
  {
    name: 'the undo of a switch restores offset 0',
    rule: '6.3',
    file: validation,
    from: 'resource.moveTo(to, from, oldOffset)',
    to: 'resource.moveTo(to, from, 0 * oldOffset)',
  },
  {
    name: 'a read-back is not waited for',
    rule: '6.4',
    file: buffers,
    from: '      queue.flush();\n    } finally {\n      fence.wait();\n',
    to: '      queue.submit();\n    } finally {\n      void fence;\n',
  },
  {
    name: 'mprotect does not flush',
    rule: '2.4',
    file: 'packages/pagetable/src/range-change.ts',
    from: 'this.flushStart < this.flushEnd) {',
    to: "this.flushStart < this.flushEnd && !this.point.startsWith('protect')) {",
  },
  {
    name: 'pages that the device will write stay mapped',
    rule: '6.2',
    file: validation,
    from: 'if (written && !resource.gpuDirty) {',
    to: 'if (written && resource.gpuDirty) {',
  },
  {
    name: 'a refused update is not dirty again',
    rule: '1.5',
    file: surfaces,
    from: 'this.#dirtyBoxes?.addRange(rows.offset, rowsEnd(rows));',
    to: 'void rowsEnd(rows);',
  },
  {
    name: 'a read-back is not dirty for aliases',
    rule: '9.3',
    file: 'packages/vmwgfx/src/memory/aliased-bytes.ts',
    from: 'if (other.isTracked) {',
    to: 'if (other.isTracked && false) {',
  },
  {
    name: 'a reservation is not exclusive',
    rule: '8.4',
    file: buffers,
    from: 'if (this.#reservation !== undefined) {\n      throw',
    to: 'if (this.#destroyed) {\n      throw',
  },
  {
    name: 'a surface is destroyed without its read-back',
    rule: '6.5',
    file: buffers,
    from: 'if (!resource.gpuDirty || !resource.isTracked) {\n      return true;',
    to: 'if (resource.isTracked || !resource.isTracked) {\n      return true;',
  },
  {
    name: 'switching to the scan method keeps old dirty entries',
    rule: '5.2, B4',
    file: tracker,
    from: 'this.#clean(0, memory.pageCount, new DirtyPages(memory.pageCount));',
    to: 'void DirtyPages;',
  },
  {
    name: 'a failed submission keeps its trackers',
    rule: '6.3, C5',
    file: validation,
    from: 'this.journal.note(() => held.object.releaseTrackerUser(held));',
    to: 'this.journal.note(() => {});',
  },
  ...shadowBreaks,
];
