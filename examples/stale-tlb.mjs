// A CPU caches page-table entries. Cleaning a dirty bit without a TLB flush loses the next store: the CPU has the entry
// cached as dirty and does not set the bit again.
import {
  AddressSpace,
  Cpu,
  Mapping,
  PAGE_DIRTY,
  PAGE_SIZE,
  PhysicalMemory,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
} from '@cg/pagetable';

const memory = new PhysicalMemory(64 * PAGE_SIZE);
const [frame] = memory.allocateFrames(1);
const addressSpace = new AddressSpace(memory);
const { start, end } = addressSpace.map({
  length: PAGE_SIZE,
  flags: VM_READ | VM_WRITE | VM_SHARED,
  mapping: new Mapping('one page'),
  operations: {
    fault(fault) {
      fault.frame = frame;
      return 'handled';
    },
  },
});
const cpu = new Cpu(memory);
cpu.run(addressSpace);

function show(what) {
  const entry = memory.u32[addressSpace.tables.find(start)];
  console.log(`${what.padEnd(34)} entry 0x${entry.toString(16)}, ${entry & PAGE_DIRTY ? 'dirty' : 'clean'}`);
}

cpu.store32(start, 1);
show('first store: a fault maps the page');
memory.u32[addressSpace.tables.find(start)] &= ~PAGE_DIRTY;
show('cleaned, no flush');
cpu.store32(start, 2);
show('second store: lost to a scan');
addressSpace.flushTlbRange(start, end);
cpu.store32(start, 3);
show('flushed, third store');
console.log(`${cpu.statistics.writeFaults} write fault, memory holds ${cpu.load32(start)}`);
