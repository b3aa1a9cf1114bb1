import { TrackedMapping } from '@cg/mapping-dirty';
import type { DirtyPages, TrackedMemory } from '@cg/tracked-memory';
import type { BackingPages } from '@cg/vmwgfx';
import type { MachineOptions } from '@cg/machine';
import type { Timeline } from './timeline.js';

/** The same machine, with a note of what each pass over a buffer object finds. */
export function noteTracking(
  options: MachineOptions,
  timeline: Timeline,
  step: () => number,
): MachineOptions {
  const make: NonNullable<NonNullable<MachineOptions['driver']>['trackMemory']> =
    options.driver?.trackMemory ??
    ((pages, { mapping }) => new TrackedMapping(mapping, pages.firstPage, pages.pageCount));
  return {
    ...options,
    driver: {
      ...options.driver,
      trackMemory: (pages, context) => new NotedMemory(make(pages, context), pages, timeline, step),
    },
  };
}

/** Memory whose writes are found as ever, and who looks is noted. */
class NotedMemory implements TrackedMemory {
  constructor(
    readonly inner: TrackedMemory,
    readonly pages: BackingPages,
    readonly timeline: Timeline,
    readonly step: () => number,
  ) {}

  get pageCount(): number {
    return this.inner.pageCount;
  }

  get traps(): boolean {
    return this.inner.traps;
  }

  get entriesScanned(): number {
    return this.inner.entriesScanned;
  }

  writeProtect(firstPage: number, pageCount: number): number {
    const changed = this.inner.writeProtect(firstPage, pageCount);
    this.#note(
      'protect',
      `write-protect ${span(firstPage, pageCount)}: ${changed} entries`,
      firstPage,
      pageCount,
    );
    return changed;
  }

  cleanAndRecord(firstPage: number, pageCount: number, into: DirtyPages): number {
    const before = pagesOf(into);
    const cleaned = this.inner.cleanAndRecord(firstPage, pageCount, into);
    const found = [...pagesOf(into)].filter((page) => !before.has(page));
    const what = found.length === 0 ? 'nothing new' : `page ${found.slice(0, 8).join(', ')}`;
    this.#note('scan', `clean ${span(firstPage, pageCount)}: ${what}`, firstPage, pageCount, found);
    return cleaned;
  }

  beforeDeviceWrite(firstPage: number, pageCount: number, into: DirtyPages): void {
    this.inner.beforeDeviceWrite(firstPage, pageCount, into);
  }

  afterDeviceWrite(firstPage: number, pageCount: number): void {
    this.inner.afterDeviceWrite(firstPage, pageCount);
  }

  #note(
    kind: 'protect' | 'scan',
    text: string,
    firstPage: number,
    pageCount: number,
    found?: number[],
  ): void {
    this.timeline.note({
      step: this.step(),
      lane: 'driver',
      kind,
      text,
      object: this.pages.firstPage,
      start: firstPage * 4096,
      end: (firstPage + pageCount) * 4096,
      ...(found === undefined ? {} : { pages: found }),
    });
  }
}

function pagesOf({ bitmap }: DirtyPages): Set<number> {
  const pages = new Set<number>();
  for (let page = bitmap.findNextSet(0); page < bitmap.length; page = bitmap.findNextSet(page + 1)) {
    pages.add(page);
  }
  return pages;
}

function span(firstPage: number, pageCount: number): string {
  return pageCount === 1 ? `page ${firstPage}` : `pages ${firstPage} to ${firstPage + pageCount - 1}`;
}
