import type { PhysicalMemory } from '@cg/pagetable';
import { FaultInjection } from '@cg/vmwgfx';
import type { CheckedSurface } from '../check/checked-surface.js';
import {
  CommandWatcher,
  type CommandListener,
  Machine,
  type MachineOptions,
  policyFor,
  type TrackingMethodName,
} from '@cg/machine';
import { LitmusError } from '../errors.js';
import type { Finding } from '../check/finding.js';
import { CoherencyOracle, type OracleCounts } from '../check/oracle.js';
import { checkOperands, MACHINE_DEFAULTS } from '../program/check-operands.js';
import { printStatement } from '../program/print-program.js';
import type { CountedName, MachineStatement, Program, Statement } from '../program/statement.js';
import { commandEvent, updateEvent } from './device-events.js';
import { MachineNotes } from './machine-notes.js';
import { attempt } from './outcome.js';
import { Steps } from './steps.js';
import type { Timeline } from './timeline.js';
import { World } from './world.js';

/** The most findings that a run keeps; all are counted. */
const MAX_FINDINGS = 100;

/** The driver uses no ring, so FIFO memory is as small as it can be. */
const FIFO_BYTES = 16 * 1024;

/** The memory of the last run, which has ended: allocating another one would take a third of a small program's time. */
let spareMemory: PhysicalMemory | undefined;

/** Options of a run. */
export interface RunOptions {
  /** Replaces parts of the machine, for variants. */
  readonly configure?: (base: MachineOptions) => MachineOptions;
  /** The tracking method of programs that name none. Default auto. */
  readonly method?: TrackingMethodName;
  /** False runs without the oracle, to measure its cost; then nothing of the device is counted. */
  readonly checked?: boolean;
  /** Ends the run at the first finding. */
  readonly stopAtFinding?: boolean;
  /** Records the events. */
  readonly timeline?: Timeline;
}

/** An `expect` that failed. */
export interface UnmetExpectation {
  readonly step: number;
  readonly counted: CountedName;
  readonly value: number;
}

export interface RunResult {
  /** The first hundred findings. */
  readonly findings: readonly Finding[];
  readonly unmet: readonly UnmetExpectation[];
  readonly counts: Readonly<Record<CountedName, number>>;
  /** Bytes compared. */
  readonly compared: number;
  /** Steps run. */
  readonly steps: number;
  /** `at` steps whose preemption point was not reached. */
  readonly unreached: number;
}

/**
 * Runs a program on a new machine and checks every byte that the device and the CPUs see.
 * @throws LitmusError with the number of a step in `line`: EINVAL for a statement that can never run, ENOMEM for one
 * that exceeds the limits of a run
 */
export function runProgram(program: Program, options: RunOptions = {}): RunResult {
  checkOperands(program);
  const run = new ProgramRun(program, options);
  return run.run();
}

interface Waiting {
  readonly statement: Statement;
  readonly step: number;
}

class ProgramRun {
  readonly #program: Program;
  readonly #options: RunOptions;
  readonly #machine: Machine;
  readonly #oracle: CoherencyOracle | undefined;
  readonly #world: World;
  readonly #steps: Steps;
  readonly #faults = new FaultInjection();
  readonly #findings: Finding[] = [];
  readonly #unmet: UnmetExpectation[] = [];
  readonly #outcomes = { done: 0, skipped: 0, failed: 0, blocked: 0 };
  #waiting: Waiting[] = [];
  #stopWatching = (): void => {};
  /** Read-backs that have no fence yet. */
  readonly #readBack = new Set<CheckedSurface>();
  #readBacks = 0;
  #pending = 0;
  #hasEnded = false;
  #boxes = 0;
  /** Number of the current statement, from 1. */
  #step = 0;
  /** The current step: that of another CPU in the middle of one, or one that is retried. */
  #current = 0;

  constructor(program: Program, options: RunOptions) {
    this.#program = program;
    this.#options = options;
    this.#machine = new Machine(this.#machineOptions());
    spareMemory = undefined;
    const world = new World(this.#machine, options.timeline);
    this.#world = world;
    const { memory, device } = this.#machine;
    if (options.checked !== false) {
      const surfaces = { [Symbol.iterator]: () => world.checkedSurfaces() };
      this.#oracle = new CoherencyOracle({ memory, device, surfaces }, (finding) => this.#found(finding));
      const watcher = new CommandWatcher(this.#listener(this.#oracle));
      this.#stopWatching = device.events.listen(watcher.hear);
    }
    world.oracle = this.#oracle;
    const { timeline } = options;
    const notes = timeline && new MachineNotes(this.#machine, timeline, () => this.#current);
    this.#steps = new Steps(world, this.#faults, this.#oracle, notes);
  }

  run(): RunResult {
    for (const statement of this.#program) {
      this.#step++;
      this.#runStep(statement, this.#step);
      this.#runWaiting();
      if (this.#options.stopAtFinding === true && this.#findings.length > 0) {
        break;
      }
    }
    if (this.#findings.length === 0) {
      this.#close();
    }
    spareMemory = this.#machine.memory;
    return {
      findings: this.#findings,
      unmet: this.#unmet,
      counts: this.#counts(),
      compared: this.#oracle?.counts.compared ?? 0,
      steps: this.#step,
      unreached: this.#pending,
    };
  }

  #machineOptions(): MachineOptions {
    const [first] = this.#program;
    const wanted: Omit<MachineStatement, 'kind'> = first?.kind === 'machine' ? first : {};
    const { cpus, dx = false, memory, objects, graphics } = { ...MACHINE_DEFAULTS, ...wanted };
    const base: MachineOptions = {
      cpus,
      memoryBytes: memory * 2 ** 20,
      ...(spareMemory === undefined ? {} : { memoryFrom: spareMemory }),
      device: { dx, fifoBytes: FIFO_BYTES },
      driver: {
        makePolicy: policyFor(wanted.method ?? this.#options.method ?? 'auto'),
        faults: this.#faults,
        maxObjects: objects,
        ...(graphics === undefined ? {} : { graphicsMemoryLimit: graphics * 4096 }),
      },
    };
    return this.#options.configure?.(base) ?? base;
  }

  #runStep(statement: Statement, step: number): void {
    this.#enter(step);
    switch (statement.kind) {
      case 'machine':
        return;
      case 'expect':
        return this.#expect(statement, step);
      case 'at':
        this.#pending++;
        this.#machine.memory.preemption.at(statement.point, () => this.#stepIn(statement.step, step));
        return;
      default:
        this.#attempt(statement, step);
    }
  }

  /** A preemption point is reached: runs the step of another CPU in the middle of the current one. */
  #stepIn(statement: Statement, step: number): void {
    if (this.#hasEnded) {
      return;
    }
    const interrupted = this.#current;
    this.#pending--;
    this.#enter(step);
    this.#attempt(statement, step);
    this.#enter(interrupted);
  }

  #enter(step: number): void {
    this.#current = step;
    if (this.#oracle !== undefined) {
      this.#oracle.step = step;
    }
  }

  /** A step that blocks is retried after the step that blocks it. */
  #runWaiting(): void {
    for (let tries = 0; this.#waiting.length > 0 && tries < 10; tries++) {
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const { statement, step } of waiting) {
        this.#enter(step);
        this.#attempt(statement, step);
      }
    }
  }

  #attempt(statement: Statement, step: number): void {
    try {
      const { outcome, error } = attempt(() => this.#steps.run(statement, step));
      this.#outcomes[outcome]++;
      if (outcome === 'failed') {
        // Without a fence its completion is unknown: for the driver the device still has the newest.
        this.#readBack.clear();
      }
      if (outcome === 'blocked') {
        this.#waiting.push({ statement, step });
      }
      if (error?.code === 'ENOMEM' && statement.kind === 'check' && this.#world.isCrowded) {
        throw new LitmusError(
          'ENOMEM',
          `the machine has too little memory for the program: ${error.message}`,
        );
      }
      if (error !== undefined && statement.kind === 'check') {
        // Without fault injection, the device can be updated and the CPU can load (rule 1.5).
        this.#crashed(error, statement, step);
      }
      if (error !== undefined) {
        this.#options.timeline?.note({
          step,
          lane: 'driver',
          kind: 'error',
          text: `${outcome}: ${error.message}`,
        });
      }
    } catch (error) {
      this.#crashed(error, statement, step);
    }
  }

  #crashed(error: unknown, statement: Statement, step: number): void {
    const { code, message, name } = error as { code?: string; message: string; name: string };
    if (error instanceof LitmusError) {
      throw new LitmusError(error.code, `${printStatement(statement)}: ${message}`, step);
    }
    if ((statement.kind === 'surface' || statement.kind === 'buffer') && code === 'EINVAL') {
      throw new LitmusError('EINVAL', `${printStatement(statement)}: ${message}`, step);
    }
    const finding = { offset: 0, bytes: 0, seen: 0, expected: 0, writer: 0 };
    const by = 'driver';
    this.#found({ ...finding, kind: 'crash', step, by, name: '', message: `${code ?? name}: ${message}` });
  }

  #found(finding: Finding): void {
    if (this.#findings.length < MAX_FINDINGS) {
      this.#findings.push(finding);
    }
    const { kind, by, step } = finding;
    const lane = by === 'device' || by === 'driver' ? by : (by as `cpu ${number}`);
    const text = `${kind}: byte ${finding.offset} of ${finding.name}`;
    this.#options.timeline?.note({ step, lane, kind: 'finding', text, start: finding.offset });
  }

  #counts(): Record<CountedName, number> {
    const counts: Partial<OracleCounts> = this.#oracle?.counts ?? {};
    const { lost = 0, stale = 0, uploaded = 0, excess = 0 } = counts;
    const { skipped, failed, blocked } = this.#outcomes;
    const [boxes, readbacks] = [this.#boxes, this.#readBacks];
    return { lost, stale, uploaded, excess, boxes, readbacks, failed, blocked, skipped };
  }

  #expect({ counted, relation, value }: Extract<Statement, { kind: 'expect' }>, step: number): void {
    const actual = this.#counts()[counted];
    const isMet =
      relation === '<=' ? actual <= value : relation === '>=' ? actual >= value : actual === value;
    if (!isMet) {
      this.#unmet.push({ step, counted, value: actual });
    }
  }

  /** Everything is closed: no charge may remain (rule 6.5, C5). */
  #close(): void {
    const { file, machine } = this.#world;
    const { account, graphicsMemory } = machine.driver.state;
    this.#faults.disarm();
    this.#stopWatching();
    this.#hasEnded = true;
    file.close();
    this.#steps.exitAll();
    const left = account.used + graphicsMemory.used;
    if (left > 0) {
      const nothing = { offset: 0, seen: 0, expected: 0, writer: 0, name: '' };
      const message = `${account.used} bytes of trackers and ${graphicsMemory.used} of graphics memory stay charged`;
      this.#found({ ...nothing, kind: 'leak', step: this.#step, by: 'driver', bytes: left, message });
    }
  }

  #listener(oracle: CoherencyOracle): CommandListener<CheckedSurface> {
    const world = this.#world;
    const { timeline } = this.#options;
    return {
      surfaceOf: (sid) => world.surfaceOf(sid),
      bound: ({ name }) => world.settleBinding(name),
      uploads: (surface, subresource, box, command) => {
        this.#boxes++;
        timeline?.note({ ...updateEvent(command, surface, subresource, box), step: this.#current });
        oracle.uploads(surface, subresource, box);
      },
      reads: (surface, subresource, box) => oracle.reads(surface, subresource, box),
      written: (surface, subresource, box) => {
        this.#readBack.delete(surface);
        oracle.written(surface, subresource, box);
      },
      readBack: (surface) => {
        this.#readBacks++;
        this.#readBack.add(surface);
      },
      fenced: () => {
        for (const surface of this.#readBack) {
          surface.isNewestOnDevice = false;
        }
        this.#readBack.clear();
      },
      starts: (command, surface, to) =>
        timeline?.note({ ...commandEvent(command, surface, to), step: this.#current }),
    };
  }
}
