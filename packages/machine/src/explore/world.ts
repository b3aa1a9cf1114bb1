import { AddressSpace, PAGE_SIZE, VM_SHARED, type Mapping, type Vma } from '@cg/pagetable';
import { formatByName, SurfaceLayout } from '@cg/surface-layout';
import { BufferObject, Surface, type BackingPages, type DrmFile } from '@cg/vmwgfx';
import { CheckedSurface } from '../check/checked-surface.js';
import { Content } from '../check/content.js';
import { MachineError } from '../errors.js';
import type { Machine } from '../machine.js';
import type { Timeline } from './timeline.js';
import type { SurfaceStatement } from '../program/statement.js';

/** What a process has mapped under the name of a surface or buffer. */
export interface MappedRange {
  readonly name: string;
  start: number;
  readonly bytes: number;
  readonly content: Content;
  /** Where it begins in the content. */
  readonly offset: number;
  readonly isPrivate: boolean;
}

export interface LiveProcess {
  readonly name: string;
  readonly addressSpace: AddressSpace;
  readonly maps: MappedRange[];
}

interface LiveBuffer {
  readonly name: string;
  readonly handle: number;
  readonly content: Content;
}

export interface LiveSurface {
  readonly handle: number;
  readonly statement: SurfaceStatement;
  readonly checked: CheckedSurface;
  /** Where it will lie once the device has bound it there. */
  next?: { readonly content: Content; readonly offset: number } | undefined;
  /** What `check` copies it to. */
  target?: LiveSurface;
}

/** Everything that a program has made and not destroyed, by name. */
export class World {
  readonly processes = new Map<string, LiveProcess>();
  readonly buffers = new Map<string, LiveBuffer>();
  readonly surfaces = new Map<string, LiveSurface>();
  readonly file: DrmFile;
  readonly #contents = new Map<BackingPages, Content>();
  readonly #checkTargets: LiveSurface[] = [];
  #numbers = 0;

  constructor(
    readonly machine: Machine,
    readonly timeline?: Timeline,
  ) {
    this.file = machine.driver.open();
  }

  /** The surfaces of programs and of `check`. */
  *checkedSurfaces(): Generator<CheckedSurface> {
    for (const { checked } of this.surfaces.values()) {
      yield checked;
    }
    for (const { checked } of this.#checkTargets) {
      yield checked;
    }
  }

  /** The surface that the device knows by an id. */
  surfaceOf(sid: number): CheckedSurface | undefined {
    for (const { handle, checked } of this.surfaces.values()) {
      if (this.file.deviceId(handle) === sid) {
        checked.sid = sid;
        return checked;
      }
    }
    for (const { handle, checked } of this.#checkTargets) {
      if (this.file.deviceId(handle) === sid) {
        checked.sid = sid;
        return checked;
      }
    }
    return undefined;
  }

  /** The device has bound a surface: where it is being moved, it is there now. */
  settleBinding(name: string): void {
    const surface = this.surfaces.get(name);
    if (surface?.next !== undefined) {
      const { checked, next } = surface;
      checked.content = next.content;
      checked.offset = next.offset;
      checked.isNewestOnDevice = false;
    }
  }

  /** The first process that CPUs run is the first one made. */
  spawn(name: string): void {
    const { memory, cpus } = this.machine;
    const addressSpace = new AddressSpace(memory);
    if (this.processes.size === 0) {
      cpus.forEach((cpu) => cpu.run(addressSpace));
    }
    this.processes.set(name, { name, addressSpace, maps: [] });
  }

  makeBuffer(name: string, pages: number): void {
    const { handle, mapOffset } = this.file.createBuffer(pages * PAGE_SIZE);
    this.buffers.set(name, { name, handle, content: this.#contentAt(mapOffset, name) });
  }

  /** @throws MachineError EINVAL for a surface that cannot be; what creating it throws */
  makeSurface(statement: SurfaceStatement): void {
    this.surfaces.set(statement.name, this.#createSurface(statement));
  }

  /** A surface of the same shape that only the device has, to copy to. */
  checkTarget(surface: LiveSurface): LiveSurface {
    if (surface.target === undefined) {
      const { backing: _, ...shape } = surface.statement;
      surface.target = this.#createSurface({ ...shape, name: `check of ${shape.name}`, plain: true });
      this.#checkTargets.push(surface.target);
    }
    return surface.target;
  }

  #createSurface(statement: SurfaceStatement): LiveSurface {
    const { name, plain, backing, width, height, depth, layers, samples, cube } = statement;
    const format = formatByName(statement.format)?.id ?? 0;
    const description = { format, width, height, depth, mipLevels: statement.mips, samples };
    const layout = new SurfaceLayout({ ...description, layers: cube ? 6 : layers });
    const buffer = backing && this.#buffer(backing.buffer);
    const { handle } = this.file.createSurface({
      ...description,
      coherent: !plain,
      ...(cube ? { cube } : { layers }),
      ...(buffer === undefined ? {} : { backing: { buffer: buffer.handle, offset: backing?.offset ?? 0 } }),
    });
    const content =
      buffer?.content ?? (plain ? new Content(name, layout.bytes) : this.#backingContent(handle, name));
    const number = (this.#numbers++ % 254) + 1;
    const checked = new CheckedSurface(name, number, layout, content, backing?.offset ?? 0);
    return { handle, statement, checked };
  }

  #buffer(name: string): LiveBuffer {
    const buffer = this.buffers.get(name);
    if (buffer === undefined) {
      throw new MachineError('EINVAL', `there is no buffer "${name}" any more`);
    }
    return buffer;
  }

  #backingObject(handle: number): BackingPages | undefined {
    const backing = this.file.backingOf(handle);
    this.file.closeHandle(backing.handle);
    return this.#objectAt(backing.mapOffset);
  }

  /** Where the driver has a surface now. */
  placeOf({ handle, checked }: LiveSurface): { content: Content; offset: number } {
    const object = this.#backingObject(handle);
    const id = this.file.deviceId(handle);
    const content = (object && this.#contents.get(object)) ?? checked.content;
    if (object instanceof BufferObject) {
      for (const { value } of object.resources.overlapping(0, object.bytes)) {
        if (value instanceof Surface && value.id === id) {
          return { content, offset: value.backingOffset };
        }
      }
    }
    return { content, offset: checked.offset };
  }

  /** The buffer object whose content it is. */
  objectOf(content: Content): BufferObject | undefined {
    for (const [object, known] of this.#contents) {
      if (known === content && object instanceof BufferObject) {
        return object;
      }
    }
    return undefined;
  }

  /** Whether the driver knows that a page was written, as a trapped write tells it. */
  isRecorded(content: Content, page: number): boolean {
    const tracker = this.objectOf(content)?.tracker;
    return tracker?.method === 'trap' && tracker.dirty.bitmap.has(page);
  }

  /** Forgets what buffer objects held that are gone. */
  forgetDestroyed(): void {
    for (const [object, content] of this.#contents) {
      if (object instanceof BufferObject && object.isDestroyed) {
        content.isFreed = true;
        this.#contents.delete(object);
      }
    }
  }

  forgetCheckTarget(surface: LiveSurface): void {
    const at = surface.target === undefined ? -1 : this.#checkTargets.indexOf(surface.target);
    if (at >= 0) {
      this.#checkTargets.splice(at, 1);
    }
  }

  /** Maps a surface or buffer in a process. */
  map(process: LiveProcess, name: string, isPrivate = false): boolean {
    const mapped = this.#mapped(process, name);
    if (mapped === undefined) {
      return false;
    }
    const { content, offset } = mapped;
    const vma = isPrivate ? asPrivate(process.addressSpace, mapped.vma) : mapped.vma;
    process.maps.push({ name, start: vma.start, bytes: vma.end - vma.start, content, offset, isPrivate });
    return true;
  }

  #mapped(
    { addressSpace }: LiveProcess,
    name: string,
  ): { vma: Vma; content: Content; offset: number } | undefined {
    const buffer = this.buffers.get(name);
    if (buffer !== undefined) {
      return { vma: this.file.mapBuffer(buffer.handle, addressSpace), content: buffer.content, offset: 0 };
    }
    const surface = this.surfaces.get(name);
    if (surface === undefined || surface.statement.plain) {
      return undefined;
    }
    const { content, offset } = surface.checked;
    return { vma: this.file.mapSurface(surface.handle, addressSpace), content, offset };
  }

  #backingContent(handle: number, name: string): Content {
    const backing = this.file.backingOf(handle);
    this.file.closeHandle(backing.handle);
    return this.#contentAt(backing.mapOffset, name);
  }

  #objectAt(mapOffset: number): BackingPages | undefined {
    return this.machine.driver.context.fakeOffsets.find(mapOffset / PAGE_SIZE);
  }

  #contentAt(mapOffset: number, name: string): Content {
    const object = this.#objectAt(mapOffset);
    if (object === undefined) {
      throw new MachineError('EINVAL', `no buffer object at ${mapOffset}`);
    }
    let content = this.#contents.get(object);
    if (content === undefined) {
      content = new Content(name, object.pageCount * PAGE_SIZE, object.frames);
      this.#contents.set(object, content);
      this.timeline?.objects.set(object.firstPage, name);
    }
    return content;
  }
}

/** The same part of the device's mapping as MAP_PRIVATE shows it, in place of a shared one. */
function asPrivate(
  addressSpace: AddressSpace,
  { start, end, flags, firstPage, operations, mapping }: Vma,
): Vma {
  addressSpace.unmapRange(start, end - start);
  return addressSpace.map({
    address: start,
    length: end - start,
    flags: flags & ~VM_SHARED,
    mapping: mapping as Mapping,
    firstPage,
    operations,
  });
}
