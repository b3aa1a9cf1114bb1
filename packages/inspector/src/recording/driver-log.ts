import type { Machine } from '@cg/machine';
import type { CpuEvent } from '@cg/pagetable';
import { PAGE_SIZE } from '@cg/pagetable';
import type { DriverEvent } from '@cg/vmwgfx';
import { EVENT, NONE, NO_SURFACE, type EventKind } from './event-kind.js';
import type { LoggedSurface, LogWriter } from './log-writer.js';

/** A surface in a buffer object, from a byte of it on. */
export interface LoggedPlace {
  readonly surface: LoggedSurface;
  readonly offset: number;
}

interface Settings {
  readonly lane: number;
  surfaceOf(sid: number): LoggedSurface | undefined;
  inObject(object: number): readonly LoggedPlace[];
  forgetIds(): void;
}

type Pages = readonly [start: number, end: number];

/** Records what CPUs and driver do: accesses, faults, passes over the page tables, boxes, commands. */
export class DriverLog {
  readonly #machine: Machine;
  readonly #writer: LogWriter;
  readonly #settings: Settings;
  readonly #cpuLanes: ReadonlyMap<string, number>;
  /** Faults that have not ended, one in the middle of the other. */
  readonly #faults: number[] = [];

  constructor(machine: Machine, writer: LogWriter, settings: Settings) {
    this.#machine = machine;
    this.#writer = writer;
    this.#settings = settings;
    this.#cpuLanes = new Map(machine.cpus.map(({ name }, lane) => [name, lane]));
  }

  hear(event: CpuEvent | DriverEvent): void {
    const writer = this.#writer;
    const { lane } = this.#settings;
    switch (event.kind) {
      case 'fault-starts':
        this.#faultStarts(event);
        break;
      case 'fault-done':
      case 'fault-failed':
        this.#faultEnds(event.kind === 'fault-failed');
        break;
      case 'scanned':
        this.#passed(event.isPass, event.object, event.range, (surface, first, pages) =>
          this.#scanned(event, surface, first, pages),
        );
        break;
      case 'protected':
        this.#passed(event.isPass, event.object, event.range, ({ index }, _, [start, end]) =>
          writer.push(EVENT.PROTECT, lane, index, start, end, event.isPass ? 1 : 0),
        );
        break;
      case 'write-recorded':
        this.#pages(EVENT.RECORDED, event.object, [event.page, event.page + 1]);
        break;
      case 'range-dirtied':
        this.#pages(EVENT.RANGE, event.object, event.range);
        break;
      case 'range-cleared':
        this.#pages(EVENT.CLEARED, event.object, event.range);
        break;
      case 'method-switched':
        this.#switched(event.object, event.method);
        break;
      case 'update-emitted':
        this.#boxed(event);
        break;
      case 'command-emitted':
        writer.push(EVENT.EMITTED, lane, NO_SURFACE, writer.text(event.command));
        break;
      case 'command-refused':
        writer.push(EVENT.REFUSED, lane, NO_SURFACE, writer.text(event.error.message));
        break;
      case 'fence-emitted':
        writer.push(EVENT.FENCE_EMITTED, lane, NO_SURFACE, event.seqno >>> 0);
        break;
      case 'read-back':
        this.#readBack(event.object, event.start, event.end);
        break;
      case 'surface-evicted':
        writer.push(EVENT.EVICTED, lane, this.#settings.surfaceOf(event.sid)?.index ?? NO_SURFACE);
        this.#settings.forgetIds();
        break;
      case 'buffer-evicted':
        for (const { surface } of this.#settings.inObject(event.object)) {
          writer.push(EVENT.EVICTED, lane, surface.index);
        }
    }
  }

  /** A CPU has stored or loaded bytes of a buffer object. */
  access(kind: 'load' | 'store', lane: number, object: number, start: number, end: number): void {
    const event = kind === 'load' ? EVENT.LOAD : EVENT.STORE;
    let isCounted = kind === 'load';
    for (const { surface, offset } of this.#settings.inObject(object)) {
      const from = Math.max(start - offset, 0);
      const to = Math.min(end - offset, surface.layout.bytes);
      if (from < to) {
        this.#writer.push(event, lane, surface.index, from, to);
        if (!isCounted) {
          isCounted = true;
          this.#writer.count('stores', 1, surface.counts);
          this.#writer.count('bytesStored', end - start, surface.counts);
        }
      }
    }
  }

  #faultStarts({ cpu, address, access }: Exclude<CpuEvent, { readonly kind: 'fault-failed' }>): void {
    const writer = this.#writer;
    const lane = this.#cpuLanes.get(cpu) ?? 0;
    const isStore = access === 'store';
    const { surface, page } = this.#at(lane, address);
    this.#faults.push(writer.push(EVENT.FAULT, lane, surface?.index, page, isStore ? 1 : 0));
    writer.count(isStore ? 'storeFaults' : 'loadFaults', 1, surface?.counts);
  }

  #faultEnds(failed: boolean): void {
    const fault = this.#faults.pop();
    if (fault !== undefined && fault !== NONE) {
      this.#writer.end(fault);
      this.#writer.log.setC(fault, failed ? 1 : 0);
    }
  }

  /** The surface at a virtual address of a CPU's process, and the page of it. */
  #at(lane: number, address: number): { surface?: LoggedSurface; page: number } {
    const vma = this.#machine.cpus[lane].addressSpace?.findVma(address);
    if (vma === undefined) {
      return { page: 0 };
    }
    const mapped = vma.firstPage + Math.floor((address - vma.start) / PAGE_SIZE);
    const object = this.#machine.driver.state.fakeOffsets.find(mapped);
    if (object === undefined) {
      return { page: 0 };
    }
    const byte = (mapped - object.firstPage) * PAGE_SIZE;
    for (const { surface, offset } of this.#settings.inObject(object.firstPage)) {
      if (byte >= offset && byte < offset + surface.layout.bytes) {
        return { surface, page: Math.floor((byte - offset) / PAGE_SIZE) };
      }
    }
    return { page: mapped - object.firstPage };
  }

  /** A pass concerns each surface in its range; it is counted for the first. */
  #passed(
    isPass: boolean,
    object: number,
    range: Pages,
    note: (surface: LoggedSurface, firstPage: number, pages: Pages) => void,
  ): void {
    let counted = !isPass;
    for (const { surface, firstPage, pages } of this.#overlapping(object, range)) {
      note(surface, firstPage, pages);
      if (!counted) {
        counted = true;
        this.#writer.count('scans', 1, surface.counts);
      }
    }
  }

  #scanned(
    { entries, found, isPass }: Extract<DriverEvent, { kind: 'scanned' }>,
    { index }: LoggedSurface,
    firstPage: number,
    [start, end]: Pages,
  ): void {
    const writer = this.#writer;
    const own = found
      .map(([from, to]) => [Math.max(from - firstPage, start), Math.min(to - firstPage, end)] as const)
      .filter(([from, to]) => from < to);
    writer.push(EVENT.SCAN, this.#settings.lane, index, entries, writer.ranges(own), isPass ? 1 : 0);
  }

  #pages(kind: EventKind, object: number, range: Pages): void {
    let counted = kind !== EVENT.RANGE;
    for (const { surface, pages } of this.#overlapping(object, range)) {
      this.#writer.push(kind, this.#settings.lane, surface.index, pages[0], pages[1]);
      if (!counted) {
        counted = true;
        this.#writer.count('pagesDirtied', range[1] - range[0], surface.counts);
      }
    }
  }

  #switched(object: number, method: 'scan' | 'trap'): void {
    let counted = false;
    for (const { surface } of this.#settings.inObject(object)) {
      this.#writer.push(EVENT.SWITCH, this.#settings.lane, surface.index, method === 'trap' ? 1 : 0);
      if (!counted) {
        counted = true;
        this.#writer.count('methodSwitches', 1, surface.counts);
      }
    }
  }

  #boxed({ sid, bytes, box }: Extract<DriverEvent, { kind: 'update-emitted' }>): void {
    const writer = this.#writer;
    const surface = this.#settings.surfaceOf(sid);
    writer.push(EVENT.BOX, this.#settings.lane, surface?.index, writer.boxOrAll(box), bytes);
    if (box !== undefined) {
      writer.count('boxes', 1, surface?.counts);
    }
  }

  #readBack(object: number, start: number, end: number): void {
    for (const { surface, offset } of this.#settings.inObject(object)) {
      const from = Math.max(start - offset, 0);
      const to = Math.min(end - offset, surface.layout.bytes);
      if (from < to) {
        this.#writer.push(EVENT.READ_BACK, this.#settings.lane, surface.index, from, to);
        this.#writer.count('readBacks', 1, surface.counts);
      }
    }
  }

  /** The surfaces in a page range of a buffer object, with the pages of them. */
  *#overlapping(object: number, [start, end]: Pages) {
    for (const { surface, offset } of this.#settings.inObject(object)) {
      const firstPage = Math.floor(offset / PAGE_SIZE);
      const from = Math.max(start - firstPage, 0);
      const to = Math.min(end - firstPage, Math.ceil(surface.layout.bytes / PAGE_SIZE));
      if (from < to) {
        yield { surface, firstPage, pages: [from, to] as const };
      }
    }
  }
}
