import { AddressSpace, LEAF_PAGES, PAGE_SIZE, VM_SHARED, type Mapping, type Vma } from '@cg/pagetable';
import { BufferObject, Surface, type BackingPages, type DrmFile } from '@cg/vmwgfx';
import { CheckedSurface, UnseenWrites } from '../check/checked-surface.js';
import { Content } from '../check/content.js';
import type { CoherencyOracle } from '../check/oracle.js';
import { LitmusError } from '../errors.js';
import type { Machine } from '@cg/machine';
import { SurfacePlaces, type PlaceReports } from './surface-places.js';
import type { Timeline } from './timeline.js';
import { haveSameShape, layoutOf } from '../program/check-operands.js';
import type { MapKind, SurfaceStatement } from '../program/statement.js';

/** Pages of a 2 MiB entry. */
const HUGE_PAGES = LEAF_PAGES[2];

/** The limit of bytes in buffers and surfaces at a time. Memory, images and the oracle take 3 or more for each. */
const MAX_CONTENT_BYTES = 128 * 2 ** 20;

/** Page tables of a process that has a few mappings in three places. */
const PROCESS_TABLE_BYTES = 12 * PAGE_SIZE;

/** A mapping of a surface or buffer in a process. */
export interface MappedRange {
  readonly name: string;
  start: number;
  readonly bytes: number;
  readonly content: Content;
  /** Its offset in the content. */
  readonly offset: number;
  readonly isPrivate: boolean;
  /** Pages, from the start of the mapping, that a store through a private mapping has copied. */
  readonly copied: Set<number>;
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
  /** The driver's surface, to evict it; undefined for a plain one. */
  readonly resource: Surface | undefined;
}

/** All objects of a program that exist, by name. */
export class World {
  readonly processes = new Map<string, LiveProcess>();
  readonly buffers = new Map<string, LiveBuffer>();
  readonly surfaces = new Map<string, LiveSurface>();
  readonly file: DrmFile;
  readonly #contents = new Map<BackingPages, Content>();
  /** All contents, also those that are gone. */
  readonly #made: Content[] = [];
  /** The oracle, which follows the location of surfaces. */
  oracle: CoherencyOracle | undefined;
  /**
   * The run itself, and no function that it makes: with one assigned here, all objects of each program survived the
   * young collections of Node 20, a fifth of a small program's time.
   */
  reports: PlaceReports | undefined;
  readonly places: SurfacePlaces;
  /** `check` copies all surfaces of one shape to one target, and not each to its own. */
  sharesTargets = false;
  readonly #checkTargets: LiveSurface[] = [];
  readonly #resources = new WeakSet<Surface>();
  #numbers = 0;
  #contentBytes = 0;
  #hugeMaps = 0;

  constructor(
    readonly machine: Machine,
    readonly timeline?: Timeline,
  ) {
    this.file = machine.driver.open();
    this.places = new SurfacePlaces(this);
  }

  /** The surfaces of programs and of `check` that have handles. */
  *liveSurfaces(): Generator<LiveSurface> {
    yield* this.surfaces.values();
    yield* this.#checkTargets;
  }

  /** These, and those that the device still has. */
  *checkedSurfaces(): Generator<CheckedSurface> {
    for (const { checked } of this.liveSurfaces()) {
      yield checked;
    }
    yield* this.places.closed;
  }

  /**
   * Whether the machine may run out of memory with that many more bytes of content; `check` needs a surface and a copy
   * of it. That is a property of the program, not a defect of the machine.
   */
  isCrowdedWith(bytes: number): boolean {
    const tables = this.processes.size * PROCESS_TABLE_BYTES;
    return this.#contentBytes + bytes + tables > this.machine.memory.u8.length / 4;
  }

  /** The run has ended: the next one uses the memory of the contents. */
  release(): void {
    this.#made.forEach((content) => content.release());
  }

  /** CPUs initially run the first process. */
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
    const object = this.#objectAt(mapOffset);
    if (object !== undefined) {
      this.buffers.set(name, { name, handle, content: this.#contentOf(object, name) });
    }
  }

  /** @returns false if its buffer is gone; @throws errors of creating it */
  makeSurface(statement: SurfaceStatement): boolean {
    const buffer = statement.backing && this.buffers.get(statement.backing.buffer);
    if (statement.backing !== undefined && buffer === undefined) {
      return false;
    }
    const surface = this.#createSurface(statement, buffer);
    this.surfaces.set(statement.name, surface);
    if (surface.checked.unseen === undefined) {
      this.oracle?.placed(surface.checked);
    }
    return true;
  }

  /** The plain surface to which `check` copies a surface. */
  checkTarget(surface: LiveSurface): LiveSurface {
    let target = this.#checkTargets.find((other) => this.#isTargetOf(other, surface));
    if (target === undefined) {
      target = this.#createSurface(targetOf(surface));
      this.#checkTargets.push(target);
    }
    return target;
  }

  #isTargetOf({ statement }: LiveSurface, surface: LiveSurface): boolean {
    const isItsOwn = statement.name === targetName(surface);
    return (this.sharesTargets || isItsOwn) && haveSameShape(statement, surface.statement);
  }

  #createSurface(statement: SurfaceStatement, buffer?: LiveBuffer): LiveSurface {
    const { name, plain, backing, cube } = statement;
    const layout = layoutOf(statement);
    const { format, width, height, depth, mipLevels, layers, samples } = layout.description;
    const { handle } = this.file.createSurface({
      format,
      width,
      height,
      depth,
      mipLevels,
      layers,
      samples,
      cube,
      coherent: !plain,
      backing: buffer && { buffer: buffer.handle, offset: backing?.offset ?? 0 },
    });
    const resource = plain ? undefined : this.#newResource(handle);
    const content =
      buffer?.content ??
      (resource?.backing === undefined
        ? this.#newContent(name, layout.bytes)
        : this.#contentOf(resource.backing, name));
    const number = (this.#numbers++ % 254) + 1;
    const checked = new CheckedSurface(name, number, layout, content, backing?.offset ?? 0);
    if (plain && buffer !== undefined) {
      checked.unseen = new UnseenWrites(layout.bytes);
    }
    return { handle, statement, checked, resource };
  }

  /** The driver's object of a coherent surface just created: the new one in its buffer object. */
  #newResource(handle: number): Surface | undefined {
    const { mapOffset, handle: backing } = this.file.backingOf(handle);
    this.file.closeHandle(backing);
    const object = this.#objectAt(mapOffset);
    if (!(object instanceof BufferObject)) {
      return undefined;
    }
    for (const { value } of object.resources.overlapping(0, object.bytes)) {
      if (value instanceof Surface && !this.#resources.has(value)) {
        this.#resources.add(value);
        return value;
      }
    }
    return undefined;
  }

  /** The buffer object of a content. */
  objectOf(content: Content): BufferObject | undefined {
    for (const [object, known] of this.#contents) {
      if (known === content && object instanceof BufferObject) {
        return object;
      }
    }
    return undefined;
  }

  /** Whether a trapped write has recorded a page as written. */
  isRecorded(content: Content, page: number): boolean {
    const tracker = this.objectOf(content)?.tracker;
    return tracker?.method === 'trap' && tracker.dirty.bitmap.has(page);
  }

  /** Drops contents that no handle, surface or mapping keeps. */
  forgetDestroyed(): void {
    const kept = new Set<Content>();
    this.buffers.forEach(({ content }) => kept.add(content));
    for (const surface of this.checkedSurfaces()) {
      for (const { content } of this.places.placesOf(surface)) {
        kept.add(content);
      }
    }
    this.processes.forEach(({ maps }) => maps.forEach(({ content }) => kept.add(content)));
    for (const [object, content] of this.#contents) {
      if (!kept.has(content)) {
        this.#contents.delete(object);
        this.#contentBytes -= content.bytes;
      }
    }
  }

  /**
   * The handle of a surface is about to be closed. A plain surface is destroyed with it.
   * @returns the target of `check` that no other surface has: its handle is to be closed, too
   */
  forgetSurface(surface: LiveSurface): LiveSurface | undefined {
    const { resource, checked, handle } = surface;
    this.surfaces.delete(checked.name);
    if (resource === undefined && checked.unseen === undefined) {
      this.#contentBytes -= checked.content.bytes;
    } else {
      this.places.close(checked, this.file.deviceId(handle));
    }
    const target = this.#checkTargets.find((other) => this.#isTargetOf(other, surface));
    if (
      target === undefined ||
      [...this.surfaces.values()].some((other) => this.#isTargetOf(target, other))
    ) {
      return undefined;
    }
    this.#checkTargets.splice(this.#checkTargets.indexOf(target), 1);
    this.#contentBytes -= target.checked.content.bytes;
    return target;
  }

  /** Maps a surface or buffer in a process. */
  map(process: LiveProcess, name: string, kind?: MapKind): boolean {
    const mapped = this.#mapped(process, name);
    if (mapped === undefined) {
      return false;
    }
    const { content, offset } = mapped;
    const frames = content.frames ?? new Uint32Array();
    const vma = kind === undefined ? mapped.vma : mappedAs(kind, mapped.vma, frames, this.#hugeMaps);
    this.#hugeMaps += kind === 'huge' ? 1 : 0;
    const isPrivate = kind === 'private';
    const bytes = vma.end - vma.start;
    process.maps.push({ name, start: vma.start, bytes, content, offset, isPrivate, copied: new Set() });
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
    const vma = this.file.mapSurface(surface.handle, addressSpace);
    const { checked } = surface;
    const object = this.machine.driver.state.fakeOffsets.find(vma.firstPage);
    const at = (vma.firstPage - (object?.firstPage ?? 0)) * PAGE_SIZE;
    const { content, offset } = this.places.mapped(checked, object && this.#contents.get(object), at);
    return { vma, content, offset };
  }

  /** Where a surface is: for the oracle, and for the driver, which may have failed in the middle of moving it. */
  contentsOf({ checked, resource }: LiveSurface): Content[] {
    const forDriver = resource?.backing && this.#contents.get(resource.backing);
    return forDriver === undefined || forDriver === checked.content
      ? [checked.content]
      : [checked.content, forDriver];
  }

  #objectAt(mapOffset: number): BackingPages | undefined {
    return this.machine.driver.state.fakeOffsets.find(mapOffset / PAGE_SIZE);
  }

  #contentOf(object: BackingPages, name: string): Content {
    let content = this.#contents.get(object);
    if (content === undefined) {
      content = this.#newContent(name, object.pageCount * PAGE_SIZE, object.frames);
      this.#contents.set(object, content);
      this.timeline?.objects.set(object.firstPage, name);
    }
    return content;
  }

  /** @throws LitmusError ENOMEM if a program exceeds the limit */
  #newContent(name: string, bytes: number, frames?: Uint32Array): Content {
    if (this.#contentBytes + bytes > MAX_CONTENT_BYTES) {
      const most = `${MAX_CONTENT_BYTES / 2 ** 20} MiB at a time`;
      throw new LitmusError('ENOMEM', `the buffers and surfaces of a program have at most ${most}`);
    }
    this.#contentBytes += bytes;
    const content = new Content(name, bytes, frames);
    this.#made.push(content);
    return content;
  }
}

function targetName({ checked }: LiveSurface): string {
  return `check of ${checked.name}`;
}

/** A plain surface of the same shape, from one literal: a spread one has a hidden class of its own. */
function targetOf(surface: LiveSurface): SurfaceStatement {
  const { kind, format, width, height, depth, mips, layers, samples, cube } = surface.statement;
  const name = targetName(surface);
  return { kind, name, format, width, height, depth, mips, layers, samples, cube, plain: true };
}

/** Addresses of huge mappings, and their distance, which exceeds any content. */
const HUGE_AT = 2 ** 44;
const HUGE_APART = 2 ** 28;

/**
 * Maps the same part of the device's mapping as `private` or `huge`.
 * @param hugeMaps the number of earlier huge mappings
 */
function mappedAs(kind: MapKind, vma: Vma, frames: Uint32Array, hugeMaps: number): Vma {
  const { addressSpace, start, end, flags, firstPage, operations, mapping } = vma as Vma & {
    addressSpace: AddressSpace;
  };
  const aligned = frames.findIndex((frame) => frame % HUGE_PAGES === 0);
  addressSpace.unmapRange(start, end - start);
  return addressSpace.map({
    address:
      kind === 'private' ? start : HUGE_AT + hugeMaps * HUGE_APART + (HUGE_PAGES - aligned) * PAGE_SIZE,
    length: end - start,
    flags: kind === 'private' ? flags & ~VM_SHARED : flags,
    mapping: mapping as Mapping,
    firstPage,
    operations,
  });
}
