import type { FaultInjection } from '@cg/vmwgfx';
import type { CheckedSurface } from '../check/checked-surface.js';
import type { Machine } from '@cg/machine';
import { LitmusError } from '../errors.js';
import type { Finding } from '../check/finding.js';
import { CoherencyOracle, type OracleCounts } from '../check/oracle.js';
import { SubmissionsUnderWay } from '../check/submissions-under-way.js';
import { checkOperands } from '../program/check-operands.js';
import type { PreemptionPoint } from '../program/preemption-points.js';
import { printStatement } from '../program/print-program.js';
import type { CountedName, Program, Statement } from '../program/statement.js';
import { DeviceRoom } from './device-room.js';
import type { DeviceTime } from './device-time.js';
import { DeviceWatch } from './device-watch.js';
import { MachineNotes } from './machine-notes.js';
import type { Progress } from './accesses.js';
import { OrderedErrors } from './ordered-errors.js';
import { attempt, type MachineErrno } from './outcome.js';
import { RunMachine, type WantedMachine } from './run-machine.js';
import type { RunOptions, RunResult, UnmetExpectation } from './run-options.js';
import { Steps } from './steps.js';
import type { PlaceReports } from './surface-places.js';
import { World } from './world.js';

/** The most findings that a run keeps; all are counted. */
const MAX_FINDINGS = 100;

/**
 * Runs a program and checks every byte that the device and the CPUs see. The machine is a new one, or one on which
 * programs without a finding have run, and which is as it was before them.
 * @throws LitmusError with the number of a step in `line`: EINVAL for a statement that can never run, ENOMEM for one
 * that exceeds the limits of a run
 */
export function runProgram(program: Program, options: RunOptions = {}): RunResult {
  checkOperands(program);
  return withoutStacks(() => {
    const wanted = wantedMachine(program, options);
    const { configure, timeline, watcher, onPoint } = options;
    const mayKeep = [configure, timeline, watcher, onPoint].every((option) => option === undefined);
    const machine = mayKeep ? RunMachine.take(wanted) : new RunMachine(wanted);
    const result = new ProgramRun(program, options, machine).run();
    if (result.findings.length === 0 && mayKeep) {
      machine.keep();
      return result;
    }
    machine.release();
    if (result.findings.length === 0 || !machine.isUsed) {
      return result;
    }
    // A finding on a new machine can be shrunk and shown. Without one, an earlier program has left something behind.
    const again = new ProgramRun(program, options, new RunMachine(wanted)).run();
    return again.findings.length === 0 ? result : again;
  });
}

function wantedMachine([first]: Program, { method = 'auto', configure }: RunOptions): WantedMachine {
  const statement: WantedMachine['statement'] = first?.kind === 'machine' ? first : {};
  return { statement, method: statement.method ?? method, configure };
}

/** Errors are how the driver refuses a step, and a stack that is not looked at takes longer than the step. */
function withoutStacks<T>(act: () => T): T {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return act();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** A step, and how far it has come. */
interface Running {
  readonly statement: Statement;
  readonly step: number;
  readonly progress: Progress;
  hasWaited: boolean;
}

class ProgramRun implements PlaceReports {
  readonly #program: Program;
  readonly #options: RunOptions;
  readonly #time: DeviceTime;
  readonly #machine: Machine;
  readonly #oracle: CoherencyOracle | undefined;
  readonly #watch: DeviceWatch | undefined;
  readonly #world: World;
  readonly #steps: Steps;
  readonly #faults: FaultInjection;
  readonly #findings: Finding[] = [];
  readonly #unmet: UnmetExpectation[] = [];
  readonly #outcomes = { done: 0, skipped: 0, failed: 0, blocked: 0 };
  readonly #room: DeviceRoom;
  readonly #ordered: OrderedErrors;
  readonly #stopListening: () => void;
  /** Steps that have to wait, in order. */
  #waiting: Running[] = [];
  /** Steps that are being run, one in the middle of the other. */
  #depth = 0;
  #attempts = 0;
  /** Commands that the driver has emitted. */
  #emitted = 0;
  #pending = 0;
  #hasEnded = false;
  /** Number of the current statement, from 1. */
  #step = 0;
  /** The current step: that of another CPU in the middle of one, or one that is retried. */
  #current = 0;

  constructor(program: Program, options: RunOptions, runMachine: RunMachine) {
    this.#program = program;
    this.#options = options;
    const { machine, faults, time, wanted } = runMachine;
    this.#machine = machine;
    this.#faults = faults;
    this.#time = time;
    const world = new World(machine, options.timeline);
    this.#world = world;
    this.#room = new DeviceRoom(world, wanted.statement);
    const { memory, device } = machine;
    if (options.checked !== false) {
      const surfaces = { [Symbol.iterator]: () => world.checkedSurfaces() };
      const report = (finding: Finding): void => this.#found(finding);
      const submissions = new SubmissionsUnderWay(time.isLate, () => this.#isAlone);
      this.#oracle = new CoherencyOracle({ memory, device, surfaces }, report, submissions);
      this.#watch = new DeviceWatch(world, this.#oracle, () => this.#current);
    }
    world.oracle = this.#oracle;
    // Where something is limited or is to fail, the target of each surface takes a part of it.
    world.sharesTargets = !this.#room.isLimited && !program.some(({ kind }) => kind === 'fail');
    world.reports = this;
    this.#ordered = new OrderedErrors(world, faults, this.#room, time.isLate);
    this.#stopListening = machine.driver.events.listen(({ kind }) => {
      this.#emitted += kind === 'command-emitted' ? 1 : 0;
    });
    this.#watchPoints();
    const { timeline } = options;
    const notes = timeline && new MachineNotes(machine, timeline, () => this.#current);
    this.#steps = new Steps(world, faults, this.#oracle, notes, time.isLate);
    options.watcher?.onStart?.({
      machine,
      surfaceOf: (sid) => world.places.surfaceOf(sid),
      surfaces: () => world.checkedSurfaces(),
    });
  }

  run(): RunResult {
    for (const statement of this.#program) {
      this.#step++;
      this.#runStep(statement, this.#step);
      this.#goOn();
      if (this.#options.stopAtFinding === true && this.#findings.length > 0) {
        break;
      }
    }
    if (this.#findings.length === 0) {
      this.#close();
    }
    this.#stopListening();
    this.#world.release();
    return {
      findings: this.#findings,
      unmet: this.#unmet,
      counts: this.#counts(),
      compared: this.#oracle?.counts.compared ?? 0,
      steps: this.#step,
      unreached: this.#pending,
    };
  }

  #runStep(statement: Statement, step: number): void {
    this.#enter(step);
    this.#time.pass(this.#machine.device, step);
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
        this.#attempt({ statement, step, progress: { bytes: 0 }, hasWaited: false });
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
    this.#attempt({ statement, step, progress: { bytes: 0 }, hasWaited: false });
    this.#enter(interrupted);
  }

  /** Whether no step can run in the middle of the current one, which itself is in the middle of none. */
  get #isAlone(): boolean {
    const { isPending } = this.#machine.memory.preemption;
    return this.#depth === 1 && !isPending && this.#waiting.length === 0;
  }

  #enter(step: number): void {
    this.#current = step;
    this.#options.watcher?.onStep?.(step);
    if (this.#oracle !== undefined) {
      this.#oracle.step = step;
    }
  }

  /** Steps that had to wait go on: after the step that they wait for, and when that reaches a preemption point. */
  #goOn(): void {
    const waiting = this.#waiting;
    if (waiting.length === 0) {
      return;
    }
    this.#waiting = [];
    const interrupted = this.#current;
    for (const running of waiting) {
      this.#enter(running.step);
      this.#attempt(running);
    }
    this.#enter(interrupted);
    this.#watchPoints();
  }

  /** Points matter while steps wait, or something is told of them: otherwise the machine has ways without any. */
  #watchPoints(): void {
    const isWatched = this.#options.onPoint !== undefined || this.#waiting.length > 0;
    this.#machine.memory.preemption.watch(isWatched ? this.#reached : undefined);
  }

  readonly #reached = (point: string): void => {
    if (!this.#hasEnded) {
      this.#options.onPoint?.(point as PreemptionPoint, this.#current);
      this.#goOn();
    }
  };

  #attempt(running: Running): void {
    const { statement, step, progress } = running;
    const before = this.#changes();
    const attempts = ++this.#attempts;
    const { struck } = this.#ordered;
    const hadRoom = this.#room.fits(statement);
    this.#depth++;
    try {
      const result = attempt(() => this.#steps.run(statement, step, progress));
      if (result.outcome === 'blocked') {
        const isUnchanged =
          this.#attempts > attempts || this.#doesMore(statement) || this.#changes() === before;
        this.#blocked(running, result.error, isUnchanged);
      } else if (result.outcome === 'failed') {
        this.#failed(running, result.error, struck, hadRoom);
      }
      this.#outcomes[result.outcome] += running.hasWaited && result.outcome === 'blocked' ? 0 : 1;
      running.hasWaited ||= result.outcome === 'blocked';
      if ('error' in result) {
        const text = `${result.outcome}: ${result.error.message}`;
        this.#options.timeline?.note({ step, lane: 'driver', kind: 'error', text });
      }
    } catch (error) {
      this.#crashed(error, running);
    } finally {
      this.#depth--;
    }
  }

  /** What a call that has to wait must not have changed (rule 8.5). */
  #changes(): string {
    const { account, graphicsMemory } = this.#machine.driver.state;
    return `${this.#emitted} ${account.used} ${graphicsMemory.used}`;
  }

  /** Whether something else changes meanwhile: earlier pages, what a late device has done, deferred commands. */
  #doesMore(statement: Statement): boolean {
    const isDeferred = this.#faults.count('command-space') > 0;
    return 'cpu' in statement || this.#time.isLate || isDeferred;
  }

  #blocked(running: Running, error: MachineErrno, isUnchanged: boolean): void {
    if (this.#depth === 1) {
      this.#crashed(error, running, 'waits for ever: ');
    } else if (!isUnchanged) {
      this.#crashed(error, running, 'has changed something, and has to wait: ');
    } else {
      this.#waiting.push(running);
      this.#watchPoints();
    }
  }

  #failed(running: Running, error: MachineErrno, struck: number, hadRoom: boolean): void {
    this.#watch?.stepFailed();
    const { isForbidden } = this.#steps.accesses;
    const isCaused = this.#ordered.causes(error, running.statement, {
      struckBefore: struck,
      hadRoom,
      isForbidden: isForbidden && ['store', 'load', 'protect'].includes(running.statement.kind),
      isAlone: this.#depth === 1,
    });
    if (running.statement.kind !== 'check') {
      if (!isCaused) {
        this.#crashed(error, running);
      }
    } else if (error.code === 'ENOMEM' && isCaused) {
      throw new LitmusError('ENOMEM', `the machine has too little memory for the program: ${error.message}`);
    } else {
      // Without fault injection, the device can be updated and the CPU can load (rule 1.5).
      this.#crashed(error, running);
    }
  }

  #crashed(error: unknown, { statement, step }: Running, what = ''): void {
    const { code, message, name } = error as { code?: string; message: string; name: string };
    if (error instanceof LitmusError) {
      throw new LitmusError(error.code, `${printStatement(statement)}: ${message}`, step);
    }
    if ((statement.kind === 'surface' || statement.kind === 'buffer') && code === 'EINVAL') {
      throw new LitmusError('EINVAL', `${printStatement(statement)}: ${message}`, step);
    }
    const finding = { offset: 0, bytes: 0, seen: 0, expected: 0, writer: 0 };
    const by = 'driver';
    this.#found({
      ...finding,
      kind: 'crash',
      step,
      by,
      name: '',
      message: `${what}${code ?? name}: ${message}`,
    });
  }

  misplaced({ name, content, offset }: CheckedSurface, by: 'cpu' | 'device'): void {
    const message = content.name;
    const found = { kind: 'misplaced', step: this.#current, by, name, offset, message } as const;
    this.#found({ ...found, bytes: 0, seen: 0, expected: 0, writer: 0 });
  }

  #found(finding: Finding): void {
    if (this.#findings.length < MAX_FINDINGS) {
      this.#findings.push(finding);
    }
    const { kind, by, step, name, offset: start } = finding;
    const lane = by === 'device' || by === 'driver' ? by : (by as `cpu ${number}`);
    const text = `${kind}: byte ${start} of ${name}`;
    const place = { content: name, start, end: start + finding.bytes };
    this.#options.timeline?.note({ step, lane, kind: 'finding', text, ...place });
  }

  #counts(): Record<CountedName, number> {
    const counts: Partial<OracleCounts> = this.#oracle?.counts ?? {};
    const { lost = 0, stale = 0, uploaded = 0, excess = 0 } = counts;
    const { skipped, failed, blocked } = this.#outcomes;
    const { boxes = 0, readBacks: readbacks = 0 } = this.#watch ?? {};
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
    const { account, graphicsMemory, shadows } = machine.driver.state;
    this.#faults.disarm();
    this.#time.finish(machine.device);
    this.#watch?.stop();
    this.#hasEnded = true;
    file.close();
    this.#steps.exitAll();
    machine.driver.waitIdle();
    const left = account.used + graphicsMemory.used + shadows.used;
    if (left > 0) {
      const nothing = { offset: 0, seen: 0, expected: 0, writer: 0, name: '' };
      const trackers = `${account.used} bytes of trackers, ${shadows.used} of shadows`;
      const message = `${trackers} and ${graphicsMemory.used} of graphics memory stay charged`;
      this.#found({ ...nothing, kind: 'leak', step: this.#step, by: 'driver', bytes: left, message });
    }
  }
}
