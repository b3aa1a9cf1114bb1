import type { WorkBudget } from './objects/work-budget.js';
import { commandNames } from '@cg/svga-protocol';
import type { CommandName } from '@cg/svga-protocol';

/** Counters since the device was made. A reset of the device leaves them. */
export interface DeviceStatistics {
  /** Buffers that were run, to their end or to an error. */
  readonly commandBuffers: number;
  /** Commands that succeeded, including those accepted without being executed. */
  readonly commands: number;
  /** `commands` by name. */
  readonly perCommand: Readonly<Record<CommandName, number>>;
  /** Commands that were accepted and not executed: drawing, and commands that only affect drawing. */
  readonly notExecuted: number;
  /** `notExecuted` by name; only names that occurred. */
  readonly notExecutedPerCommand: Readonly<Partial<Record<CommandName, number>>>;
  /** Draws that the renderer was given. */
  readonly draws: number;
  /** Draws that did not take place because their state was incomplete. */
  readonly drawsLeftOut: number;
  /** Bytes from guest memory into images: updates, SURFACE_DMA, and pending content at the first use of a surface. */
  readonly bytesUploaded: number;
  /** Bytes from images into guest memory: read-backs of newer content, SURFACE_DMA. */
  readonly bytesReadBack: number;
  /** Bytes from image to image: copies, blits, mips. */
  readonly bytesCopied: number;
  /** Work charged to command buffers and the ring, in the unit of `SvgaDeviceOptions.maxWorkBytes`. */
  readonly work: number;
  /** Refused commands, headers and submissions; `SvgaDevice.lastError` is the last of them. */
  readonly errors: number;
}

/** The counters while they count. */
export class Counters implements DeviceStatistics {
  commandBuffers = 0;
  commands = 0;
  notExecuted = 0;
  draws = 0;
  drawsLeftOut = 0;
  bytesUploaded = 0;
  bytesReadBack = 0;
  bytesCopied = 0;
  errors = 0;
  readonly #budget: WorkBudget;
  readonly #done = new Float64Array(commandNames.length);
  readonly #notExecuted = new Float64Array(commandNames.length);

  constructor(budget: WorkBudget) {
    this.#budget = budget;
  }

  get work(): number {
    return this.#budget.spent;
  }

  get perCommand(): Record<CommandName, number> {
    return Object.fromEntries(commandNames.map((name, i) => [name, this.#done[i]])) as Record<
      CommandName,
      number
    >;
  }

  get notExecutedPerCommand(): Partial<Record<CommandName, number>> {
    const counted = commandNames.map((name, i) => [name, this.#notExecuted[i]] as const);
    return Object.fromEntries(counted.filter(([, count]) => count > 0));
  }

  /** Counts a command by its index in `commandNames`. */
  countCommand(index: number): void {
    this.commands++;
    this.#done[index]++;
  }

  /** Counts a command that was accepted without being executed. */
  countNotExecuted(index: number): void {
    this.notExecuted++;
    this.#notExecuted[index]++;
  }
}
