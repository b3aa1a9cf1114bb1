import { preemptionPoints } from '../program/preemption-points.js';
import { faultPointNames } from '@cg/vmwgfx';
import type { CopyCommand, Program, Statement, SurfaceStatement } from '../program/statement.js';
import { trackingMethods, type TrackingMethodName } from '@cg/machine';
import { RandomNumbers } from './random-numbers.js';
import { hugeBuffer, LARGE_PAGES, situations, type Situation } from './random-situations.js';
import { withRandomShadow } from './random-shadow.js';
import { shapes, type Shape } from './random-shapes.js';

const PAGE = 4096;
const MAX_PROCESSES = 3;
/** Preemption points that these programs can reach; the lock of a table, which every scan takes, thrice as often. */
const POINTS = preemptionPoints
  .filter((point) => !/copy-on-write|split|huge/.test(point))
  .flatMap((point) => (point.startsWith('walk: ') ? [point, point, point] : [point]));

/** Options of random programs. */
export interface RandomProgramOptions {
  /** Steps after the initial ones, which create the objects. Default 120. */
  readonly steps?: number;
  /** The tracking method; random by default. */
  readonly method?: TrackingMethodName | undefined;
}

/** The program of a seed, always the same. */
export function randomProgram(seed: number, { steps = 120, method }: RandomProgramOptions = {}): Program {
  const maker = new ProgramMaker(new RandomNumbers(seed), method);
  while (maker.statements.length < maker.preparation + steps) {
    maker.addStep();
  }
  return withRandomShadow([...maker.statements, { kind: 'check' }], seed);
}

type KnownSurface = Situation['surfaces'][number];

/** Keeps track of the existing objects, so that most steps apply. */
class ProgramMaker {
  readonly statements: Statement[] = [];
  readonly preparation: number;
  readonly #random: RandomNumbers;
  readonly #cpus: number;
  readonly #dx: boolean;
  readonly #shapes: readonly Shape[];
  /** The first one is kept: it has everything mapped initially. */
  #processes: string[] = [];
  #spawned = 0;
  readonly #buffers: { readonly name: string; readonly pages: number }[] = [];
  #surfaces: KnownSurface[] = [];
  /** The mapped names of each process. */
  readonly #mapped = new Map<string, string[]>();
  /** The process of each CPU. */
  readonly #running: string[];
  /** Offsets that are reused: races need two accesses at the same place. */
  readonly #hot: number[];
  /** Has a buffer of several mebibytes. */
  readonly #isLarge: boolean;
  #names = 0;

  constructor(random: RandomNumbers, method: TrackingMethodName | undefined) {
    this.#random = random;
    this.#cpus = random.between(1, 4);
    this.#dx = random.chance(30);
    const possible = shapes.filter(({ needsDx }) => needsDx !== true || this.#dx);
    this.#shapes = [random.pick(possible), ...(random.chance(40) ? [random.pick(possible)] : [])];
    this.#isLarge = random.chance(2);
    this.#hot = [0, 4092, 4096, ...Array.from({ length: 3 }, () => random.below(24_576))];
    this.#addMachine(method);
    this.#spawn();
    this.#running = Array.from({ length: this.#cpus }, () => this.#processes[0]);
    if (this.#isLarge) {
      this.statements.push(...hugeBuffer(this.#processes[0]));
    }
    this.#addBuffers();
    for (let i = random.between(2, 4); i > 0; i--) {
      this.#addSurface();
    }
    const mapped = [...this.#surfaces.filter(({ plain }) => !plain), ...this.#buffers];
    mapped.forEach(({ name }) => this.#map(this.#processes[0], name));
    this.preparation = this.statements.length;
  }

  addStep(): void {
    const add = this.#random.weighted<() => void>([
      [30, () => this.#add(this.#access('store'))],
      [12, () => this.#add(this.#access('load'))],
      [22, () => this.#add(this.#submission())],
      [4, () => this.#addRepeated()],
      [8, () => this.#addRace()],
      [8, () => this.#addSituation()],
      [4, () => this.#remap()],
      [3, () => this.#protect()],
      [2, () => this.#add(this.#anyMapped('move'))],
      [2, () => this.#changeProcesses()],
      [4, () => this.#runElsewhere()],
      [4, () => this.#switch()],
      [4, () => this.#add({ kind: 'evict', name: this.#anyName() })],
      [1, () => this.#destroyOne()],
      [3, () => this.#addFault()],
      [1, () => this.#add({ kind: 'wait' })],
      [1, () => this.#add({ kind: 'check' })],
    ]);
    add();
  }

  #add(statement: Statement | undefined): void {
    if (statement !== undefined) {
      this.statements.push(statement);
    }
  }

  #addMachine(method: TrackingMethodName | undefined): void {
    const random = this.#random;
    this.#add({
      kind: 'machine',
      cpus: this.#cpus,
      method: method ?? random.pick(trackingMethods),
      ...(this.#isLarge ? { memory: 16 } : {}),
      ...(this.#dx ? { dx: true } : {}),
      ...(random.chance(30) ? { delay: random.pick([1, 3, 'random'] as const) } : {}),
      ...(random.chance(15) ? { objects: random.between(6, 10) } : {}),
      // A buffer that does not fit at all could never be checked.
      ...(random.chance(15) ? { graphics: random.between(24, 40) + this.#pagesOfLarge() } : {}),
    });
  }

  /** Pages of the large buffer, and of a surface and a copy of it that are larger than the others. */
  #pagesOfLarge(): number {
    const surface = Math.max(...this.#shapes.map(({ bytes }) => Math.ceil(bytes / PAGE)));
    return (this.#isLarge ? LARGE_PAGES : 0) + (surface > 8 ? 2 * surface : 0);
  }

  #spawn(): void {
    const name = this.#addProcess();
    this.#mapped.set(name, []);
    this.#add({ kind: 'process', name });
  }

  #addProcess(): string {
    const name = `p${++this.#spawned}`;
    this.#processes.push(name);
    return name;
  }

  #addBuffers(): void {
    for (let i = this.#random.between(1, 3); i > 0; i--) {
      const buffer = { name: `b${this.#buffers.length + 1}`, pages: this.#random.between(6, 12) };
      this.#buffers.push(buffer);
      this.#add({ kind: 'buffer', ...buffer });
    }
  }

  #addSurface(): void {
    const random = this.#random;
    const shape = random.pick(this.#shapes);
    const { bytes, needsDx: _, block: __, ...description } = shape;
    const plain = random.chance(20);
    const buffer = random.pick(this.#buffers);
    const spare = buffer.pages - Math.ceil(bytes / PAGE);
    const name = `s${++this.#names}`;
    const statement: SurfaceStatement = { kind: 'surface', name, ...description, plain };
    if (plain || spare < 0 || random.chance(40)) {
      this.#add(statement);
      this.#surfaces.push({ name, shape, plain });
      return;
    }
    const backing = { buffer: buffer.name, offset: random.below(spare + 1) * PAGE };
    this.#add({ ...statement, backing });
    this.#surfaces.push({ name, shape, plain, backing });
  }

  #map(process: string, name: string): void {
    this.#add({ kind: 'map', process, name });
    this.#mapped.get(process)?.push(name);
  }

  #anyName(): string {
    return this.#random.pick([...this.#surfaces, ...this.#buffers]).name;
  }

  /** Bytes of a surface or buffer. */
  #bytesOf(name: string): number {
    const surface = this.#surfaces.find((other) => other.name === name);
    const buffer = this.#buffers.find((other) => other.name === name);
    return surface?.shape.bytes ?? (buffer?.pages ?? 1) * PAGE;
  }

  #access(kind: 'store' | 'load'): Statement | undefined {
    const random = this.#random;
    const cpu = random.below(this.#cpus);
    const mapped = this.#mapped.get(this.#running[cpu]) ?? [];
    if (mapped.length === 0) {
      return undefined;
    }
    const name = random.pick(mapped);
    const limit = this.#bytesOf(name);
    const offset = (random.chance(60) ? random.pick(this.#hot) : random.below(limit)) % limit;
    const bytes = random.weighted([
      [6, random.between(1, 16)],
      [3, random.between(17, 300)],
      [1, random.between(301, 9000)],
      [random.chance(30) ? 1 : 0, limit],
    ]);
    return { kind, cpu, name, offset, bytes: Math.min(bytes, limit - offset) };
  }

  #copy(from = this.#random.pick(this.#surfaces)): CopyCommand | undefined {
    const random = this.#random;
    const same = this.#surfaces.filter(({ name, shape }) => name !== from.name && shape === from.shape);
    if (same.length === 0) {
      return undefined;
    }
    const to = random.pick(same);
    const { block, width, height } = from.shape;
    if (block === undefined || random.chance(60)) {
      return { kind: 'copy', from: from.name, to: to.name };
    }
    const x = random.below(Math.ceil(width / block)) * block;
    const y = random.below(Math.ceil(height / block)) * block;
    const [w, h] = [random.between(1, width - x), random.between(1, height - y)];
    const box = { x, y, z: 0, width: w, height: h, depth: 1 };
    return { kind: 'copy', from: from.name, to: to.name, part: { subresource: 0, box } };
  }

  #submission(from?: KnownSurface): Statement | undefined {
    const commands = Array.from({ length: this.#random.chance(20) ? 2 : 1 }, () => this.#copy(from));
    const known = commands.filter((command) => command !== undefined);
    return known.length === 0 ? undefined : { kind: 'submit', commands: known };
  }

  /** The same submission repeated, with or without stores in between, so that methods switch. */
  #addRepeated(): void {
    const submission = this.#submission();
    const store = this.#access('store');
    const stores = this.#random.chance(50);
    for (let i = this.#random.between(3, 5); i > 0; i--) {
      this.#add(stores ? store : undefined);
      this.#add(submission);
    }
  }

  /** A step of another CPU in the middle of one. */
  #addRace(): void {
    const random = this.#random;
    const step = random.weighted<() => Statement | undefined>([
      [6, () => this.#access('store')],
      [3, () => this.#access('load')],
      [4, () => this.#submission()],
      [1, () => this.#anyMapped('unmap')],
      [1, () => this.#anyMapped('move')],
      [1, () => this.#anyMapped('protect')],
      [1, () => ({ kind: 'evict', name: this.#anyName() })],
    ])();
    if (step !== undefined) {
      this.#add({ kind: 'at', point: random.pick(POINTS), step });
    }
  }

  /** A sequence of steps for an existing mapping. */
  #addSituation(): void {
    const random = this.#random;
    const mapped = this.#anyMapped('move');
    if (mapped?.kind === 'move') {
      const { process, name } = mapped;
      const [cpus, surfaces, buffers] = [this.#cpus, this.#surfaces, this.#buffers];
      const added = random.pick(situations)({
        random,
        cpus,
        surfaces,
        buffers,
        process: this.#processes[0],
        mapped: { process, name },
      });
      for (const statement of added) {
        if (statement.kind === 'run') {
          this.#running[statement.cpu] = statement.process;
        }
        this.#add(statement);
      }
    }
  }

  #anyMapped(kind: 'move' | 'unmap' | 'protect'): Statement | undefined {
    const process = this.#random.pick(this.#processes);
    const names = this.#mapped.get(process) ?? [];
    if (names.length === 0) {
      return undefined;
    }
    const mapped = { process, name: this.#random.pick(names) };
    return kind === 'protect' ? { kind, ...mapped, access: 'read' } : { kind, ...mapped };
  }

  #remap(): void {
    const random = this.#random;
    const process = random.pick(this.#processes);
    const names = this.#mapped.get(process) ?? [];
    if (names.length === 0 || random.chance(30)) {
      const name = this.#anyName();
      if (this.#surfaces.every((surface) => surface.name !== name || !surface.plain)) {
        this.#map(process, name);
      }
      return;
    }
    const name = random.pick(names);
    if (random.chance(20)) {
      // For loads only: writes through later mappings must be found (A1).
      this.#add({ kind: 'map', process, name: random.pick(this.#buffers).name, as: 'private' });
      return;
    }
    const pages = Math.ceil(this.#bytesOf(name) / PAGE);
    if (random.chance(30)) {
      const first = random.below(pages);
      const range = { offset: first * PAGE, bytes: Math.min(random.between(1, 2), pages - first) * PAGE };
      this.#add({ kind: 'unmap', process, name, range });
    }
    this.#add({ kind: 'unmap', process, name });
    this.#map(process, name);
    names.splice(names.lastIndexOf(name), 1);
  }

  #protect(): void {
    const moved = this.#anyMapped('move');
    if (moved?.kind === 'move') {
      const { process, name } = moved;
      this.#add({ kind: 'protect', process, name, access: this.#random.pick(['none', 'read']) });
      this.#add(this.#submission());
      this.#add({ kind: 'protect', process, name, access: 'write' });
    }
  }

  #changeProcesses(): void {
    const random = this.#random;
    if (this.#processes.length === MAX_PROCESSES) {
      this.#exitOne();
      return;
    }
    if (random.chance(40)) {
      this.#spawn();
      const process = this.#processes[this.#processes.length - 1];
      const shared = this.#surfaces.filter(({ plain }) => !plain);
      shared.forEach(({ name }) => this.#map(process, name));
      return;
    }
    const parent = random.pick(this.#processes);
    const child = this.#addProcess();
    this.#mapped.set(child, [...(this.#mapped.get(parent) ?? [])]);
    this.#add({ kind: 'fork', process: parent, child });
  }

  #exitOne(): void {
    const [first, ...others] = this.#processes;
    const gone = this.#random.pick(others);
    this.#processes = this.#processes.filter((process) => process !== gone);
    this.#mapped.delete(gone);
    this.#running.forEach((process, cpu) => (this.#running[cpu] = process === gone ? first : process));
    this.#add({ kind: 'exit', process: gone });
  }

  #runElsewhere(): void {
    const cpu = this.#random.below(this.#cpus);
    const process = this.#random.pick(this.#processes);
    this.#running[cpu] = process;
    this.#add({ kind: 'run', cpu, process });
  }

  #switch(): void {
    const surface = this.#random.pick(this.#surfaces);
    const buffer = this.#random.pick(this.#buffers);
    if (!surface.plain && surface.shape.bytes <= buffer.pages * PAGE) {
      const copy = this.#random.chance(40) ? this.#copy() : undefined;
      const bind = { kind: 'switch', surface: surface.name, buffer: buffer.name } as const;
      this.#add({ kind: 'submit', commands: copy === undefined ? [bind] : [bind, copy] });
    }
  }

  #destroyOne(): void {
    if (this.#surfaces.length > 2) {
      const gone = this.#random.pick(this.#surfaces);
      if (this.#random.chance(50)) {
        // The device may not have run this when the surface goes.
        this.#add(this.#submission(gone));
      }
      this.#surfaces = this.#surfaces.filter((surface) => surface !== gone);
      this.#add({ kind: 'destroy', name: gone.name });
    }
    this.#addSurface();
    const made = this.#surfaces[this.#surfaces.length - 1];
    if (!made.plain) {
      const cpu = this.#random.below(this.#cpus);
      this.#map(this.#running[cpu], made.name);
      this.#add({ kind: 'store', cpu, name: made.name, offset: 0, bytes: made.shape.bytes });
    }
  }

  #addFault(): void {
    const random = this.#random;
    const point = random.pick(faultPointNames);
    this.#add({ kind: 'fail', point, after: random.below(4), times: random.between(1, 2) });
  }
}
