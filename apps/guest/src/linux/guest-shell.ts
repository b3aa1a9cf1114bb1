import type { AgentProgram } from '../agent/agent-program.js';
import { GuestError } from '../guest-error.js';
import { EAGAIN, mustSucceed, OPEN, openFile, SYS } from './system-calls.js';

/** The named pipes of the guest's first shell, for a command and its results (initramfs.ts makes them). */
export const PIPE = {
  COMMAND: '/run/command',
  OUTPUT: '/run/output',
  ERRORS: '/run/errors',
  STATUS: '/run/status',
} as const;

/** Capacity of a pipe. When a command has ended, no more than this is left to read. */
const PIPE_BYTES = 65_536;

const READ_BYTES = 16_384;
/** Where something is done meanwhile, and where nothing is: a wait that ends for nothing takes the command's time. */
const POLL_MILLISECONDS = 100;
const QUIET_POLL_MILLISECONDS = 1000;
const POLLIN = 1;

/** Bytes of a pollfd: descriptor, events, returned events. */
const POLLFD_BYTES = 8;

/** Offsets of arguments and data in the agent's scratch memory. */
const ARGUMENT = 0;
const DATA = 4096;

const DEFAULT_SECONDS = 600;

/** Receives bytes; reading continues when the promise resolves. */
type Sink = (bytes: Uint8Array) => Promise<void> | void;

/** Options of a command. */
export interface ShellOptions {
  /** Timeout in seconds; default 600. */
  readonly seconds?: number;
  readonly onOutput?: Sink;
  readonly onErrors?: Sink;
  /** Called while the command runs, several times a second; it may use the agent. */
  readonly onPoll?: () => Promise<void>;
}

interface Pipes {
  readonly output: number;
  readonly errors: number;
  readonly status: number;
}

/**
 * The guest's first shell. The output of a command comes through pipes of the guest's kernel instead of its console, so
 * that it is unchanged, separate from errors, and free of kernel messages.
 */
export class GuestShell {
  readonly #program: AgentProgram;
  #pipes: Pipes | undefined;
  #isBusy = false;

  constructor(program: AgentProgram) {
    this.#program = program;
  }

  /**
   * Runs a command to its end. It does not wait for background processes of the command, which continue.
   * @returns its exit code, 128 + n where signal n ended it; undefined if it has not ended in time
   * @throws GuestError if the guest ends, as when its first shell exits
   */
  async run(command: string, options: ShellOptions = {}): Promise<number | undefined> {
    if (this.#isBusy) {
      throw new GuestError('the guest is still running the previous command');
    }
    const { seconds = DEFAULT_SECONDS, onOutput = () => {}, onErrors = () => {}, onPoll } = options;
    this.#pipes ??= await this.#openPipes();
    const { output, errors, status } = this.#pipes;
    this.#isBusy = true;
    await this.#send(command);
    const longest = onPoll === undefined ? QUIET_POLL_MILLISECONDS : POLL_MILLISECONDS;
    const end = performance.now() + seconds * 1000;
    for (let left = end - performance.now(); left > 0; left = end - performance.now()) {
      const ready = await this.#poll([output, errors, status], Math.ceil(Math.min(left, longest)));
      // The status is written last: by then all output of the command is in the pipes.
      const hasEnded = ready.includes(status);
      const most = hasEnded ? PIPE_BYTES : READ_BYTES;
      if (hasEnded || ready.includes(output)) {
        await this.#read(output, most, onOutput);
      }
      if (hasEnded || ready.includes(errors)) {
        await this.#read(errors, most, onErrors);
      }
      if (hasEnded) {
        let text = '';
        await this.#read(status, READ_BYTES, (bytes) => void (text += new TextDecoder().decode(bytes)));
        this.#isBusy = false;
        return Number(text);
      }
      await onPoll?.();
    }
    return undefined;
  }

  /** Runs a command that must succeed. @returns its output @throws GuestError where it does not */
  async must(command: string): Promise<string> {
    let output = '';
    const decoder = new TextDecoder();
    const onOutput = (bytes: Uint8Array): void => void (output += decoder.decode(bytes, { stream: true }));
    const code = await this.run(command, { onOutput });
    if (code !== 0) {
      const how = code === undefined ? `does not end within ${DEFAULT_SECONDS} s` : `fails with ${code}`;
      throw new GuestError(`a command in the guest ${how}: ${command}`);
    }
    return output;
  }

  /** Opened for writing, too, so that there is no end of file, and no writer gets SIGPIPE. */
  async #openPipes(): Promise<Pipes> {
    const flags = OPEN.READ_WRITE + OPEN.NONBLOCK;
    return {
      output: await openFile(this.#program, PIPE.OUTPUT, flags),
      errors: await openFile(this.#program, PIPE.ERRORS, flags),
      status: await openFile(this.#program, PIPE.STATUS, flags),
    };
  }

  async #send(command: string): Promise<void> {
    const address = this.#program.scratch + DATA;
    const bytes = new TextEncoder().encode(command);
    const file = await openFile(this.#program, PIPE.COMMAND, OPEN.WRITE_ONLY);
    for (let at = 0; at < bytes.length;) {
      const part = bytes.subarray(at, at + READ_BYTES);
      await this.#program.poke(address, part);
      at += mustSucceed('write', await this.#program.call(SYS.WRITE, file, address, part.length));
    }
    await this.#program.call(SYS.CLOSE, file);
  }

  /** Waits for data. @returns the files that have some */
  async #poll(files: readonly number[], milliseconds: number): Promise<number[]> {
    const address = this.#program.scratch + ARGUMENT;
    const entries = Int32Array.from(files.flatMap((file) => [file, POLLIN]));
    await this.#program.poke(address, new Uint8Array(entries.buffer));
    mustSucceed('poll', await this.#program.call(SYS.POLL, address, files.length, milliseconds));
    const answer = await this.#program.peek(address, files.length * POLLFD_BYTES);
    const view = new DataView(answer.buffer, answer.byteOffset);
    return files.filter((_, i) => (view.getUint16(i * POLLFD_BYTES + 6, true) & POLLIN) !== 0);
  }

  /** Reads the available bytes, up to `most`. */
  async #read(file: number, most: number, sink: Sink): Promise<void> {
    const address = this.#program.scratch + DATA;
    for (let left = most; left > 0;) {
      const bytes = await this.#program.call(SYS.READ, file, address, Math.min(left, READ_BYTES));
      if (bytes === -EAGAIN) {
        return;
      }
      left -= mustSucceed('read', bytes);
      await sink(await this.#program.peek(address, bytes));
    }
  }
}
