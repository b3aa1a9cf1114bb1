import type { MemoryImage } from '@cg/memory-image';
import { PAGING_MODES, walkImage, type ImageFinding } from '@cg/pagewalk/image';
import { EXIT } from '../exit-codes.js';
import { LineWriter } from '../output/line-writer.js';
import { VirtualAddresses } from '../output/virtual-address.js';
import { findingAsJson } from '../output/walk-json.js';
import { WALK_HEADING, WalkText } from '../output/walk-text.js';
import { addressBits, type WalkRange, rangeOf } from './address-range.js';
import { fittest, type ImageTables, type TableOptions } from './image-tables.js';

/** How much better another mode must fit to be worth a word. */
const MUCH_BETTER = 0.3;

/** Lists what the tables map; what is damaged on standard error. Gives the exit code. */
export async function listMappings(
  tables: ImageTables,
  options: TableOptions & WalkRange & { readonly json?: boolean },
): Promise<number> {
  const { image, cr3, paging } = tables;
  const { json = false } = options;
  const addresses = new VirtualAddresses(addressBits(paging.mode));
  const text = new WalkText(addresses, paging.mode);
  const isWide = !paging.mode.startsWith('32-bit');
  const out = new LineWriter(process.stdout);
  const reports = new LineWriter(process.stderr);
  const seen = { sound: 0, damaged: 0, any: false, damage: false };
  try {
    const findings = walkImage(image, cr3, paging, rangeOf(options, addresses));
    // The walk is begun before anything is printed: a table that is not there is bad input, and nothing else.
    let next = findings.next();
    out.line(json ? headerJson(tables) : headerText(tables));
    for (; next.done !== true; next = findings.next()) {
      const finding = next.value;
      note(seen, finding);
      if (json) {
        out.line(findingAsJson(finding, addresses, isWide));
      } else if (finding.kind === 'damage') {
        reports.line(text.damage(finding));
      } else {
        if (!seen.any) {
          out.line(WALK_HEADING);
        }
        seen.any = true;
        out.line(text.range(finding));
      }
      if (out.isFull || reports.isFull) {
        await out.flush();
        await reports.flush();
      }
    }
    if (!json && !seen.any) {
      out.line('nothing is mapped');
    }
    if (seen.damaged > seen.sound) {
      reports.line(`cg: ${adviceOf(tables, options)}`);
    }
  } finally {
    await out.flush();
    await reports.flush();
  }
  return seen.damage ? EXIT.CHECK_FAILED : EXIT.OK;
}

function note(seen: { sound: number; damaged: number; damage: boolean }, finding: ImageFinding): void {
  if (finding.kind === 'damage') {
    seen.damage = true;
    seen.damaged += finding.entries;
  } else if (finding.kind === 'mapped') {
    seen.sound += (finding.end - finding.start) / finding.pageSize;
  } else {
    seen.sound++;
  }
}

function headerText({ image, cr3, paging, cpu }: ImageTables): string {
  return `${image.format}${whoseTables(image, cpu)}: ${paging.mode}, CR3 0x${cr3.toString(16)}`;
}

/** A kernel's own tables, of which VMCOREINFO tells, are no CPU's. */
function whoseTables({ cpus }: MemoryImage, cpu: number | undefined): string {
  if (cpu === undefined) {
    return '';
  }
  const { source } = cpus[cpu];
  return source === 'VMCOREINFO'
    ? ", the kernel's tables (VMCOREINFO)"
    : `, CPU ${cpu} of ${cpus.length} (${source})`;
}

function headerJson({ image, cr3, paging, cpu }: ImageTables): string {
  const { format, cpus } = image;
  const { mode } = paging;
  return JSON.stringify({
    kind: 'tables',
    format,
    mode,
    cr3: `0x${cr3.toString(16)}`,
    cpu,
    cpus: cpus.length,
  });
}

/** Most entries make no sense: which mode would make more? */
function adviceOf({ image, cr3, paging }: ImageTables, options: TableOptions): string {
  const fits = fittest(image, cr3, PAGING_MODES, options);
  const own = fits.find(({ mode }) => mode === paging.mode)?.soundness ?? 0;
  const [best] = fits;
  const share = Math.round(best.soundness * 100);
  return best.soundness > own + MUCH_BETTER
    ? `most entries make no sense in ${paging.mode} tables; --paging ${best.mode} fits better (${share} % do)`
    : `most entries make no sense in ${paging.mode} tables, nor in another mode: is this CR3 of this image?`;
}
