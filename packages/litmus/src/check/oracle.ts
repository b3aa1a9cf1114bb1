import { PAGE_SIZE, type PhysicalMemory } from '@cg/pagetable';
import type { SurfaceBox } from '@cg/surface-layout';
import type { SvgaDevice } from '@cg/svga-device';
import type { CheckedSurface, UnseenWrites } from './checked-surface.js';
import { CPU, type Content } from './content.js';
import type { Finding } from './finding.js';
import { countDifferences, eachDifference, firstDifference } from './differences.js';
import { forEachRun } from '@cg/machine';
import { NeedlessUploads } from './needless-uploads.js';
import { SubmissionsUnderWay } from './submissions-under-way.js';

/** Further values of a byte that are kept before those that no reader can see are dropped. */
const MANY_VALUES = 6;

/** The counts of the oracle. */
export interface OracleCounts {
  /** Bytes read by the device or a CPU and compared. */
  compared: number;
  /** Those that were too old. */
  lost: number;
  /** Bytes on the device that were overwritten by older ones. */
  stale: number;
  /** Bytes that updates copied to the device. */
  uploaded: number;
  /** Those that the device had already. */
  excess: number;
}

/** What the oracle observes. */
export interface OracleView {
  readonly memory: PhysicalMemory;
  readonly device: SvgaDevice;
  /** All current surfaces. */
  readonly surfaces: Iterable<CheckedSurface>;
}

/** For what commands copy, mostly: programs run one after another, and room for each would cost more than its check. */
const copiedRoom = new Uint8Array(16 * 1024);

/**
 * Keeps the allowed values of every byte of every coherent resource, and so what a device command or a load may see
 * (rule 1). It does not depend on pages, entries and boxes; it follows the device's own events.
 */
export class CoherencyOracle {
  readonly counts: OracleCounts = { compared: 0, lost: 0, stale: 0, uploaded: 0, excess: 0 };
  /** The current step, from 1. */
  step = 0;
  readonly #view: OracleView;
  readonly #report: (finding: Finding) => void;
  readonly #needless = new NeedlessUploads();
  /** The bytes that the current command reads, in order. */
  #copied = copiedRoom;
  #copiedBytes = 0;
  /** How many of them it has written. */
  #written = 0;

  /** @param submissions none so far */
  constructor(
    view: OracleView,
    report: (finding: Finding) => void,
    readonly submissions = new SubmissionsUnderWay(),
  ) {
    this.#view = view;
    this.#report = report;
  }

  /** A step has failed: the driver may upload again what it has uploaded. */
  failed(): void {
    this.#needless.failed(this.submissions.tick());
  }

  /** A surface has been read back. */
  readBack({ content, offset, end }: CheckedSurface): void {
    this.#needless.changed(content, offset, end, this.submissions.tick());
  }

  /** A CPU has stored bytes. */
  stored(content: Content, offset: number, values: Uint8Array): void {
    this.#needless.changed(content, offset, offset + values.length, this.submissions.tick());
    content.store(offset, values, this.step, this.submissions.note(content));
  }

  /** A CPU has loaded bytes, which must be the newest (rules 1.2, 1.3). */
  loaded(content: Content, offset: number, seen: Uint8Array, by: string): void {
    this.#compare({ content, by, surface: CPU, since: 0 }, offset, seen, 0, seen.length);
    content.settle(offset, seen, this.submissions.note(content));
  }

  /** A surface has moved: it sees the device writes of its new aliases only after a CPU has loaded them. */
  placed(surface: CheckedSurface): void {
    const { content } = surface;
    this.#needless.placed(surface);
    this.#startTracking(content);
    for (const other of this.#view.surfaces) {
      if (other !== surface && other.isNewestOnDevice && other.sharesBytesWith(surface)) {
        const [start, end] = [Math.max(surface.offset, other.offset), Math.min(surface.end, other.end)];
        this.#eachPageInMemory(content, start, end, (at, memory, from, bytes) =>
          content.mayBeOlder(at, memory, from, bytes, other.number),
        );
      }
    }
  }

  /** A coherent surface is in a content: from now on a load sees what the device has written to others there. */
  #startTracking(content: Content): void {
    for (const { content: at, unseen, offset, number, isNewestOnDevice } of this.#view.surfaces) {
      if (at !== content || unseen === undefined || !isNewestOnDevice) {
        continue;
      }
      const by = { owner: number, aliased: true, time: this.submissions.note(content) };
      for (let i = 0; i < unseen.values.length; i++) {
        if (unseen.isWritten[i] !== 0) {
          content.writeByDevice(offset + i, unseen.values.subarray(i, i + 1), this.#deviceStep, by);
        }
      }
      unseen.isWritten.fill(0);
    }
  }

  #isTracked(content: Content): boolean {
    for (const { content: at, unseen } of this.#view.surfaces) {
      if (at === content && unseen === undefined) {
        return true;
      }
    }
    return false;
  }

  /**
   * An update is about to copy a box from memory to the device (rule 1.4).
   * @param isPart only what was found dirty is to be uploaded
   */
  uploads(surface: CheckedSurface, subresource: number, box: SurfaceBox, isPart: boolean): void {
    const image = this.#view.device.surfaceImage(surface.sid);
    if (image === undefined || surface.unseen !== undefined) {
      return;
    }
    const since = this.submissions.since ?? this.submissions.tick();
    let hasCause = !isPart;
    let first = Infinity;
    forEachRun(surface.layout, subresource, box, (start, bytes) => {
      first = Math.min(first, start);
      hasCause = this.#needless.uploads(surface, start, start + bytes, since) || hasCause;
      this.#upload(surface, image, start, start + bytes);
    });
    if (!hasCause) {
      const { content, offset, name: message } = surface;
      const place = { name: content.name, offset: offset + first };
      const found = { kind: 'needless', step: this.#deviceStep, by: 'driver', ...place, message } as const;
      this.#report({ ...found, bytes: 0, seen: 0, expected: 0, writer: content.writerOf(offset + first) });
    }
  }

  /** A command of the device begins: what it reads is told next, and then what it has written. */
  commandStarts(): void {
    this.#copiedBytes = 0;
    this.#written = 0;
  }

  /** A command of the device is about to read a box: it must have the newest (rule 1.1). */
  reads(surface: CheckedSurface, subresource: number, box: SurfaceBox): void {
    const image = this.#view.device.surfaceImage(surface.sid);
    if (image !== undefined) {
      const since = this.submissions.running?.since ?? Infinity;
      const reader: Reader = { content: surface.content, by: 'device', surface: surface.number, since };
      forEachRun(surface.layout, subresource, box, (start, bytes) => {
        if (surface.unseen === undefined) {
          this.#compare(reader, surface.offset + start, image, start, bytes);
        }
        this.#copy(image, start, bytes);
      });
    }
  }

  /** The step whose commands the device runs, perhaps long after it. */
  get #deviceStep(): number {
    return this.submissions.running?.step ?? this.step;
  }

  #copy(image: Uint8Array, start: number, bytes: number): void {
    const end = this.#copiedBytes + bytes;
    if (end > this.#copied.length) {
      const longer = new Uint8Array(Math.max(end, 2 * this.#copied.length));
      longer.set(this.#copied);
      this.#copied = longer;
    }
    this.#copied.set(image.subarray(start, start + bytes), this.#copiedBytes);
    this.#copiedBytes = end;
  }

  /** A command of the device has written a box with the bytes that it has read. */
  written(surface: CheckedSurface, subresource: number, box: SurfaceBox): void {
    const image = this.#view.device.surfaceImage(surface.sid);
    if (image === undefined) {
      return;
    }
    const { content, offset, unseen } = surface;
    if (unseen !== undefined && !this.#isTracked(content)) {
      this.#writtenUnseen(surface, unseen, subresource, box);
      return;
    }
    const sharing: CheckedSurface[] = [];
    for (const other of this.#view.surfaces) {
      if (other !== surface && other.sharesBytesWith(surface)) {
        sharing.push(other);
      }
    }
    if (content.furtherValues > MANY_VALUES) {
      this.#forgetOlder(content);
    }
    const time = this.submissions.note(content);
    const by = { owner: surface.number, aliased: sharing.length > 0, time };
    const reader: Reader = { content, by: 'device', surface: surface.number, since: Infinity };
    forEachRun(surface.layout, subresource, box, (start, bytes) => {
      const values = this.#copied.subarray(this.#written, this.#written + bytes);
      this.#written += bytes;
      content.writeByDevice(offset + start, values, this.#deviceStep, by);
      this.#compare(reader, offset + start, image, start, bytes);
    });
    surface.isNewestOnDevice = true;
    for (const other of sharing.filter(({ isNewestOnDevice }) => isNewestOnDevice)) {
      this.#eitherComesBack(surface, other);
    }
  }

  #writtenUnseen(surface: CheckedSurface, unseen: UnseenWrites, subresource: number, box: SurfaceBox): void {
    forEachRun(surface.layout, subresource, box, (start, bytes) => {
      unseen.values.set(this.#copied.subarray(this.#written, this.#written + bytes), start);
      unseen.isWritten.fill(1, start, start + bytes);
      this.#written += bytes;
    });
    surface.isNewestOnDevice = true;
  }

  /** Each of two surfaces is read back whole: in the shared bytes one overwrites the other. */
  #eitherComesBack(a: CheckedSurface, b: CheckedSurface): void {
    const { content } = a;
    for (const { sid, offset } of [a, b]) {
      const image = this.#view.device.surfaceImage(sid);
      if (image === undefined) {
        continue;
      }
      const start = Math.max(a.offset, b.offset);
      content.mayComeBack(start, image, start - offset, Math.min(a.end, b.end) - start);
    }
  }

  /** Only a surface whose image has an older value, or that takes it from memory, can show it. */
  #forgetOlder(content: Content): void {
    const images = [...this.#view.surfaces]
      .filter((surface) => surface.content === content)
      .map(({ sid, offset, end }) => ({ offset, end, image: this.#view.device.surfaceImage(sid) }));
    content.forgetOlder(
      (place, value) =>
        this.#inMemory(content, place) === value ||
        images.some(
          ({ offset, end, image }) => place >= offset && place < end && image?.[place - offset] === value,
        ),
    );
  }

  /** Calls back for the parts of a range that are in one page, with the bytes in memory. */
  #eachPageInMemory(
    { frames, values }: Content,
    start: number,
    end: number,
    visit: (offset: number, memory: Uint8Array, start: number, bytes: number) => void,
  ): void {
    for (let at = start; at < end;) {
      const inPage = at % PAGE_SIZE;
      const stop = Math.min(end, at - inPage + PAGE_SIZE);
      if (frames === undefined) {
        visit(at, values, at, stop - at);
      } else {
        visit(at, this.#view.memory.u8, frames[(at - inPage) / PAGE_SIZE] * PAGE_SIZE + inPage, stop - at);
      }
      at = stop;
    }
  }

  #inMemory({ frames, values }: Content, place: number): number {
    if (frames === undefined) {
      return values[place];
    }
    const inPage = place % PAGE_SIZE;
    return this.#view.memory.u8[frames[(place - inPage) / PAGE_SIZE] * PAGE_SIZE + inPage];
  }

  #upload(surface: CheckedSurface, image: Uint8Array, start: number, end: number): void {
    const { content, offset } = surface;
    const { frames, values } = content;
    if (frames === undefined) {
      return;
    }
    this.#eachPageInMemory(content, offset + start, offset + end, (place, memory, from, bytes) => {
      const inImage = place - offset;
      this.counts.excess += bytes - countDifferences(memory, from, image, inImage, bytes);
      if (firstDifference(memory, from, values, place, bytes) < bytes) {
        eachDifference(memory, from, values, place, bytes, (i) => {
          if (memory[from + i] !== image[inImage + i]) {
            this.#staleUpload(surface, inImage + i, memory[from + i], image[inImage + i]);
          }
        });
      }
    });
    this.counts.uploaded += end - start;
  }

  /** The byte of memory is old, which matters if the device has the newest. */
  #staleUpload(
    { content, offset, name, number }: CheckedSurface,
    at: number,
    value: number,
    onDevice: number,
  ): void {
    const place = offset + at;
    if (!content.isNewest(place, onDevice) || content.allows(place, value, number, 0)) {
      return;
    }
    this.counts.stale++;
    const writer = content.writerOf(place);
    const found = { kind: 'stale', step: this.step, by: 'driver', name: content.name } as const;
    this.#report({
      ...found,
      offset: place,
      bytes: 1,
      seen: value,
      expected: onDevice,
      writer,
      message: name,
    });
  }

  #compare(reader: Reader, offset: number, seen: Uint8Array, start: number, bytes: number): void {
    this.counts.compared += bytes;
    if (firstDifference(reader.content.values, offset, seen, start, bytes) < bytes) {
      this.#different(reader, offset, seen, start, bytes);
    }
  }

  /** Bytes differ: they are lost unless another value is allowed. */
  #different(reader: Reader, offset: number, seen: Uint8Array, start: number, bytes: number): void {
    const { content, by, surface, since } = reader;
    const { values } = content;
    let lost = 0;
    let firstLost = 0;
    eachDifference(values, offset, seen, start, bytes, (i) => {
      if (!content.allows(offset + i, seen[start + i], surface, since)) {
        firstLost = lost === 0 ? i : firstLost;
        lost++;
      }
    });
    if (lost > 0) {
      const place = offset + firstLost;
      this.counts.lost += lost;
      const what = {
        kind: 'lost',
        step: surface === CPU ? this.step : this.#deviceStep,
        by,
        name: content.name,
        offset: place,
        bytes: lost,
      } as const;
      const [expected, writer] = [values[place], content.writerOf(place)];
      this.#report({ ...what, seen: seen[start + firstLost], expected, writer });
    }
  }
}

/** A reader of bytes of a content. */
interface Reader {
  readonly content: Content;
  readonly by: string;
  /** Number of the surface that the device reads, or CPU. */
  readonly surface: number;
  /** Values superseded since then may be seen. */
  readonly since: number;
}
