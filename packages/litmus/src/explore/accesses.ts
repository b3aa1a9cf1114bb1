import { PAGE_SIZE, VM_READ, VM_WRITE, type AddressSpace, type Cpu } from '@cg/pagetable';
import type { CoherencyOracle } from '../check/oracle.js';
import type { AccessStatement } from '../program/statement.js';
import type { MachineNotes } from './machine-notes.js';
import { fillStoreValues } from './store-values.js';
import type { LiveProcess, MappedRange, World } from './world.js';

/** For the bytes of an access, page by page: programs run one after another. */
const chunkRoom = new Uint8Array(PAGE_SIZE);

/** The loads and stores of CPUs, each compared with what it must see. */
export class Accesses {
  /** Whether the last access was one that its process may not do. */
  isForbidden = false;

  constructor(
    readonly world: World,
    readonly oracle: CoherencyOracle | undefined,
    readonly notes: MachineNotes | undefined,
  ) {}

  /**
   * Accesses page by page: after a fault that fails, or has to wait, earlier pages are done.
   * @param progress the bytes that are done already, if the access goes on after waiting
   * @returns false if the CPU's process has no such mapping
   */
  run(statement: AccessStatement, step: number, progress: Progress): boolean | void {
    const { kind, name, offset, bytes } = statement;
    const { machine, processes } = this.world;
    const cpu = machine.cpus.at(statement.cpu);
    const process = [...processes.values()].find(({ addressSpace }) => addressSpace === cpu?.addressSpace);
    const isMapped = (range: MappedRange): boolean => range.name === name && offset < range.bytes;
    const mapped =
      process?.maps.find((range) => isMapped(range) && (kind === 'load' || !range.isPrivate)) ??
      process?.maps.find(isMapped);
    if (cpu === undefined || mapped === undefined) {
      return false;
    }
    const end = Math.min(offset + bytes, mapped.bytes);
    for (let at = offset + progress.bytes; at < end;) {
      const stop = Math.min(end, at - (at % PAGE_SIZE) + PAGE_SIZE);
      const chunk = chunkRoom.subarray(0, stop - at);
      // A step that runs during the fault uses the chunk, too.
      const values = machine.memory.preemption.isPending ? chunk.slice() : chunk;
      this.isForbidden = !isPermitted(kind, process?.addressSpace, mapped.start + at);
      const move = (): void =>
        kind === 'store'
          ? this.#store(cpu, mapped, at, values, { step, value: statement.value })
          : cpu.loadBytes(mapped.start + at, values);
      if (this.notes === undefined) {
        move();
      } else {
        const faulted = this.notes.faults(cpu.name, move);
        this.#note(this.notes, statement, mapped, { at, bytes: values.length, step, faulted });
      }
      if (kind === 'load' && !isCopied(mapped, at)) {
        this.oracle?.loaded(mapped.content, mapped.offset + at, values, `cpu ${statement.cpu}`);
      }
      at = stop;
      progress.bytes = at - offset;
    }
  }

  #store(cpu: Cpu, mapped: MappedRange, at: number, values: Uint8Array, { step, value }: StoredBy): void {
    const { start, content, offset, isPrivate } = mapped;
    if (value === undefined) {
      fillStoreValues(values, step, isPrivate ? undefined : this.oracle && content.values, offset + at);
    } else {
      values.fill(value);
    }
    if (isPrivate) {
      // From before the store on: another CPU may load in the middle of it.
      mapped.copied.add(Math.floor(at / PAGE_SIZE));
      cpu.storeBytes(start + at, values);
      return;
    }
    cpu.storeBytes(start + at, values);
    this.oracle?.stored(content, offset + at, values);
  }

  /** Loads all of a mapping that its process may load from. */
  loadAll({ addressSpace }: LiveProcess, mapped: MappedRange): void {
    const { start, bytes, content, offset } = mapped;
    const { cpus } = this.world.machine;
    const cpu = cpus[cpus.length - 1];
    const before = cpu.addressSpace;
    cpu.run(addressSpace);
    try {
      for (let at = 0; at < bytes; at += PAGE_SIZE) {
        const vma = addressSpace.findVma(start + at);
        if (vma !== undefined && (vma.flags & (VM_READ | VM_WRITE)) !== 0) {
          cpu.loadBytes(start + at, chunkRoom);
          if (!isCopied(mapped, at)) {
            this.oracle?.loaded(content, offset + at, chunkRoom, `cpu ${cpus.length - 1}`);
          }
        }
      }
    } finally {
      cpu.run(before);
    }
  }

  #note(
    { timeline }: MachineNotes,
    { kind, name, cpu }: AccessStatement,
    { content, offset, isPrivate }: MappedRange,
    { at, bytes, step, faulted }: DoneAccess,
  ): void {
    const isOfObject = kind === 'load' || !isPrivate;
    const start = offset + at;
    if (faulted) {
      const page = Math.floor(start / PAGE_SIZE);
      const recorded = kind === 'store' && this.world.isRecorded(content, page);
      const text = `${kind === 'store' ? 'write' : 'read'} fault, page ${page} of ${content.name}`;
      const place = { content: content.name, start: page * PAGE_SIZE, end: (page + 1) * PAGE_SIZE };
      const message = recorded ? `${text}: recorded` : text;
      timeline.note({ step, lane: 'driver', kind: 'fault', text: message, recorded, ...place });
    }
    const text = `${kind} ${name} +${at} ${bytes}`;
    const place = isOfObject ? { content: content.name, start, end: start + bytes } : {};
    timeline.note({ step, lane: `cpu ${cpu}`, kind, text, ...place });
  }
}

/** How far a step has come: its bytes that are accessed. */
export interface Progress {
  bytes: number;
}

/** Whether a process has its own copy of a page: what other stores and the device write is not seen there. */
function isCopied({ copied }: MappedRange, at: number): boolean {
  return copied.size > 0 && copied.has(Math.floor(at / PAGE_SIZE));
}

function isPermitted(
  kind: 'store' | 'load',
  addressSpace: AddressSpace | undefined,
  address: number,
): boolean {
  const flags = addressSpace?.findVma(address)?.flags ?? 0;
  return (flags & (kind === 'store' ? VM_WRITE : VM_READ | VM_WRITE)) !== 0;
}

/** The step of a store, and the value of its bytes, if it is given. */
interface StoredBy {
  readonly step: number;
  readonly value: number | undefined;
}

/** An access within one page, and its step. */
interface DoneAccess {
  readonly at: number;
  readonly bytes: number;
  readonly step: number;
  readonly faulted: boolean;
}
