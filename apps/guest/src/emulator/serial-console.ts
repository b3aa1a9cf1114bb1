import type { V86 } from 'v86';
import { GuestError } from '../guest-error.js';

interface Waiter {
  readonly wanted: RegExp;
  readonly from: number;
  found(match: RegExpExecArray): void;
  fail(error: Error): void;
}

/** The guest's first serial port: its console. */
export class SerialConsole {
  /** All that the guest has said. */
  text = '';
  /** Told of it as it comes. */
  onText: (said: string) => void = () => {};
  /** Told of each line when it has ended, without its end. */
  onLine: (line: string) => void = () => {};
  readonly #emulator: V86;
  readonly #decoder = new TextDecoder();
  readonly #waiters = new Set<Waiter>();
  #lineStart = 0;
  #failure: Error | undefined;

  constructor(emulator: V86) {
    this.#emulator = emulator;
    emulator.add_listener('serial0-output-byte', (byte) => {
      const said = this.#decoder.decode(Uint8Array.of(byte), { stream: true });
      this.text += said;
      this.onText(said);
      if (said === '\n') {
        const line = this.text.slice(this.#lineStart).trimEnd();
        this.#lineStart = this.text.length;
        this.onLine(line);
        this.#waiters.forEach((waiter) => this.#look(waiter));
      }
    });
  }

  type(text: string): void {
    this.#emulator.serial0_send(text);
  }

  /**
   * Waits until the guest has said something after `from`, in a line that has ended.
   * @throws GuestError after so many seconds
   */
  async waitFor(wanted: RegExp, seconds: number, from = 0): Promise<RegExpExecArray> {
    if (this.#failure !== undefined) {
      throw this.#failure;
    }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        reject(new GuestError(`the guest did not say «${wanted.source}» within ${seconds} s`));
      }, seconds * 1000);
      const found = (match: RegExpExecArray): void => {
        clearTimeout(timer);
        resolve(match);
      };
      const fail = (error: Error): void => {
        clearTimeout(timer);
        reject(error);
      };
      const waiter: Waiter = { wanted, from, found, fail };
      this.#waiters.add(waiter);
      this.#look(waiter);
    });
  }

  /** Has everything that is waited for, now or later, fail. */
  fail(error: Error): void {
    this.#failure ??= error;
    this.#waiters.forEach((waiter) => waiter.fail(error));
    this.#waiters.clear();
  }

  #look(waiter: Waiter): void {
    const match = waiter.wanted.exec(this.text.slice(waiter.from));
    if (match !== null) {
      this.#waiters.delete(waiter);
      waiter.found(match);
    }
  }
}
