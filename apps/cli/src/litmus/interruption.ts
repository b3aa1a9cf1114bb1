/** The signals that end a run early, with their exit codes: 128 plus the number, as in shells. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

export type InterruptSignal = keyof typeof EXIT_CODES;

const SIGNALS = Object.keys(EXIT_CODES) as InterruptSignal[];

export function exitCodeOf(signal: InterruptSignal): number {
  return EXIT_CODES[signal];
}

/**
 * Requests the early end of a run at the first SIGINT or SIGTERM. After that, and after `close`, both have their
 * default effect: the next one ends the process at once.
 */
export class Interruption {
  #signal: InterruptSignal | undefined;
  readonly #take = (signal: NodeJS.Signals): void => {
    this.#signal = signal as InterruptSignal;
    this.close();
    process.stderr.write(`cg: ${signal}: stopping after the current programs; another one ends at once\n`);
  };

  constructor() {
    SIGNALS.forEach((signal) => process.on(signal, this.#take));
  }

  /** The received signal; undefined if none. */
  get signal(): InterruptSignal | undefined {
    return this.#signal;
  }

  close(): void {
    SIGNALS.forEach((signal) => process.off(signal, this.#take));
  }
}
