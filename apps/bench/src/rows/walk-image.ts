import { openMemoryImage } from '@cg/memory-image';
import { FileSource } from '@cg/memory-image/node';
import { walkImage } from '@cg/pagewalk/image';
import { hostClock } from '../clock.js';
import { BATCHES, type Contender, type Pass } from '../contender.js';
import type { Row } from '../row.js';
import { SparseImage } from './sparse-image.js';

const NANOSECONDS_PER_MS = 1_000_000;

/** A walk of a sparse image of 4 GiB, in a file, as an ELF core and raw. */
export function rowsOf(): Row[] {
  return [
    {
      section: 'Walk of an ELF core',
      name: 'walk an ELF core',
      unit: 'ms',
      ours: 'ELF core',
      rival: 'the same image raw',
      open: (side) => walks(side === 'ours' ? 'elf' : 'raw'),
    },
  ];
}

/** Opens the file and walks all of it; the file is in the page cache. */
async function walks(format: 'elf' | 'raw'): Promise<Contender> {
  const image = new SparseImage();
  const path = image.write(format);
  const step = async () => {
    const before = hostClock();
    const source = new FileSource(path);
    let [ranges, pages] = [0, 0];
    for (const finding of walkImage(await openMemoryImage(source), BigInt(image.cr3), { mode: '4-level' })) {
      ranges++;
      pages += (finding.end - finding.start) / 4096;
    }
    source.close();
    const taken = hostClock() - before;
    image.check(ranges, pages, format);
    return [taken];
  };
  const pass: Pass = { step, end() {} };
  return {
    steps: BATCHES,
    alike: true,
    per: NANOSECONDS_PER_MS * BATCHES,
    begin: () => pass,
    close: () => image.remove(),
  };
}
