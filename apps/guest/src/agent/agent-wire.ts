import type { V86 } from 'v86';
import { GuestError } from '../guest-error.js';

/** The serial port of the agent. */
const PORT = 1;

const REPLY_TICKS = 120;

/** Messages to and from the agent in the guest; agent.c defines the format. */
export class AgentWire {
  /** The agent's scratch memory, by its own addresses; undefined until its first message. */
  memory: { readonly address: number; readonly bytes: number } | undefined;
  readonly #emulator: V86;
  readonly #tickMilliseconds: number;
  readonly #received: number[] = [];
  #answered: (() => void) | undefined;
  #failure: Error | undefined;

  /** @param tickMilliseconds a reply may take 120 of these */
  constructor(emulator: V86, tickMilliseconds = 1000) {
    this.#emulator = emulator;
    this.#tickMilliseconds = tickMilliseconds;
    emulator.add_listener('serial1-output-byte', (byte) => {
      this.#received.push(byte);
      this.#answered?.();
    });
  }

  /** Takes the agent's first message, which may have arrived already. */
  async start(): Promise<void> {
    const hello = await this.#message();
    const [address, bytes] = new Uint32Array(hello.buffer);
    this.memory = { address, bytes };
  }

  /** Sends a request. @returns the reply */
  async ask(request: Uint8Array): Promise<Uint8Array> {
    const message = new Uint8Array(4 + request.length);
    new DataView(message.buffer).setUint32(0, request.length, true);
    message.set(request, 4);
    this.#emulator.serial_send_bytes(PORT, message);
    return this.#message();
  }

  /** Rejects every wait for a message, now and later. */
  fail(error: Error): void {
    this.#failure ??= error;
    this.#answered?.();
  }

  async #message(): Promise<Uint8Array<ArrayBuffer>> {
    await this.#waitFor(4);
    const [a, b, c, d] = this.#received;
    const bytes = a + b * 2 ** 8 + c * 2 ** 16 + d * 2 ** 24;
    await this.#waitFor(4 + bytes);
    return Uint8Array.from(this.#received.splice(0, 4 + bytes).slice(4));
  }

  async #waitFor(bytes: number): Promise<void> {
    if (this.#received.length >= bytes) {
      return;
    }
    if (this.#failure !== undefined) {
      throw this.#failure;
    }
    await new Promise<void>((resolve, reject) => {
      // The guest stands still while its device draws on this thread, and so do the ticks.
      let ticks = 0;
      const timer = setInterval(() => {
        ticks++;
        if (ticks === REPLY_TICKS) {
          clearInterval(timer);
          this.#answered = undefined;
          const seconds = (REPLY_TICKS * this.#tickMilliseconds) / 1000;
          reject(new GuestError(`the agent in the guest has not replied within ${seconds} s`));
        }
      }, this.#tickMilliseconds);
      this.#answered = () => {
        if (this.#received.length >= bytes || this.#failure !== undefined) {
          clearInterval(timer);
          this.#answered = undefined;
          if (this.#failure === undefined) {
            resolve();
          } else {
            reject(this.#failure);
          }
        }
      };
    });
  }
}
