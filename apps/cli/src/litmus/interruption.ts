/** The signals that end a run early, and the exit code after each: 128 and its number, as shells have it. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

export type InterruptSignal = keyof typeof EXIT_CODES;

const SIGNALS = Object.keys(EXIT_CODES) as InterruptSignal[];

export function exitCodeOf(signal: InterruptSignal): number {
  return EXIT_CODES[signal];
}

/**
 * Asks a run to end early at the first SIGINT or SIGTERM. From then on, and once it is closed, both have their
 * default effect: the next one ends the process at once.
 */
export class Interruption {
  #signal: InterruptSignal | undefined;
  readonly #take = (signal: NodeJS.Signals): void => {
    this.#signal = signal as InterruptSignal;
    this.close();
    process.stderr.write(`cg: ${signal}: stopping after the programs under way; another one ends at once\n`);
  };

  constructor() {
    SIGNALS.forEach((signal) => process.on(signal, this.#take));
  }

  /** The signal that came; undefined while none has. */
  get signal(): InterruptSignal | undefined {
    return this.#signal;
  }

  close(): void {
    SIGNALS.forEach((signal) => process.off(signal, this.#take));
  }
}
