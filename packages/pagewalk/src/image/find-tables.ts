import type { PhysicalMemory } from '@cg/memory-image';
import { EntryFormat, PRESENT } from './entry-format.js';
import type { ImageFinding } from './findings.js';
import { walkImage } from './walk-image.js';
import type { Paging, PagingMode } from './paging.js';

const PAGE_BYTES = 4096;
/** Tables that a trial walk may look at, and findings after which it has seen enough. */
const TRIAL_TABLES = 64;
const TRIAL_FINDINGS = 512;
/** Candidates that are kept while the image is searched. */
const MOST_CANDIDATES = 4096;

/** A page that may be a top table, and what speaks for it. */
export interface TableCandidate {
  readonly mode: PagingMode;
  /** Its physical address. */
  readonly table: number;
  /** Present entries. */
  readonly entries: number;
  /** Of what a trial walk listed, the share that makes sense: 0 to 1. */
  readonly soundness: number;
  /** Bytes that the trial walk found mapped. */
  readonly mappedBytes: number;
  /** An entry points at the table itself, as in Windows. */
  readonly hasSelfMap: boolean;
  /** Other candidates whose upper half is the same: processes share the kernel's tables. */
  readonly sameUpperHalf: number;
}

/** Where to look. */
export interface FindOptions {
  readonly physicalBits?: number;
  readonly encryptionBit?: number;
  /** Told the physical address that has been reached, once in a while. */
  readonly progress?: (physical: number) => void;
}

/**
 * Searches an image for top tables of the modes given: pages whose present entries point at tables that the
 * image has and whose other entries are empty, and below which a short walk finds sound entries. The best
 * first.
 */
export function findTopTables(
  image: PhysicalMemory,
  modes: readonly PagingMode[],
  options: FindOptions = {},
): TableCandidate[] {
  const { progress, physicalBits, encryptionBit } = options;
  const searches = modes.map((mode) => {
    const paging: Paging = {
      mode,
      ...(physicalBits === undefined ? {} : { physicalBits }),
      ...(encryptionBit === undefined ? {} : { encryptionBit }),
    };
    return new Search(image, paging);
  });
  const page = new Uint32Array(PAGE_BYTES / 4);
  const bytes = new Uint8Array(page.buffer);
  for (let at = image.nextHeld(0); at < image.end; at = image.nextHeld(at + PAGE_BYTES)) {
    at = Math.ceil(at / PAGE_BYTES) * PAGE_BYTES;
    if (progress !== undefined && at % 2 ** 26 === 0) {
      progress(at);
    }
    if (image.read(at, bytes)) {
      searches.forEach((search) => search.look(at, page));
    }
  }
  return searches.flatMap((search) => search.ranked()).toSorted(byRank);
}

/** What a walk makes of a table: the share of findings that make sense, by the entries behind them. */
export function soundness(image: PhysicalMemory, cr3: bigint, paging: Paging): Trial {
  const trial = { sound: 0, damaged: 0, mappedBytes: 0, hasSelfMap: false };
  let findings = 0;
  for (const finding of walkImage(image, cr3, paging, { maxTables: TRIAL_TABLES })) {
    note(trial, finding);
    if (++findings === TRIAL_FINDINGS) {
      break;
    }
  }
  const all = trial.sound + trial.damaged;
  const { mappedBytes, hasSelfMap } = trial;
  return { soundness: all === 0 ? 0 : trial.sound / all, mappedBytes, hasSelfMap };
}

export interface Trial {
  readonly soundness: number;
  readonly mappedBytes: number;
  readonly hasSelfMap: boolean;
}

function note(
  trial: { sound: number; damaged: number; mappedBytes: number; hasSelfMap: boolean },
  finding: ImageFinding,
): void {
  switch (finding.kind) {
    case 'mapped':
      trial.sound += (finding.end - finding.start) / finding.pageSize;
      trial.mappedBytes += finding.end - finding.start;
      break;
    case 'self-map':
      trial.sound++;
      trial.hasSelfMap = true;
      break;
    case 'damage':
      trial.damaged += finding.fault === 'limit' ? 0 : finding.entries;
      break;
    case 'shared':
      break;
  }
}

class Search {
  readonly #image: PhysicalMemory;
  readonly #paging: Paging;
  readonly #format: EntryFormat;
  /** Physical addresses of tables that look right, with their present entries. */
  readonly #found: { table: number; entries: number; upperHalf: string }[] = [];

  constructor(image: PhysicalMemory, paging: Paging) {
    this.#image = image;
    this.#paging = paging;
    this.#format = new EntryFormat(paging);
  }

  /** Looks for top tables in a page: one, or in PAE one each 32 bytes. */
  look(physical: number, words: Uint32Array): void {
    const { levels, entries, entryBytes } = this.#format;
    const step = (entries[levels] * entryBytes) / 4;
    for (let first = 0; first < words.length && this.#found.length < MOST_CANDIDATES; first += step) {
      const present = this.#presentEntries(words, first, step);
      if (present > 0) {
        const upperHalf = words.subarray(first + step / 2, first + step).join();
        this.#found.push({ table: physical + first * 4, entries: present, upperHalf: hash(upperHalf) });
      }
    }
  }

  /** How many entries are present; 0 where one of them cannot be an entry of a top table. */
  #presentEntries(words: Uint32Array, first: number, count: number): number {
    const format = this.#format;
    const isWide = format.entryBytes === 8;
    const step = isWide ? 2 : 1;
    let present = 0;
    for (let word = first; word < first + count; word += step) {
      const low = words[word];
      const high = isWide ? words[word + 1] : 0;
      if ((low | high) === 0) {
        continue;
      }
      const isTable = (low & PRESENT) !== 0 && !format.isReserved(low, high, format.levels);
      if (!isTable) {
        return 0;
      }
      const target = format.target(low, high, format.levels);
      if (!format.isLeaf(low, format.levels) && this.#image.nextHole(target, target + 1) === target) {
        return 0;
      }
      present++;
    }
    return present;
  }

  ranked(): TableCandidate[] {
    const halves = new Map<string, number>();
    this.#found.forEach(({ upperHalf }) => halves.set(upperHalf, (halves.get(upperHalf) ?? 0) + 1));
    return this.#found
      .map(({ table, entries, upperHalf }) => ({
        mode: this.#paging.mode,
        table,
        entries,
        ...soundness(this.#image, BigInt(table), this.#paging),
        sameUpperHalf: (halves.get(upperHalf) ?? 1) - 1,
      }))
      .filter((candidate) => candidate.soundness > 0.5 && candidate.mappedBytes > 0);
  }
}

/** FNV-1a over the text, twice, which is enough to tell tables apart. */
function hash(text: string): string {
  let [one, other] = [0x811c9dc5, 0x01000193];
  for (let i = 0; i < text.length; i++) {
    one = Math.imul(one ^ text.charCodeAt(i), 0x01000193);
    other = Math.imul(other ^ text.charCodeAt(i), 0x85ebca6b);
  }
  return `${one} ${other}`;
}

function byRank(a: TableCandidate, b: TableCandidate): number {
  return (
    b.soundness - a.soundness ||
    b.sameUpperHalf - a.sameUpperHalf ||
    Number(b.hasSelfMap) - Number(a.hasSelfMap) ||
    b.entries - a.entries ||
    a.table - b.table
  );
}
