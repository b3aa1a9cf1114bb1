import type { PhysicalMemory } from '@cg/memory-image';
import { EntryFormat, LEAF, NOT_PRESENT, RESERVED, TABLE } from './entry-format.js';
import type { ImageFinding } from './findings.js';
import { readTable } from './read-table.js';
import { walkImage } from './walk-image.js';
import type { Paging, PagingMode } from './paging.js';

const PAGE_BYTES = 4096;
/** Most tables that a trial walk reads. */
const TRIAL_TABLES = 64;
const TRIAL_FINDINGS = 512;
/** Findings after which a trial that is unsound so far is ended. */
const UNSOUND_FINDINGS = 64;
/** Most candidates of a mode that are kept, the best ones. */
const MOST_CANDIDATES = 2 ** 14;
/** Least soundness of a candidate, exclusive. */
const LEAST_SOUNDNESS = 0.5;
/** Unsound entries added to each trial, so that a hundred sound entries count more than one. */
const DOUBT = 8;
/** Steps of the evidence; within one, other criteria decide. */
const EVIDENCE_STEPS = 20;
/** Unsound entries after which a page is skipped before its end. */
const HOPELESS = 8;
/** 32-bit entries, no two adjacent, that make a page one of 64-bit entries. */
const ALTERNATING = 3;
/** Bytes of an image per read. */
const BLOCK_BYTES = 2 ** 16;

/** A page that may be a top table, and the evidence for it. */
export interface TableCandidate {
  readonly mode: PagingMode;
  /** Its physical address. */
  readonly table: number;
  /** Present entries. */
  readonly entries: number;
  /** The sound share of what a trial walk listed: 0 to 1. */
  readonly soundness: number;
  /** Entries that the trial walk listed. */
  readonly seen: number;
  /** Bytes that the trial walk found mapped. */
  readonly mappedBytes: number;
  /** An entry points at the table itself, as in Windows. */
  readonly hasSelfMap: boolean;
  /** Other candidates with the same nonempty upper half: processes share the kernel's tables. */
  readonly sameUpperHalf: number;
}

/** Options of a search. */
export interface FindOptions {
  readonly physicalBits?: number;
  readonly encryptionBit?: number;
  /** Called with the physical address reached, every 64 MiB. */
  readonly progress?: (physical: number) => void;
}

/**
 * Searches an image for top tables of the given modes: pages of which at most a third of the entries are unsound, and
 * below which a short walk finds more sound entries than others. A page of 64-bit entries is no table of 32-bit ones.
 * The best come first, wherever in the image they are.
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
  const block = new Uint32Array(BLOCK_BYTES / 4);
  const bytes = new Uint8Array(block.buffer);
  let reported = -1;
  for (let at = pageFrom(image.nextHeld(0)); at < image.end; at = pageFrom(image.nextHeld(at))) {
    if (progress !== undefined && Math.floor(at / 2 ** 26) > reported) {
      reported = Math.floor(at / 2 ** 26);
      progress(at);
    }
    const held = image.nextHole(at, at + BLOCK_BYTES) - at;
    const length = held - (held % PAGE_BYTES);
    if (length > 0) {
      readPages(image, at, bytes.subarray(0, length));
      for (let offset = 0; offset < length; offset += PAGE_BYTES) {
        const page = block.subarray(offset / 4, (offset + PAGE_BYTES) / 4);
        if (!isEmpty(page)) {
          searches.forEach((search) => search.look(at + offset, page));
        }
      }
    }
    at += Math.max(length, PAGE_BYTES);
  }
  const pages64 = new Set(searches.flatMap((search) => search.pagesOf64()));
  return searches.flatMap((search) => search.ranked(pages64)).toSorted(byRank);
}

/** Reads pages that the image holds; those with damaged bytes read as zeros. */
function readPages(image: PhysicalMemory, physical: number, into: Uint8Array): void {
  if (readTable(image, physical, into) === undefined) {
    return;
  }
  for (let offset = 0; offset < into.length; offset += PAGE_BYTES) {
    const page = into.subarray(offset, offset + PAGE_BYTES);
    if (readTable(image, physical + offset, page) !== undefined) {
      page.fill(0);
    }
  }
}

function pageFrom(physical: number): number {
  return Math.ceil(physical / PAGE_BYTES) * PAGE_BYTES;
}

function isEmpty(words: Uint32Array): boolean {
  for (let i = 0; i < words.length; i++) {
    if (words[i] !== 0) {
      return false;
    }
  }
  return true;
}

/** A walk's verdict on a table: the sound share of its findings, weighted by their entries. */
export function soundness(image: PhysicalMemory, cr3: bigint, paging: Paging): Trial {
  const trial = { sound: 0, damaged: 0, mappedBytes: 0, hasSelfMap: false };
  let findings = 0;
  for (const finding of walkImage(image, cr3, paging, { maxTables: TRIAL_TABLES })) {
    note(trial, finding);
    findings++;
    if (findings === TRIAL_FINDINGS || (findings >= UNSOUND_FINDINGS && trial.damaged > 4 * trial.sound)) {
      break;
    }
  }
  const all = trial.sound + trial.damaged;
  const { mappedBytes, hasSelfMap } = trial;
  return { soundness: all === 0 ? 0 : trial.sound / all, seen: Math.ceil(all), mappedBytes, hasSelfMap };
}

export interface Trial {
  readonly soundness: number;
  /** Entries that the walk listed. */
  readonly seen: number;
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

/** A candidate before all are known. */
type Found = Omit<TableCandidate, 'sameUpperHalf'> & {
  /** Identifies upper halves; 0 is an empty one. */
  readonly upperHalf: number;
  /** No second word has its lowest bit set: so it is with 64-bit entries for addresses below 4 GiB. */
  readonly alternates: boolean;
};

/** A verdict on a table from its entries alone. */
type Verdict = 'empty' | 'sound' | 'unsound';

class Search {
  readonly #image: PhysicalMemory;
  readonly #paging: Paging;
  readonly #format: EntryFormat;
  /** At most twice MOST_CANDIDATES; then the better half is kept. */
  #found: Found[] = [];
  /** A table of the level below the top. */
  readonly #below = new Uint32Array(PAGE_BYTES / 4);
  readonly #belowBytes = new Uint8Array(this.#below.buffer);
  #lastBelow = -1;
  #lastVerdict: Verdict = 'empty';

  constructor(image: PhysicalMemory, paging: Paging) {
    this.#image = image;
    this.#paging = paging;
    this.#format = new EntryFormat(paging);
  }

  /** Searches a page for top tables: one, or in PAE one each 32 bytes. */
  look(physical: number, page: Uint32Array): void {
    const { levels, entries, entryBytes } = this.#format;
    const step = (entries[levels] * entryBytes) / 4;
    for (let first = 0; first < page.length; first += step) {
      const words = page.subarray(first, first + step);
      const present = this.#presentEntries(words);
      if (present > 0 && !(this.#format.entryBytes === 4 && present >= ALTERNATING && alternates(words))) {
        this.#try(physical + first * 4, present, words);
      }
    }
  }

  /** The pages of candidates whose entries have 64 bits. */
  pagesOf64(): readonly number[] {
    return this.#format.entryBytes === 4 ? [] : this.#found.map(({ table }) => table - (table % PAGE_BYTES));
  }

  /** The remaining candidates, where `pages64` are pages of 64-bit entries. */
  ranked(pages64: ReadonlySet<number>): TableCandidate[] {
    this.#found = this.#found.filter(
      (found) => this.#format.entryBytes === 8 || !found.alternates || !pages64.has(found.table),
    );
    this.#keepBest();
    const halves = new Map<number, number>();
    this.#found.forEach(({ upperHalf }) => halves.set(upperHalf, (halves.get(upperHalf) ?? 0) + 1));
    return this.#found.map(
      ({ upperHalf, mode, table, entries, soundness: share, seen, mappedBytes, hasSelfMap }) => ({
        mode,
        table,
        entries,
        soundness: share,
        seen,
        mappedBytes,
        hasSelfMap,
        sameUpperHalf: upperHalf === 0 ? 0 : (halves.get(upperHalf) ?? 1) - 1,
      }),
    );
  }

  /** Number of present sound entries; 0 if they are fewer than twice the other nonempty ones. */
  #presentEntries(words: Uint32Array): number {
    const format = this.#format;
    const { levels } = format;
    const count = format.entries[levels];
    let [sound, unsound] = [0, 0];
    for (let i = 0; i < count && unsound <= sound + HOPELESS; i++) {
      const low = format.low(words, i);
      const high = format.high(words, i);
      if ((low | high) === 0) {
        continue;
      }
      if (this.#makesSense(low, high)) {
        sound++;
      } else {
        unsound++;
      }
    }
    return sound >= 2 * unsound ? sound : 0;
  }

  /** Whether a nonempty entry is possible in a top table. */
  #makesSense(low: number, high: number): boolean {
    const format = this.#format;
    const kind = format.kindOf(low, high, format.levels);
    if (kind !== TABLE) {
      return kind === LEAF;
    }
    const target = format.target(low, high, format.levels);
    return this.#image.nextHole(target, target + 1) > target;
  }

  /**
   * Whether the first nonempty table that entries point at has more sound entries than others: a check of one page,
   * since most pages that look like a top table are none.
   */
  #pointsAtTable(words: Uint32Array): boolean {
    const format = this.#format;
    for (let i = 0; i < format.entries[format.levels]; i++) {
      const [low, high] = [format.low(words, i), format.high(words, i)];
      const kind = format.kindOf(low, high, format.levels);
      if (kind === LEAF) {
        return true;
      }
      const isTable = kind === TABLE && this.#makesSense(low, high);
      const verdict = isTable ? this.#lookBelow(format.target(low, high, format.levels)) : 'empty';
      if (verdict !== 'empty') {
        return verdict === 'sound';
      }
    }
    return false;
  }

  #lookBelow(table: number): Verdict {
    if (table !== this.#lastBelow) {
      this.#lastBelow = table;
      this.#lastVerdict =
        readTable(this.#image, table, this.#belowBytes) === undefined ? this.#verdict() : 'unsound';
    }
    return this.#lastVerdict;
  }

  #verdict(): Verdict {
    const format = this.#format;
    const level = format.levels - 1;
    let [sound, unsound] = [0, 0];
    for (let i = 0; i < format.entries[level]; i++) {
      const [low, high] = [format.low(this.#below, i), format.high(this.#below, i)];
      const kind = format.kindOf(low, high, level);
      if (kind === RESERVED || (kind === NOT_PRESENT && (low | high) !== 0 && level > 1)) {
        unsound++;
      } else if (kind !== NOT_PRESENT) {
        sound++;
      }
    }
    return sound + unsound === 0 ? 'empty' : sound > unsound ? 'sound' : 'unsound';
  }

  #try(table: number, entries: number, words: Uint32Array): void {
    if (!this.#pointsAtTable(words)) {
      return;
    }
    const trial = soundness(this.#image, BigInt(table), this.#paging);
    if (trial.soundness <= LEAST_SOUNDNESS || trial.mappedBytes === 0) {
      return;
    }
    const upperHalf = hash(words.subarray(words.length / 2));
    const { mode } = this.#paging;
    this.#found.push({ mode, table, entries, ...trial, upperHalf, alternates: alternates(words) });
    if (this.#found.length === 2 * MOST_CANDIDATES) {
      this.#keepBest();
    }
  }

  /** The order is total and independent of other candidates, so the result does not depend on the order of finding. */
  #keepBest(): void {
    this.#found = this.#found.toSorted(byMerit).slice(0, MOST_CANDIDATES);
  }
}

/** FNV-1a over the words, twice, to 53 bits; 0 if all of them are 0. */
function hash(words: Uint32Array): number {
  let [one, other, any] = [0x811c9dc5, 0x01000193, 0];
  for (const word of words) {
    one = Math.imul(one ^ word, 0x01000193);
    other = Math.imul(other ^ word, 0x85ebca6b);
    any |= word;
  }
  return any === 0 ? 0 : (one >>> 0) * 2 ** 21 + (other >>> 11);
}

/** Whether no second word could be a present entry. */
function alternates(words: Uint32Array): boolean {
  return words.every((word, i) => i % 2 === 0 || word % 2 === 0);
}

/** The evidence for a candidate by itself, in steps: the share of sound entries, less where few were seen. */
function evidence({ soundness: share, seen }: Pick<Found, 'soundness' | 'seen'>): number {
  return Math.round((EVIDENCE_STEPS * share * seen) / (seen + DOUBT));
}

type Merit = Pick<Found, 'soundness' | 'seen' | 'hasSelfMap' | 'entries' | 'table'>;

function byMerit(a: Merit, b: Merit): number {
  return (
    evidence(b) - evidence(a) ||
    Number(b.hasSelfMap) - Number(a.hasSelfMap) ||
    b.entries - a.entries ||
    b.soundness - a.soundness ||
    a.table - b.table
  );
}

function byRank(a: TableCandidate, b: TableCandidate): number {
  return evidence(b) - evidence(a) || b.sameUpperHalf - a.sameUpperHalf || byMerit(a, b);
}
