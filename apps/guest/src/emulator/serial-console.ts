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
  /** All output so far. */
  text = '';
  /** Receives output as it arrives. */
  onText: (text: string) => void = () => {};
  /** Receives each complete line, without its line break. */
  onLine: (line: string) => void = () => {};
  readonly #emulator: V86;
  readonly #decoder = new TextDecoder();
  readonly #waiters = new Set<Waiter>();
  #lineStart = 0;
  #failure: Error | undefined;

  constructor(emulator: V86) {
    this.#emulator = emulator;
    emulator.add_listener('serial0-output-byte', (byte) => {
      const text = this.#decoder.decode(Uint8Array.of(byte), { stream: true });
      this.text += text;
      this.onText(text);
      if (text === '\n') {
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
   * Waits for a match in complete lines of the output, from the offset `from` on.
   * @throws GuestError after this many seconds
   */
  async waitFor(wanted: RegExp, seconds: number, from = 0): Promise<RegExpExecArray> {
    if (this.#failure !== undefined) {
      throw this.#failure;
    }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        reject(new GuestError(`the guest's console has not shown «${wanted.source}» within ${seconds} s`));
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

  /** Rejects every wait, now and later. */
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
