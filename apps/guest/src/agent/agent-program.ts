import type { AgentWire } from './agent-wire.js';

/** Operations of agent.c. */
const POKE = 1;
const PEEK = 2;
const FILL = 3;
const CALL = 4;
const HASH = 5;
const COPY_WORDS = 6;

/** Less than the input buffer of a Linux terminal (N_TTY_BUF_SIZE, 4,096): more would be dropped. */
const MOST_REQUEST_BYTES = 3072;

/** Memory accesses and system calls of the agent's process. Accesses without a result are queued; order is kept. */
export class AgentProgram {
  readonly #wire: AgentWire;
  #queued: number[] = [];

  constructor(wire: AgentWire) {
    this.#wire = wire;
  }

  /** Address of 64 KiB of scratch memory, for arguments. */
  get scratch(): number {
    return this.#wire.memory?.address ?? 0;
  }

  /** Stores bytes; queued. */
  async poke(address: number, bytes: Uint8Array): Promise<void> {
    const most = MOST_REQUEST_BYTES / 2;
    for (let start = 0; start < bytes.length; start += most) {
      const part = bytes.subarray(start, start + most);
      await this.#add([POKE, ...words(address + start, part.length), ...part]);
    }
  }

  /** Stores a value to each of `length` bytes; queued. */
  async fill(address: number, length: number, value: number): Promise<void> {
    await this.#add([FILL, ...words(address, length, value)]);
  }

  /** Copies memory by 32-bit loads and stores, aligned or not; queued. @param length a multiple of 4 */
  async copyWords(to: number, from: number, length: number): Promise<void> {
    await this.#add([COPY_WORDS, ...words(to, from, length)]);
  }

  /** Loads bytes. */
  async peek(address: number, length: number): Promise<Uint8Array> {
    await this.#add([PEEK, ...words(address, length)]);
    return this.flush();
  }

  /** A system call, by its i386 number. @returns its result; an error is a negative errno */
  async call(number: number, ...args: readonly number[]): Promise<number> {
    const six = Array.from({ length: 6 }, (_, i) => args[i] ?? 0);
    await this.#add([CALL, ...words(number, ...six)]);
    const answer = await this.flush();
    return new DataView(answer.buffer, answer.byteOffset).getInt32(0, true);
  }

  /** Loads memory, and hashes each piece of it with FNV-1a. */
  async hashes(address: number, bytes: number, piece: number): Promise<number[]> {
    const hashes: number[] = [];
    for (let start = 0; start < bytes;) {
      await this.flush();
      const first = start;
      while (start < bytes && this.#queued.length < MOST_REQUEST_BYTES - 16) {
        this.#queued.push(HASH, ...words(address + start, Math.min(piece, bytes - start)));
        start += piece;
      }
      const answer = await this.flush();
      const view = new DataView(answer.buffer, answer.byteOffset);
      for (let at = 0; at < Math.ceil((start - first) / piece); at++) {
        hashes.push(view.getUint32(4 * at, true));
      }
    }
    return hashes;
  }

  /** Sends the queue, and waits. @returns the results of these operations */
  async flush(): Promise<Uint8Array> {
    if (this.#queued.length === 0) {
      return new Uint8Array();
    }
    const request = Uint8Array.from(this.#queued);
    this.#queued = [];
    return this.#wire.ask(request);
  }

  async #add(operation: readonly number[]): Promise<void> {
    if (this.#queued.length + operation.length > MOST_REQUEST_BYTES) {
      await this.flush();
    }
    this.#queued.push(...operation);
  }
}

function words(...values: readonly number[]): number[] {
  return [...new Uint8Array(Uint32Array.from(values).buffer)];
}
