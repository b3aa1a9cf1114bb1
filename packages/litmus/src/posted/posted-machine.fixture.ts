import { PAGE_SIZE, PageTableError, type Cpu, type Vma } from '@cg/pagetable';
import { formatByName } from '@cg/surface-layout';
import { encodeCommand } from '@cg/svga-protocol';
import { FaultInjection, Surface, VmwgfxError, type BufferObject, type NewSurface } from '@cg/vmwgfx';
import { Machine, type MachineOptions, type Process, policyFor, type TrackingMethodName } from '@cg/machine';
import { postedVariants } from './posted-variants.js';
import type { PostedVariant } from './variant.js';

/** Texels in a row of one page. */
const ROW = 1024;
const A8R8G8B8 = formatByName('A8R8G8B8')!.id;

/** The byte of the device's pattern. */
export const PATTERN = 0xaa;

/** A machine, and the steps of the tests' programs. */
export class PostedMachine {
  readonly machine: Machine;
  readonly process: Process;
  readonly faults = new FaultInjection();
  /** The first and the second CPU. */
  readonly cpus: readonly Cpu[];
  readonly #requests = new Map<number, NewSurface>();
  /** The target of copies, by which the device reads surfaces. */
  readonly #copies = new Map<number, number>();

  constructor({
    method = 'scan',
    options = {},
    variant,
  }: ProgramSetting & { variant?: PostedVariant | undefined }) {
    const driver = { makePolicy: policyFor(method), ...options.driver, faults: this.faults };
    const base: MachineOptions = { memoryBytes: 2 ** 25, ...options, driver };
    this.machine = new Machine(variant?.machineOptions(base) ?? base);
    this.process = this.machine.spawn();
    this.cpus = this.machine.cpus;
  }

  buffer(pages: number): number {
    return this.process.file.createBuffer(pages * PAGE_SIZE).handle;
  }

  /** A coherent surface with one page per row by default. */
  surface(pages: number, wanted: Partial<NewSurface> = {}): number {
    const { width = ROW, height = pages } = wanted;
    const request = { format: A8R8G8B8, coherent: true, ...wanted, width, height };
    const { handle } = this.process.file.createSurface(request);
    this.#requests.set(handle, request);
    return handle;
  }

  /** A coherent surface in a buffer object, from a page of it on. */
  surfaceIn(buffer: number, page: number, pages: number, wanted: Partial<NewSurface> = {}): number {
    return this.surface(pages, { ...wanted, backing: { buffer, offset: page * PAGE_SIZE } });
  }

  map(handle: number): Vma {
    return this.process.map(handle);
  }

  mapBuffer(handle: number): Vma {
    return this.process.file.mapBuffer(handle, this.process.addressSpace);
  }

  /** The buffer object behind a handle of it. */
  object(buffer: number): BufferObject {
    const copy = this.process.file.share(buffer);
    const { object } = copy;
    copy.close();
    if (object instanceof Surface) {
      throw new Error(`${buffer} is a surface`);
    }
    return object;
  }

  store({ start }: Vma, page: number, value: number, cpu = this.cpus[0]): void {
    cpu.store8(start + page * PAGE_SIZE, value);
  }

  fillPages(vma: Vma, pages: readonly number[], value: number): void {
    pages.forEach((page) =>
      this.cpus[0].storeBytes(vma.start + page * PAGE_SIZE, new Uint8Array(4096).fill(value)),
    );
  }

  load({ start }: Vma, page: number): number {
    return this.cpus[0].load8(start + page * PAGE_SIZE);
  }

  /** A submission that reads every byte of surfaces on the device. */
  read(...surfaces: number[]): void {
    this.submit(
      ...surfaces.map((srcSid) =>
        encodeCommand('WHOLE_SURFACE_COPY', { srcSid, destSid: this.#copyOf(srcSid) }),
      ),
    );
  }

  #copyOf(surface: number): number {
    let copy = this.#copies.get(surface);
    if (copy === undefined) {
      const { backing: _, ...shape } = this.#requests.get(surface) as NewSurface;
      copy = this.process.file.createSurface({ ...shape, coherent: false }).handle;
      this.#copies.set(surface, copy);
    }
    return copy;
  }

  /** A submission that writes the pattern to every byte of surfaces. */
  write(...surfaces: number[]): void {
    const sources = surfaces.map((handle) => {
      const { width, height } = this.#requests.get(handle)!;
      const source = this.surface(height, { width });
      const vma = this.map(source);
      this.cpus[0].storeBytes(vma.start, new Uint8Array(width * height * 4).fill(PATTERN));
      this.process.addressSpace.unmap(vma);
      this.read(source);
      const box = { x: 0, y: 0, z: 0, w: width, h: height, d: 1, srcx: 0, srcy: 0, srcz: 0 };
      const images = { srcFace: 0, srcMipmap: 0, destFace: 0, destMipmap: 0 };
      return encodeCommand('SURFACE_COPY', { srcSid: source, destSid: handle, ...images, boxes: [box] });
    });
    this.submit(...sources);
  }

  /** A submission that moves a surface to another buffer object. */
  bind(surface: number, buffer: number): Uint8Array {
    return encodeCommand('BIND_GB_SURFACE', { sid: surface, mobid: buffer });
  }

  submit(...commands: Uint8Array[]): void {
    this.process.file.submit(new Uint8Array(commands.flatMap((command) => [...command]))).wait();
  }

  /** A byte of a subresource on the device. */
  device(surface: number, offset: number, subresource = 0): number | undefined {
    return this.machine.device.image(this.process.file.deviceId(surface), subresource)?.[offset];
  }

  /** The byte on the device at the start of each page of a surface with one subresource. */
  devicePages(surface: number, pages: readonly number[]): (number | undefined)[] {
    return pages.map((page) => this.device(surface, page * PAGE_SIZE));
  }
}

/** A step that may block on a lock or reservation. @returns whether it ran */
export function unlessBlocked(step: () => void): boolean {
  try {
    step();
    return true;
  } catch (error) {
    if ((error instanceof VmwgfxError || error instanceof PageTableError) && error.code === 'EDEADLK') {
      return false;
    }
    throw error;
  }
}

/** The machine of a program. */
export interface ProgramSetting {
  readonly method?: TrackingMethodName;
  readonly options?: MachineOptions;
}

/** The results of a program with the driver's own parts, and with the part of an erratum. */
export function outcomes<Outcome>(
  id: string,
  program: (on: PostedMachine) => Outcome,
  setting: ProgramSetting = {},
): { right: Outcome; posted: Outcome } {
  const variant = postedVariants.find((candidate) => candidate.id === id);
  if (variant === undefined) {
    throw new Error(`no variant ${id}`);
  }
  return {
    right: program(new PostedMachine(setting)),
    posted: program(new PostedMachine({ ...setting, variant })),
  };
}
