import type { V86 } from 'v86';
import { GuestError } from '../guest-error.js';

/** The serial port of the agent. */
const PORT = 1;

const REPLY_SECONDS = 120;

/** Messages to and from the agent in the guest; agent.c defines the format. */
export class AgentWire {
  /** The agent's scratch memory, by its own addresses; undefined until its first message. */
  memory: { readonly address: number; readonly bytes: number } | undefined;
  readonly #emulator: V86;
  readonly #received: number[] = [];
  #answered: (() => void) | undefined;
  #failure: Error | undefined;

  constructor(emulator: V86) {
    this.#emulator = emulator;
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
      const timer = setTimeout(() => {
        this.#answered = undefined;
        reject(new GuestError(`the agent in the guest has not replied within ${REPLY_SECONDS} s`));
      }, REPLY_SECONDS * 1000);
      this.#answered = () => {
        if (this.#received.length >= bytes || this.#failure !== undefined) {
          clearTimeout(timer);
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
