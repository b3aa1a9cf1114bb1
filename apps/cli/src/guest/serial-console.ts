import type { V86 } from 'v86';
import { GuestError } from './guest-error.js';

/** The guest's first serial port: its console. */
export class SerialConsole {
  /** All that the guest has said. */
  text = '';
  readonly #emulator: V86;
  readonly #decoder = new TextDecoder();
  readonly #listeners = new Set<(said: string) => void>();

  constructor(emulator: V86) {
    this.#emulator = emulator;
    emulator.add_listener('serial0-output-byte', (byte) => {
      const said = this.#decoder.decode(Uint8Array.of(byte), { stream: true });
      this.text += said;
      for (const listener of this.#listeners) {
        listener(said);
      }
    });
  }

  /** @returns what stops it */
  listen(listener: (said: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  type(text: string): void {
    this.#emulator.serial0_send(text);
  }

  /**
   * Waits until the guest has said something after `from`, in a line that has ended.
   * @throws GuestError after so many seconds
   */
  async waitFor(wanted: RegExp, seconds: number, from = 0): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      let stop = (): void => {};
      const timer = setTimeout(() => {
        stop();
        reject(new GuestError(`the guest did not say «${wanted.source}» within ${seconds} s`));
      }, seconds * 1000);
      const look = (said: string): void => {
        if (!said.includes('\n')) {
          return;
        }
        const found = wanted.exec(this.text.slice(from));
        if (found !== null) {
          clearTimeout(timer);
          stop();
          resolve(found);
        }
      };
      stop = this.listen(look);
      look('\n');
    });
  }
}
