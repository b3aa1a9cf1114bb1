import { SvgaDeviceError } from '../errors.js';
import { definitionOf } from '@cg/svga-protocol';
import type { CommandFields, CommandName } from '@cg/svga-protocol';
import type { SnapshotBlob } from './snapshot-blob.js';

const MAX_U32 = 0xffff_ffff;

function isWord(value: unknown): boolean {
  return typeof value === 'number' && value === value >>> 0;
}

/** Reads values of a snapshot's state, all of which are untrusted; every method throws SvgaDeviceError EBADMSG. */
export class SnapshotValues {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #blobs: readonly SnapshotBlob[];

  constructor(state: unknown, blobs: readonly SnapshotBlob[]) {
    if (typeof state !== 'object' || state === null || Array.isArray(state)) {
      throw new SvgaDeviceError('EBADMSG', 'snapshot has a value that is no record');
    }
    this.#values = state as Readonly<Record<string, unknown>>;
    this.#blobs = blobs;
  }

  /** A whole number from 0 to `most`. */
  count(name: string, most = MAX_U32): number {
    const value = this.#own(name);
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0 || value > most) {
      this.#refuse(name);
    }
    return value;
  }

  /** As `count`; undefined if it is left out. */
  optionalCount(name: string, most: number): number | undefined {
    return Object.hasOwn(this.#values, name) ? this.count(name, most) : undefined;
  }

  /** A signed whole number of 32 bits. */
  signed(name: string): number {
    const value = this.#own(name);
    if (typeof value !== 'number' || value !== (value | 0)) {
      this.#refuse(name);
    }
    return value;
  }

  /** The fields of a command's body, which are numbers: each has 32 bits, with a sign if the protocol gives it one. */
  fieldsOf<N extends CommandName>(command: N): CommandFields<N> {
    const fields = definitionOf(command).body.fields.map(({ name, scalar }) => [
      name,
      scalar === 'i32' ? this.signed(name) : this.count(name),
    ]);
    return Object.fromEntries(fields) as CommandFields<N>;
  }

  /** A time or, as `null`, Infinity. */
  optionalTime(name: string): number {
    return this.#own(name) === null ? Infinity : this.time(name);
  }

  /** A time: any finite number. */
  time(name: string): number {
    const value = this.#own(name);
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      this.#refuse(name);
    }
    return value;
  }

  flag(name: string): boolean {
    const value = this.#own(name);
    if (typeof value !== 'boolean') {
      this.#refuse(name);
    }
    return value;
  }

  record(name: string): SnapshotValues {
    return new SnapshotValues(this.#own(name), this.#blobs);
  }

  /** A record; undefined for null, and if it is left out. */
  optionalRecord(name: string): SnapshotValues | undefined {
    return (this.#own(name) ?? null) === null ? undefined : this.record(name);
  }

  /** Records, each read by `read`. */
  list<T>(name: string, read: (values: SnapshotValues) => T): T[] {
    const value = this.#own(name);
    if (!Array.isArray(value)) {
      this.#refuse(name);
    }
    return value.map((element) => read(new SnapshotValues(element, this.#blobs)));
  }

  /** `length` numbers of 32 bits. */
  words(name: string, length: number): number[] {
    const value = this.#own(name);
    if (!Array.isArray(value) || value.length !== length || !value.every(isWord)) {
      this.#refuse(name);
    }
    return value as number[];
  }

  /** The blob of a number, of `length` bytes if that is given. */
  blob(name: string, length?: number): SnapshotBlob {
    const blob = this.#blobs[this.count(name)];
    if (blob === undefined || (length !== undefined && blob.length !== length)) {
      this.#refuse(name);
    }
    return blob;
  }

  /** As `blob`, or undefined. */
  optionalBlob(name: string, length?: number): SnapshotBlob | undefined {
    return this.#own(name) === null ? undefined : this.blob(name, length);
  }

  #own(name: string): unknown {
    return Object.hasOwn(this.#values, name) ? this.#values[name] : undefined;
  }

  #refuse(name: string): never {
    throw new SvgaDeviceError('EBADMSG', `snapshot has no proper ${name}`);
  }
}
