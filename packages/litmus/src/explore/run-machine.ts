import { Machine, policyFor, type MachineOptions, type TrackingMethodName } from '@cg/machine';
import type { PhysicalMemory } from '@cg/pagetable';
import { FaultInjection, faultPointNames } from '@cg/vmwgfx';
import { MACHINE_DEFAULTS } from '../program/check-operands.js';
import type { MachineStatement } from '../program/statement.js';
import { DeviceTime } from './device-time.js';

/** The driver uses no ring, so FIFO memory is as small as it can be. */
const FIFO_BYTES = 16 * 1024;

/** Sizes of memory of which one is kept for the next machine: allocating it takes a third of a small program's time. */
const MAX_SPARE = 4;
const spareMemories = new Map<number, PhysicalMemory>();

/** Machines that are kept for the next programs: those of a source mostly want one or two kinds. */
const MAX_KEPT = 2;
const keptMachines = new Map<string, RunMachine>();

/** What a program needs of its machine. */
export interface WantedMachine {
  readonly statement: Omit<MachineStatement, 'kind'>;
  readonly method: TrackingMethodName;
  /** Replaces parts, for variants. */
  readonly configure: ((base: MachineOptions) => MachineOptions) | undefined;
}

/** A machine for programs, and the failures that are injected into its driver. */
export class RunMachine {
  readonly faults = new FaultInjection();
  readonly time: DeviceTime;
  readonly machine: Machine;
  /** Whether earlier programs have run on it. */
  isUsed = false;
  readonly #key: string;
  /** Free frames of memory before the first program. */
  readonly #freeFrames: number;

  constructor(readonly wanted: WantedMachine) {
    this.#key = keyOf(wanted);
    this.time = new DeviceTime(wanted.statement.delay ?? 0);
    this.machine = new Machine(optionsOf(wanted, this.time, this.faults));
    this.#freeFrames = this.machine.memory.freeFrames;
  }

  /** A machine as wanted on which a program has run to its end, or a new one. */
  static take(wanted: WantedMachine): RunMachine {
    const key = keyOf(wanted);
    const kept = keptMachines.get(key);
    keptMachines.delete(key);
    return kept ?? new RunMachine(wanted);
  }

  /** The next program that wants such a machine runs on it: its last one has closed everything. */
  keep(): void {
    this.isUsed = true;
    this.machine.memory.preemption.clear();
    if (!this.#isAsNew) {
      this.release();
      return;
    }
    keptMachines.set(this.#key, this);
    for (const [key, oldest] of keptMachines) {
      if (keptMachines.size > MAX_KEPT) {
        keptMachines.delete(key);
        oldest.release();
      }
    }
  }

  /** No program will run on it: the next machine takes its memory over. */
  release(): void {
    const { memory } = this.machine;
    spareMemories.set(memory.u8.length, memory);
    const [oldest] = spareMemories.keys();
    if (spareMemories.size > MAX_SPARE) {
      spareMemories.delete(oldest);
    }
  }

  /** Whether nothing is left of the programs that have run: no frame, no object, no failure that was counted. */
  get #isAsNew(): boolean {
    const { memory, driver } = this.machine;
    const { placed, surfacesOnDevice } = driver.state;
    return (
      memory.freeFrames === this.#freeFrames &&
      placed.isEmpty &&
      surfacesOnDevice.isEmpty &&
      faultPointNames.every((point) => this.faults.count(point) === 0)
    );
  }
}

function keyOf({ statement, method }: WantedMachine): string {
  return JSON.stringify([statement, method]);
}

function optionsOf(
  { statement, method, configure }: WantedMachine,
  { completionDelay }: DeviceTime,
  faults: FaultInjection,
): MachineOptions {
  const {
    cpus,
    dx = false,
    memory,
    objects,
    graphics,
    shadow = false,
  } = { ...MACHINE_DEFAULTS, ...statement };
  const memoryBytes = memory * 2 ** 20;
  const memoryFrom = spareMemories.get(memoryBytes);
  spareMemories.delete(memoryBytes);
  const base: MachineOptions = {
    cpus,
    memoryBytes,
    ...(memoryFrom === undefined ? {} : { memoryFrom }),
    device: { dx, fifoBytes: FIFO_BYTES, completionDelay },
    driver: {
      makePolicy: policyFor(method),
      faults,
      maxObjects: objects,
      ...(graphics === undefined ? {} : { graphicsMemoryLimit: graphics * 4096 }),
      ...(shadow ? { shadowLimit: Infinity } : {}),
    },
  };
  return configure?.(base) ?? base;
}
