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
   * Waits until the guest has said something after `from`.
   * @returns the first of the texts that it said
   * @throws GuestError after so many seconds
   */
  async waitFor(texts: readonly string[], seconds: number, from = 0): Promise<string> {
    const found = (): string | undefined => texts.find((text) => this.text.includes(text, from));
    return new Promise((resolve, reject) => {
      let stop = (): void => {};
      const timer = setTimeout(() => {
        stop();
        reject(new GuestError(`the guest did not say «${texts.join('» or «')}» within ${seconds} s`));
      }, seconds * 1000);
      const look = (): void => {
        const text = found();
        if (text !== undefined) {
          clearTimeout(timer);
          stop();
          resolve(text);
        }
      };
      stop = this.listen(look);
      look();
    });
  }
}
