import type { EmulatedGuest } from '../emulator/emulated-guest.js';
import type { AskedScene } from './asked-scene.js';
import { KernelProbes, type KernelCounts } from './kernel-probes.js';
import type { ModelledBytes, ModelledUploads } from './modelled-uploads.js';
import { median } from './quantiles.js';

/** What a frame makes device and kernel do. */
export interface FrameCounts extends ModelledBytes {
  readonly bytesUploaded: number;
  readonly bytesReadBack: number;
  readonly commands: number;
  readonly draws: number;
  /** Page faults of the program. */
  readonly faults: number;
  /** Undefined where the guest's kernel cannot be probed. */
  readonly kernel: KernelCounts | undefined;
}

/** Draws frames one by one, and counts. Counting takes time: such frames are not timed. */
export class FrameCounter {
  readonly #guest: EmulatedGuest;
  readonly #model: ModelledUploads;
  readonly #probes: KernelProbes | undefined;

  private constructor(guest: EmulatedGuest, model: ModelledUploads, probes: KernelProbes | undefined) {
    this.#guest = guest;
    this.#model = model;
    this.#probes = probes;
  }

  static async start(guest: EmulatedGuest, model: ModelledUploads): Promise<FrameCounter> {
    return new FrameCounter(guest, model, await KernelProbes.start(guest));
  }

  /** @returns the median of each count over the frames */
  async count(scene: AskedScene, frames: number): Promise<FrameCounts> {
    const counted: FrameCounts[] = [];
    for (let i = 0; i < frames; i++) {
      counted.push(await this.#countOne(scene));
    }
    return medianCounts(counted);
  }

  async stop(): Promise<void> {
    await this.#probes?.stop();
  }

  async #countOne(scene: AskedScene): Promise<FrameCounts> {
    const { device } = this.#guest;
    const kernelBefore = await this.#probes?.counts();
    const before = { ...countersOf(device.statistics) };
    this.#model.take();
    const { faults } = await scene.draw(1);
    const modelled = this.#model.take();
    const after = countersOf(device.statistics);
    const kernelAfter = await this.#probes?.counts();
    return {
      ...difference(before, after),
      ...modelled,
      faults,
      kernel: kernelBefore && kernelAfter && difference(kernelBefore, kernelAfter),
    };
  }
}

function countersOf({
  bytesUploaded,
  bytesReadBack,
  commands,
  draws,
}: EmulatedGuest['device']['statistics']) {
  return { bytesUploaded, bytesReadBack, commands, draws };
}

function difference<T extends object>(before: T, after: T): T {
  const names = Object.keys(before) as (keyof T)[];
  return Object.fromEntries(
    names.map((name) => [name, (after[name] as number) - (before[name] as number)]),
  ) as T;
}

function medianCounts(counted: readonly FrameCounts[]): FrameCounts {
  const kernels = counted.flatMap(({ kernel }) => (kernel === undefined ? [] : [kernel]));
  const { kernel: _kernel, ...plain } = counted[0];
  return {
    ...medians(
      plain,
      counted.map(({ kernel: _own, ...one }) => one),
    ),
    kernel: kernels.length === 0 ? undefined : medians(kernels[0], kernels),
  };
}

function medians<T extends object>(like: T, all: readonly T[]): T {
  const names = Object.keys(like) as (keyof T)[];
  return Object.fromEntries(names.map((name) => [name, median(all.map((one) => one[name] as number))])) as T;
}
