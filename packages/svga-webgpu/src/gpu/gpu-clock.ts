import { BUFFER_USAGE, MAP_READ } from './flags.js';

const TIMES = 2;
const BYTES = 8 * TIMES;
const NANOSECONDS = 1e6;

/**
 * How long the GPU works, by its own timestamps: not how long a submission waits for others, or for the CPU. Times are
 * the ends of empty passes, which are reached when all before them is done.
 */
export class GpuClock {
  readonly #times: GPUQuerySet;
  readonly #resolved: GPUBuffer;
  #encoder: GPUCommandEncoder | undefined;
  #copy: GPUBuffer | undefined;
  #pending: Promise<number>[] = [];

  /** @returns undefined if the device does not measure time */
  static of(device: GPUDevice): GpuClock | undefined {
    return device.features.has('timestamp-query') ? new GpuClock(device) : undefined;
  }

  private constructor(readonly device: GPUDevice) {
    const { QUERY_RESOLVE, COPY_SRC } = BUFFER_USAGE;
    this.#times = device.createQuerySet({ type: 'timestamp', count: TIMES });
    this.#resolved = device.createBuffer({ size: BYTES, usage: QUERY_RESOLVE | COPY_SRC });
  }

  isMeasuring(encoder: GPUCommandEncoder): boolean {
    return this.#encoder === encoder;
  }

  /** What is recorded from here on, until the submission, is measured. */
  begin(encoder: GPUCommandEncoder): void {
    this.#encoder = encoder;
    this.#mark(0);
  }

  /** The encoder is about to be submitted. */
  end(encoder: GPUCommandEncoder): void {
    if (!this.isMeasuring(encoder)) {
      return;
    }
    this.#mark(1);
    const { COPY_DST, MAP_READ: mapRead } = BUFFER_USAGE;
    this.#copy = this.device.createBuffer({ size: BYTES, usage: COPY_DST | mapRead });
    encoder.resolveQuerySet(this.#times, 0, TIMES, this.#resolved, 0);
    encoder.copyBufferToBuffer(this.#resolved, 0, this.#copy, 0, BYTES);
    this.#encoder = undefined;
  }

  /** The encoder is submitted. */
  submitted(): void {
    if (this.#copy !== undefined) {
      this.#pending.push(millisecondsIn(this.#copy));
      this.#copy = undefined;
    }
  }

  /** Milliseconds of what was submitted since this was asked before, once all of it is done. */
  async taken(): Promise<number> {
    const pending = this.#pending;
    this.#pending = [];
    const times = await Promise.all(pending);
    return times.reduce((sum, time) => sum + time, 0);
  }

  #mark(which: number): void {
    const timestampWrites = { querySet: this.#times, endOfPassWriteIndex: which };
    this.#encoder!.beginComputePass({ timestampWrites }).end();
  }
}

/** @returns 0 if the device is lost */
async function millisecondsIn(copy: GPUBuffer): Promise<number> {
  try {
    await copy.mapAsync(MAP_READ);
  } catch {
    return 0;
  }
  const [began, ended] = new BigUint64Array(copy.getMappedRange());
  copy.destroy();
  return Math.max(0, Number(ended - began)) / NANOSECONDS;
}
