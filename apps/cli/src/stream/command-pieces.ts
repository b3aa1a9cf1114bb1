import { CommandReader, SVGA_CB_MAX_SIZE_4MB, SvgaProtocolError } from '@cg/svga-protocol';

/** Initial buffer: one piece of a Node stream, and the cut command before it. */
const FIRST_BYTES = 2 ** 18;

/** Damage in a stream. */
export interface StreamDamage {
  /** Offset in the stream. */
  readonly offset: number;
  /** The reason. */
  readonly why: string;
  /** Bytes of the stream from there on, if its end is known. */
  readonly left: number | undefined;
  /** Its numbers, by name. */
  readonly values: Readonly<Record<string, number>>;
  /** The command, if its id is known. */
  readonly id: number | undefined;
  /** The bytes there, at most 16. */
  readonly bytes: Uint8Array;
}

/**
 * Reads a command stream in pieces of any size, buffering one command at most. `add` each piece and call `next` until
 * it returns false; then `end`, and `next` once more.
 */
export class CommandPieces {
  readonly reader: CommandReader;
  #window = new Uint8Array(FIRST_BYTES);
  /** Offset of the buffered bytes in the window. */
  #start = 0;
  #end = 0;
  #over = false;
  /** Of the window's first byte, in the stream. */
  #base: number;
  #damage: StreamDamage | undefined;

  /** @param base offset of the first byte that is added */
  constructor(deviceContext: boolean, base = 0) {
    this.reader = new CommandReader(deviceContext);
    this.#base = base;
  }

  /** Of the reader's command, in the stream. */
  get offset(): number {
    return this.#base + this.reader.offset;
  }

  /** Set once `next` has met bytes that are not a command: it then always returns false. */
  get damage(): StreamDamage | undefined {
    return this.#damage;
  }

  add(piece: Uint8Array): void {
    const kept = this.#end - this.#start;
    if (this.#end + piece.length > this.#window.length) {
      const room = kept + piece.length;
      const window = room > this.#window.length ? new Uint8Array(2 * room) : this.#window;
      window.set(this.#window.subarray(this.#start, this.#end));
      this.#window = window;
      this.#base += this.#start;
      this.#start = 0;
      this.#end = kept;
    }
    this.#window.set(piece, this.#end);
    this.#end += piece.length;
    this.#aim();
  }

  /** The end of the stream: a command that is cut off here is damage. */
  end(): void {
    this.#over = true;
    this.#aim();
  }

  /** Moves the reader to the next whole command. */
  next(): boolean {
    if (this.#damage !== undefined) {
      return false;
    }
    try {
      const found = this.reader.next();
      this.#start = this.reader.offset;
      if (!found && this.reader.wanted > SVGA_CB_MAX_SIZE_4MB) {
        this.#stop('longer than any command buffer', { bytes: this.reader.wanted });
      }
      return found;
    } catch (error) {
      if (!(error instanceof SvgaProtocolError)) {
        throw error;
      }
      const { offset: _, id: __, left: ___, ...values } = error.values;
      this.#stop(error.what, values);
      return false;
    }
  }

  #aim(): void {
    this.reader.aim(this.#window, this.#start, this.#end, this.#over);
  }

  #stop(why: string, values: Readonly<Record<string, number>>): void {
    const at = this.reader.offset;
    this.#damage = {
      offset: this.#base + at,
      why,
      left: this.#over ? this.#end - at : undefined,
      values,
      id: this.#end - at < 4 ? undefined : this.reader.id,
      bytes: this.#window.slice(at, Math.min(at + 16, this.#end)),
    };
  }
}
