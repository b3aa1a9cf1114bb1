import { viewOf } from '@cg/svga-protocol';
import { SvgaDeviceError } from '../errors.js';
import type { SvgaDeviceOptions } from '../limits.js';
import { HEADER_BYTES, RECORDING_MAGIC, RECORDING_VERSION } from './recording-format.js';

const MAX_U32 = 0xffff_ffff;
/** Bytes of a number, at most: 2^53 - 1 has eight times seven bits. */
const MAX_NUMBER_BYTES = 8;
/** Guest memory that a recording may ask for. */
const MAX_MEMORY_BYTES = 2 ** 32;

/** VRAM or FIFO memory that it may ask for, and the highest of all other limits. */
const MAX_BAR_BYTES = 2 ** 28;
const MAX_LIMIT = 2 ** 34;

/** The bytes of an address space; undefined for an unknown one. */
export type SpaceOf = (space: number) => Uint8Array | undefined;

/** Whether bytes begin as a recording does, of whatever version. */
export function isRecording(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && viewOf(bytes).getUint32(0, true) === RECORDING_MAGIC;
}

/** Reads a recording from front to back. All methods throw SvgaDeviceError EBADMSG with the place of the record. */
export class RecordingReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;
  /** Of the record that is being read. */
  #start = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
  }

  /** The size of the guest's memory, and the options of the device. */
  header(): { readonly memoryBytes: number; readonly deviceOptions: SvgaDeviceOptions } {
    const [magic, version] = [this.#u32(), this.#u32()];
    if (magic !== RECORDING_MAGIC || version !== RECORDING_VERSION) {
      this.refuse('is none, or of another version', { magic, version });
    }
    const { memoryBytes, options } = this.#parse(this.text());
    const isSize = typeof memoryBytes === 'number' && Number.isInteger(memoryBytes) && memoryBytes >= 0;
    if (!isSize || memoryBytes > MAX_MEMORY_BYTES || typeof options !== 'object' || options === null) {
      this.refuse('has no proper header');
    }
    for (const [name, value] of Object.entries(options)) {
      const most = name === 'vramBytes' || name === 'fifoBytes' ? MAX_BAR_BYTES : MAX_LIMIT;
      if (typeof value !== 'boolean' && !(typeof value === 'number' && value <= most)) {
        this.refuse('has no proper header');
      }
    }
    return { memoryBytes, deviceOptions: options };
  }

  #parse(json: string): { readonly memoryBytes?: unknown; readonly options?: unknown } {
    try {
      const parsed: unknown = JSON.parse(json);
      return typeof parsed === 'object' && parsed !== null ? parsed : {};
    } catch {
      return this.refuse('has no proper header');
    }
  }

  /** The kind of the next record. */
  kind(): number {
    this.#start = this.#at;
    return this.#take(1)[0];
  }

  /** A whole number from 0 to 2^53 - 1. */
  number(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < MAX_NUMBER_BYTES; i++) {
      const [byte] = this.#take(1);
      value += (byte % 0x80) * scale;
      scale *= 0x80;
      if (byte < 0x80) {
        return Number.isSafeInteger(value) ? value : this.refuse('has a number that is too large');
      }
    }
    return this.refuse('has a number that is too large');
  }

  word(): number {
    const value = this.number();
    return value <= MAX_U32 ? value : this.refuse('has a number that is too large', { value });
  }

  /** A finite time. */
  time(): number {
    const at = this.#at;
    this.#take(8);
    const value = this.#view.getFloat64(at, true);
    return Number.isFinite(value) ? value : this.refuse('has no proper time');
  }

  bytes(): Uint8Array {
    return this.#take(this.number());
  }

  text(): string {
    const length = this.number();
    if (length > this.#bytes.length - this.#at) {
      this.refuse('is cut off', { length, left: this.#bytes.length - this.#at });
    }
    let text = '';
    for (let i = 0; i < length; i++) {
      text += String.fromCharCode(this.number());
    }
    return text;
  }

  /** Copies bytes into an address space. */
  memory(spaceOf: SpaceOf): void {
    const [number] = this.#take(1);
    const space = spaceOf(number);
    const address = this.number();
    const bytes = this.bytes();
    if (space === undefined || address + bytes.length > space.length) {
      this.refuse('is outside memory', { space: number, address, bytes: bytes.length });
    }
    space.set(bytes, address);
  }

  /** Behind the last record. */
  end(): void {
    if (this.#at < this.#bytes.length) {
      this.refuse('is followed by bytes', { left: this.#bytes.length - this.#at });
    }
  }

  refuse(what: string, values: Readonly<Record<string, number>> = {}): never {
    const place = this.#start < HEADER_BYTES ? 'recording' : `recording at byte ${this.#start}`;
    throw new SvgaDeviceError('EBADMSG', `${place} ${what}`, values);
  }

  #take(length: number): Uint8Array {
    if (length > this.#bytes.length - this.#at) {
      this.refuse('is cut off', { length, left: this.#bytes.length - this.#at });
    }
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  #u32(): number {
    this.#take(4);
    return this.#view.getUint32(this.#at - 4, true);
  }
}
