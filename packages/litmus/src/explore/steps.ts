import { PAGE_SIZE, VM_READ, VM_WRITE, type AddressSpace } from '@cg/pagetable';
import type { Fence, FaultInjection } from '@cg/vmwgfx';
import { SVGA3D_INVALID_ID } from '@cg/svga-protocol';
import type { Content } from '../check/content.js';
import type { CoherencyOracle } from '../check/oracle.js';
import type { Statement } from '../program/statement.js';
import { Accesses, type Progress } from './accesses.js';
import type { MachineNotes } from './machine-notes.js';
import { isBlocked, isRefusal } from './outcome.js';
import { encodeSubmission, wholeCopy } from './submission.js';
import type { LiveProcess, LiveSurface, MappedRange, World } from './world.js';

/** Target of `move`: far above all other mappings, a gibibyte apart. */
const MOVED_TO = 2 ** 45;
const MOVED_APART = 2 ** 30;

/** Executes statements. */
export class Steps {
  #moves = 0;
  #lastFence: Fence | undefined;
  readonly accesses: Accesses;

  constructor(
    readonly world: World,
    readonly faults: FaultInjection,
    readonly oracle: CoherencyOracle | undefined,
    readonly notes: MachineNotes | undefined,
    /** The device lags behind. */
    readonly isLate: boolean,
  ) {
    this.accesses = new Accesses(world, oracle, notes);
  }

  /**
   * @param progress how far the step has come before it had to wait
   * @returns false if the statement does not apply: its object is gone, not mapped, or not created yet
   * @throws errors of the machine
   */
  run(statement: Statement, step: number, progress: Progress): boolean | void {
    const { world } = this;
    switch (statement.kind) {
      case 'process':
        return world.spawn(statement.name);
      case 'buffer':
        return world.makeBuffer(statement.name, statement.pages);
      case 'surface':
        return world.makeSurface(statement);
      case 'store':
      case 'load':
        return this.accesses.run(statement, step, progress);
      case 'submit':
        return this.#submit(statement, step);
      case 'wait':
        return this.#lastFence?.wait();
      case 'evict':
        return this.#evict(statement.name);
      case 'destroy':
        return this.#destroy(statement.name);
      case 'fail':
        return this.faults.fail(statement.point, statement);
      case 'check':
        return this.#check(statement.name, step);
      default:
        return this.#runForProcess(statement);
    }
  }

  #runForProcess(statement: Statement): boolean | void {
    const { processes, machine } = this.world;
    if (!('process' in statement)) {
      return false;
    }
    const process = processes.get(statement.process);
    if (process === undefined) {
      return false;
    }
    switch (statement.kind) {
      case 'run':
        return machine.cpus.at(statement.cpu)?.run(process.addressSpace) ?? undefined;
      case 'fork':
        processes.set(statement.child, {
          name: statement.child,
          addressSpace: process.addressSpace.fork(),
          maps: process.maps.map((range) => ({ ...range, copied: new Set(range.copied) })),
        });
        return;
      case 'exit':
        return this.#exit(process);
      case 'map':
        return this.world.map(process, statement.name, statement.as);
    }
    const mapped = process.maps.find(({ name }) => name === statement.name);
    if (mapped === undefined) {
      return false;
    }
    switch (statement.kind) {
      case 'unmap':
        return this.#unmap(process, mapped, statement.range);
      case 'protect':
        this.accesses.isForbidden = hasHole(process.addressSpace, mapped);
        return process.addressSpace.protect(mapped.start, mapped.bytes, accessBits[statement.access]);
      case 'move':
        return this.#move(process, mapped);
    }
  }

  /** Ends every process, with its mappings. */
  exitAll(): void {
    [...this.world.processes.values()].forEach((process) => this.#exit(process));
  }

  #exit(process: LiveProcess): void {
    const { processes, machine } = this.world;
    const heir = [...processes.values()].find((other) => other !== process);
    for (const cpu of machine.cpus) {
      if (cpu.addressSpace === process.addressSpace) {
        cpu.run(heir?.addressSpace);
      }
    }
    process.addressSpace.exit();
    processes.delete(process.name);
    this.world.forgetDestroyed();
  }

  #unmap(
    { addressSpace, maps }: LiveProcess,
    mapped: MappedRange,
    range: { readonly offset: number; readonly bytes: number } | undefined,
  ): boolean | void {
    if (range === undefined) {
      addressSpace.unmapRange(mapped.start, mapped.bytes);
      maps.splice(maps.indexOf(mapped), 1);
      this.world.forgetDestroyed();
      return;
    }
    const start = range.offset - (range.offset % PAGE_SIZE);
    const end = Math.min(mapped.bytes, Math.ceil((range.offset + range.bytes) / PAGE_SIZE) * PAGE_SIZE);
    if (start >= end) {
      return false;
    }
    addressSpace.unmapRange(mapped.start + start, end - start);
  }

  #move({ addressSpace }: LiveProcess, mapped: MappedRange): boolean | void {
    const vma = addressSpace.findVma(mapped.start);
    if (vma === undefined || vma.end - vma.start < mapped.bytes) {
      return false;
    }
    const newAddress = MOVED_TO + this.#moves * MOVED_APART;
    const { start: address, bytes: length } = mapped;
    addressSpace.remap({ address, length, newLength: length, newAddress });
    this.#moves++;
    mapped.start = newAddress;
  }

  #submit({ commands }: Extract<Statement, { kind: 'submit' }>, step: number): boolean | void {
    const { world } = this;
    const timeline = this.notes?.timeline;
    const bytes = encodeSubmission(world, commands);
    if (bytes === undefined) {
      return false;
    }
    const moved = new Map<LiveSurface, Content>();
    for (const command of commands) {
      const surface = command.kind === 'switch' ? world.surfaces.get(command.surface) : undefined;
      const buffer = command.kind === 'switch' ? world.buffers.get(command.buffer) : undefined;
      if (surface !== undefined && buffer !== undefined) {
        moved.set(surface, buffer.content);
      }
    }
    timeline?.note({ step, lane: 'driver', kind: 'call', text: 'submission begins' });
    const stops = world.places.moves(moved);
    let outcome: Fence | 'failed' | 'blocked' = 'failed';
    try {
      outcome = this.#send(bytes, step);
      this.#lastFence = outcome;
    } catch (error) {
      outcome = isBlocked(error) ? 'blocked' : 'failed';
      throw error;
    } finally {
      world.places.moved(stops, outcome);
      timeline?.note({ step, lane: 'driver', kind: 'call', text: 'submission returns' });
    }
  }

  #send(bytes: Uint8Array, step: number): Fence {
    const { world, oracle } = this;
    const underWay = oracle?.submissions.begin(step);
    let fence: Fence | undefined;
    try {
      fence = world.file.submit(bytes);
      return fence;
    } finally {
      if (underWay !== undefined) {
        world.places.noteIds();
        oracle?.submissions.returned(underWay, fence?.seqno, fence?.isSignalled ?? false);
      }
    }
  }

  /**
   * Evicts a surface from the device, with its buffer object if that is its own; evicts a buffer from the device's
   * memory.
   */
  #evict(name: string): boolean | void {
    const { world } = this;
    const surface = world.surfaces.get(name);
    const buffer = world.buffers.get(name);
    if (surface === undefined) {
      return buffer === undefined ? false : world.objectOf(buffer.content)?.evict();
    }
    // Where it is for the driver: the place that is checked follows when the device has bound it.
    const { resource } = surface;
    const object = resource?.backing;
    if (resource === undefined || object === undefined || resource.id === SVGA3D_INVALID_ID) {
      return false;
    }
    resource.evict();
    if ([...world.buffers.values()].every(({ content }) => world.objectOf(content) !== object)) {
      object.evict();
    }
  }

  #destroy(name: string): boolean | void {
    const { world } = this;
    const surface = world.surfaces.get(name);
    const buffer = world.buffers.get(name);
    const handle = (surface ?? buffer)?.handle;
    if (handle === undefined) {
      return false;
    }
    const target = surface && world.forgetSurface(surface);
    if (target !== undefined) {
      world.file.closeHandle(target.handle);
    }
    world.buffers.delete(name);
    world.file.closeHandle(handle);
    world.forgetDestroyed();
  }

  /** Reads every byte of a surface or buffer, or of all, on the device, and loads it through every mapping. */
  #check(name: string | undefined, step: number): boolean | void {
    this.faults.disarm();
    const { world } = this;
    for (const surface of world.surfaces.values()) {
      if (name === undefined || surface.checked.name === name) {
        this.#sendForCheck(wholeCopy(surface, world.checkTarget(surface)), step).wait();
      }
    }
    for (const process of world.processes.values()) {
      for (const mapped of process.maps) {
        if (name === undefined || mapped.name === name) {
          this.accesses.loadAll(process, mapped);
        }
      }
    }
  }

  /** A late device may refuse meanwhile what an earlier step has sent: such a refusal is told once. */
  #sendForCheck(bytes: Uint8Array, step: number): Fence {
    try {
      return this.#send(bytes, step);
    } catch (error) {
      if (!this.isLate || !isRefusal(error) || this.faults.count('device-error') === 0) {
        throw error;
      }
      return this.#send(bytes, step);
    }
  }
}

const accessBits = { none: 0, read: VM_READ, write: VM_READ | VM_WRITE } as const;

/** Whether a part of a mapping is unmapped, perhaps by an operation that is under way. */
function hasHole(addressSpace: AddressSpace, { start, bytes }: MappedRange): boolean {
  for (let at = start; at < start + bytes; at += PAGE_SIZE) {
    if (addressSpace.findVma(at) === undefined) {
      return true;
    }
  }
  return false;
}
