import type { EmulatedGuest } from '../emulator/emulated-guest.js';
import type { AskedScene } from './asked-scene.js';
import { KernelProbes, type KernelCounts } from './kernel-probes.js';
import type { ModelledBytes, ModelledUploads } from './modelled-uploads.js';
import { median } from './quantiles.js';

interface OwnCounts extends ModelledBytes {
  readonly bytesUploaded: number;
  readonly bytesReadBack: number;
  readonly commands: number;
  readonly draws: number;
  /** Page faults of the program. */
  readonly faults: number;
}

/** What a frame makes device and kernel do. */
export interface FrameCounts extends OwnCounts {
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

  /** @returns the median of each count over the frames; of the kernel's, the mean */
  async count(scene: AskedScene, frames: number): Promise<FrameCounts> {
    const before = await this.#probes?.counts();
    const counted: OwnCounts[] = [];
    for (let i = 0; i < frames; i++) {
      counted.push(await this.#countOne(scene));
    }
    const after = await this.#probes?.counts();
    const medians = mapped(counted[0], (_, name) => median(counted.map((one) => one[name])));
    const kernel = before && after && mapped(before, (value, name) => (after[name] - value) / frames);
    return { ...medians, kernel };
  }

  async stop(): Promise<void> {
    await this.#probes?.stop();
  }

  async #countOne(scene: AskedScene): Promise<OwnCounts> {
    const { device } = this.#guest;
    const before = countersOf(device.statistics);
    this.#model.take();
    const { faults } = await scene.draw(1);
    const after = countersOf(device.statistics);
    return { ...mapped(before, (value, name) => after[name] - value), ...this.#model.take(), faults };
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

function mapped<T extends Readonly<Record<keyof T, number>>>(
  counts: T,
  to: (value: number, name: keyof T) => number,
): Record<keyof T, number> {
  const names = Object.keys(counts) as (keyof T)[];
  return Object.fromEntries(names.map((name) => [name, to(counts[name], name)])) as Record<keyof T, number>;
}
