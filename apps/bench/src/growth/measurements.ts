import { Machine } from '@cg/machine';
import { cleanRecordSharedMappingRange } from '@cg/mapping-dirty';
import { ENTRIES_PER_TABLE, PAGE_SIZE } from '@cg/pagetable';
import { CommandWriter } from '@cg/svga-protocol';
import { DirtyPages } from '@cg/tracked-memory';
import { BufferObject, cleanResources } from '@cg/vmwgfx';
import { PlacedResource } from '../rows/resource-lookup.js';
import { PresentMapping } from '../rows/present-mapping.js';

/** Work whose cost grows with a size. */
export interface Measurement {
  readonly name: string;
  readonly sizes: readonly number[];
  /** Sets up; the result is the work to be timed. */
  open(size: number): () => void;
}

const A8R8G8B8 = 2;
/** Texels a side of a surface of one page. */
const SIDE = 32;
const MIB = 2 ** 20;
const CPU_PAGES = 64;

export const measurements: readonly Measurement[] = [
  { name: 'look-ups among resources', sizes: [10, 100, 1000, 10_000, 100_000], open: lookUps },
  { name: 'pages, scanned', sizes: [10, 12, 14, 16, 18, 20, 22].map((n) => 2 ** n), open: cleaning },
  { name: 'surfaces in a MOB', sizes: [10, 30, 100, 300, 1000, 3000], open: (n) => submission(n, n) },
  { name: 'CPUs that store', sizes: [1, 2, 3, 4, 6, 8], open: storing },
  { name: 'commands in a stream', sizes: [100, 1000, 10_000, 100_000], open: (n) => submission(1, n) },
];

/** The same number of look-ups at any size, spread over all resources. */
const LOOK_UPS = 1000;
/** A prime, so that neighbours are not looked up one after another. */
const SPREAD = 7919;

function lookUps(count: number): () => void {
  const { driver } = new Machine({ cpus: 1, memoryBytes: count * 2 * PAGE_SIZE + 32 * MIB });
  const object = new BufferObject(driver.state, count * 2);
  for (let i = 0; i < count; i++) {
    object.reserved((held) => new PlacedResource(driver.state).attach(held, i * 2 * PAGE_SIZE));
  }
  return () =>
    object.reserved((held) => {
      for (let i = 0; i < LOOK_UPS; i++) {
        const page = ((i * SPREAD) % count) * 2;
        cleanResources(held, page, page + 1);
      }
    });
}

function cleaning(pages: number): () => void {
  const present = new PresentMapping(pages / ENTRIES_PER_TABLE);
  const { mapping, pageCount } = present;
  present.setEntries(new Uint8Array(pageCount));
  const into = new DirtyPages(pageCount);
  return () => void cleanRecordSharedMappingRange(mapping, 0, pageCount, into, 0);
}

/** A submission of commands that name clean surfaces of one buffer in turn; the driver need not send them. */
function submission(surfaces: number, commands: number): () => void {
  const { file } = new Machine({ cpus: 1, memoryBytes: 64 * MIB }).spawn();
  const buffer = file.createBuffer(surfaces * PAGE_SIZE).handle;
  const size = { format: A8R8G8B8, width: SIDE, height: SIDE, coherent: true };
  const handles = Array.from(
    { length: surfaces },
    (_, i) => file.createSurface({ ...size, backing: { buffer, offset: i * PAGE_SIZE } }).handle,
  );
  const writer = new CommandWriter();
  for (let i = 0; i < commands; i++) {
    writer.write('READBACK_GB_IMAGE', { sid: handles[i % surfaces], face: 0, mipmap: 0 });
  }
  return () => file.submit(writer.bytes).wait();
}

/** Each CPU stores to every page of a surface, which is then submitted: a TLB miss of every CPU for each page. */
function storing(cpus: number): () => void {
  const machine = new Machine({ cpus, memoryBytes: 32 * MIB });
  const process = machine.spawn();
  const { handle } = process.file.createSurface({
    format: A8R8G8B8,
    width: SIDE,
    height: SIDE * CPU_PAGES,
    coherent: true,
  });
  const { start } = process.map(handle);
  const writer = new CommandWriter();
  writer.write('READBACK_GB_IMAGE', { sid: handle, face: 0, mipmap: 0 });
  return () => {
    for (const cpu of machine.cpus) {
      for (let page = 0; page < CPU_PAGES; page++) {
        cpu.store8(start + page * PAGE_SIZE, 1);
      }
    }
    process.file.submit(writer.bytes).wait();
  };
}
