import { Machine, type MachineEvent, type MachineOptions } from '@cg/machine';
import type { TraceHeader } from '@cg/machine/trace';
import { PAGE_SIZE, pagesFor, type Cpu, type PhysicalMemory } from '@cg/pagetable';
import type { SurfaceBox } from '@cg/surface-layout';
import { CommandWriter, encodeCommand } from '@cg/svga-protocol';
import type { DrmFile } from '@cg/vmwgfx';
import type { Run } from './recording.js';

/** Memory for object tables, command buffer, page tables. */
const BESIDE_SURFACE_BYTES = 16 * 2 ** 20;

/**
 * A machine with one mapped surface, by default coherent: runs are stored to it, then a submission uses it. The
 * submission copies a single block: the driver has to update the whole surface, and the time of the copy is negligible.
 */
export class DrawingMachine {
  readonly #machine: Machine;
  readonly #file: DrmFile;
  readonly #cpu: Cpu;
  readonly #start: number;
  readonly #surface: number;
  readonly #copyBlock: Uint8Array;
  readonly #writer = new CommandWriter();

  /**
   * The surface is bound and has been used once, so no frame includes its first upload.
   * @param memoryFrom the memory of a machine that is no longer used, for the same surface
   */
  constructor(
    header: TraceHeader,
    driver: NonNullable<MachineOptions['driver']> = {},
    coherent = true,
    memoryFrom?: PhysicalMemory,
  ) {
    const { format, width, height, surfaceBytes } = header;
    const memoryBytes = pagesFor(surfaceBytes) * PAGE_SIZE + BESIDE_SURFACE_BYTES;
    this.#machine = new Machine({
      cpus: 1,
      memoryBytes,
      driver,
      ...(memoryFrom !== undefined && { memoryFrom }),
    });
    const process = this.#machine.spawn();
    this.#file = process.file;
    [this.#cpu] = this.#machine.cpus;
    this.#surface = this.#file.createSurface({ format: format.id, width, height, coherent }).handle;
    const { blockWidth, blockHeight } = format;
    const block = this.#file.createSurface({ format: format.id, width: blockWidth, height: blockHeight });
    this.#copyBlock = encodeCommand('SURFACE_COPY', {
      srcSid: this.#surface,
      srcFace: 0,
      srcMipmap: 0,
      destSid: block.handle,
      destFace: 0,
      destMipmap: 0,
      boxes: [{ x: 0, y: 0, z: 0, w: blockWidth, h: blockHeight, d: 1, srcx: 0, srcy: 0, srcz: 0 }],
    });
    this.#start = process.map(this.#surface).start;
    this.#file.submit(this.#copyBlock).wait();
  }

  get memory(): PhysicalMemory {
    return this.#machine.memory;
  }

  /** Adds a listener for all events. */
  listen(hear: (event: MachineEvent) => void): void {
    this.#machine.listen(hear);
  }

  /** Stores the runs. */
  store(runs: readonly Run[]): void {
    for (const { offset, bytes } of runs) {
      this.#cpu.storeBytes(this.#start + offset, bytes);
    }
  }

  /**
   * Submits, and waits for the fence.
   * @param box for a surface that is not coherent: the box that the program has written
   */
  submit(box?: SurfaceBox): void {
    this.#file.submit(box === undefined ? this.#copyBlock : this.#withUpdate(box)).wait();
  }

  /** The copy is encoded already, as it is without an update. */
  #withUpdate({ x, y, z, width: w, height: h, depth: d }: SurfaceBox): Uint8Array {
    if (w === 0) {
      return this.#copyBlock;
    }
    this.#writer.truncate();
    this.#writer.write('UPDATE_GB_IMAGE', { sid: this.#surface, face: 0, mipmap: 0, x, y, z, w, h, d });
    this.#writer.copy(this.#copyBlock, 0, this.#copyBlock.length);
    return this.#writer.bytes;
  }

  /** The device's image of the surface. */
  image(): Uint8Array | undefined {
    return this.#machine.device.image(this.#file.deviceId(this.#surface), 0);
  }
}
