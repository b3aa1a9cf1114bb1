import type { SurfaceBox } from '@cg/surface-layout';
import type { RenderSurface } from '@cg/svga-device';
import { BUFFER_USAGE } from '../gpu/flags.js';
import type { ArenaPlace } from '../gpu/arena.js';
import type { GpuMemory } from './gpu-memory.js';
import type { Recorder } from '../gpu/recorder.js';

const SMALLEST = 16;
let ids = 0;

/** The buffer of a surface on the GPU. It is made at its first use, and has every usage. */
export class BufferImage {
  readonly surface: RenderSurface;
  /** Different for each buffer. */
  readonly id = ids++;
  /** Bytes of the surface. */
  readonly bytes: number;
  /** Changes whenever the content does. */
  version = 0;
  /** The GPU's content is newer than the device's. */
  isNewer = false;
  /** Where constants were last copied to, and what they were. */
  readonly constants = {
    serial: 0,
    version: -1,
    offset: 0,
    size: 0,
    declared: 0,
    place: undefined as ArenaPlace | undefined,
  };
  #buffer: GPUBuffer | undefined;
  #source: { readonly id: string; readonly buffer: GPUBuffer; readonly size: number } | undefined;
  /** How often the buffer was made. */
  #made = 0;
  #dirtyStart = 0;
  #dirtyEnd = 0;
  #usedIn = 0;

  /** The draw that used the buffer last. */
  lastDraw = -1;

  constructor(
    surface: RenderSurface,
    readonly memory: GpuMemory,
  ) {
    this.surface = surface;
    this.bytes = surface.layout.bytes;
    this.#dirtyEnd = surface.ownImage === undefined ? 0 : this.bytes;
  }

  /** Bytes of the buffer on the GPU, if it is made. */
  get gpuBytes(): number {
    return this.#buffer === undefined ? 0 : this.size;
  }

  /** The buffer, which has been used, for bind groups. */
  get source(): { readonly id: string; readonly buffer: GPUBuffer; readonly size: number } {
    this.#source ??= { id: `${this.id}.${this.#made}`, buffer: this.#buffer!, size: this.size };
    return this.#source;
  }

  /** Bytes that the buffer has, or will have: whole words. */
  get size(): number {
    return Math.max(SMALLEST, Math.ceil(this.bytes / 4) * 4);
  }

  /** The device's bytes have changed. */
  written(box: SurfaceBox | undefined): void {
    const [start, end] =
      box === undefined ? [0, this.bytes] : [box.x, Math.min(box.x + box.width, this.bytes)];
    if (this.#dirtyStart >= this.#dirtyEnd) {
      this.#dirtyStart = start;
      this.#dirtyEnd = end;
    } else {
      this.#dirtyStart = Math.min(this.#dirtyStart, start);
      this.#dirtyEnd = Math.max(this.#dirtyEnd, end);
    }
    if (box === undefined) {
      this.isNewer = false;
    }
    this.version++;
  }

  /** The GPU has changed it. */
  changed(): void {
    this.isNewer = true;
    this.version++;
  }

  /** The buffer with the newest content, for commands that are recorded next. */
  use(recorder: Recorder): GPUBuffer {
    const { device } = recorder;
    this.lastDraw = recorder.drawNumber;
    if (this.#buffer === undefined) {
      // A buffer is no larger than the device's bytes, which are bounded: it is made in any case.
      if (!this.memory.take(this.size)) {
        this.memory.used += this.size;
      }
      const { COPY_SRC, COPY_DST, INDEX, VERTEX, UNIFORM, STORAGE } = BUFFER_USAGE;
      const usage = COPY_SRC | COPY_DST | INDEX | VERTEX | UNIFORM | STORAGE;
      this.#buffer = device.createBuffer({ size: this.size, usage });
      this.#made++;
      if (this.surface.ownImage === undefined) {
        this.#dirtyEnd = 0;
      }
    }
    if (this.#dirtyStart < this.#dirtyEnd) {
      this.#upload(recorder, this.#buffer);
    }
    this.#usedIn = recorder.serial;
    return this.#buffer;
  }

  #upload(recorder: Recorder, buffer: GPUBuffer): void {
    const start = Math.floor(this.#dirtyStart / 4) * 4;
    const end = Math.min(Math.ceil(this.#dirtyEnd / 4) * 4, this.size);
    this.#dirtyStart = 0;
    this.#dirtyEnd = 0;
    const image = this.surface.ownImage;
    if (image === undefined) {
      recorder.encoder().clearBuffer(buffer, start, end - start);
      return;
    }
    if (this.#usedIn === recorder.serial) {
      recorder.submit();
    }
    const { queue } = recorder.device;
    const whole = Math.min(end, Math.floor(this.bytes / 4) * 4);
    if (start < whole) {
      queue.writeBuffer(buffer, start, image as GPUAllowSharedBufferSource, start, whole - start);
    }
    if (whole < end) {
      // The last bytes are no whole word.
      const last = new Uint8Array(4);
      last.set(image.subarray(whole, this.bytes));
      queue.writeBuffer(buffer, whole, last);
    }
  }

  /** Copies the GPU's bytes to the device's. */
  async fetch(recorder: Recorder): Promise<void> {
    const { device } = recorder;
    const buffer = this.use(recorder);
    const mapped = device.createBuffer({
      size: this.size,
      usage: BUFFER_USAGE.COPY_DST | BUFFER_USAGE.MAP_READ,
    });
    recorder.encoder().copyBufferToBuffer(buffer, 0, mapped, 0, this.size);
    recorder.submitReadBack();
    const { version } = this;
    await mapped.mapAsync(1);
    if (version === this.version) {
      this.surface.ownImage?.set(new Uint8Array(mapped.getMappedRange()).subarray(0, this.bytes));
      this.isNewer = false;
    }
    mapped.destroy();
  }

  /** Drops the buffer: what only it held is lost. */
  drop(recorder: Recorder): void {
    if (this.#buffer !== undefined) {
      if (this.#usedIn === recorder.serial) {
        recorder.submit();
      }
      this.#buffer.destroy();
      this.memory.give(this.size);
    }
    this.#buffer = undefined;
    this.#source = undefined;
    this.#dirtyStart = 0;
    this.#dirtyEnd = this.bytes;
    this.isNewer = false;
    this.version++;
  }
}
