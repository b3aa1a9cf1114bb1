import { SvgaDeviceError } from '../errors.js';
import { commandBytes, definitionOf } from './command-table.js';
import type { CommandFields, CommandName } from './command-table.js';
import { viewOf } from './struct.js';
import type { StructValues, FieldTypes } from './struct.js';

/** Room of a growing writer at the start: a page. */
const FIRST_BYTES = 4096;

interface AnyFields {
  readonly boxes?: readonly StructValues<FieldTypes>[];
}

/**
 * Writes commands one after another, into memory of its own that grows, or into memory that is given. Nothing
 * is allocated for a command, except where the writer grows.
 */
export class CommandWriter {
  readonly #fixed: boolean;
  #target: Uint8Array;
  #view: DataView;
  #length = 0;

  /** @param target where to write, from its first byte to at most its last; without it the writer grows */
  constructor(target?: Uint8Array) {
    this.#fixed = target !== undefined;
    this.#target = target ?? new Uint8Array(FIRST_BYTES);
    this.#view = viewOf(this.#target);
  }

  /** Bytes written. */
  get length(): number {
    return this.#length;
  }

  /** What has been written: a view, good until the next write. */
  get bytes(): Uint8Array {
    return this.#target.subarray(0, this.#length);
  }

  /**
   * Appends a command.
   * @returns its offset in bytes
   * @throws SvgaDeviceError ENOSPC where given memory has no room for it; nothing is written then
   */
  write<N extends CommandName>(name: N, fields: CommandFields<N>): number {
    const { boxes } = fields as AnyFields;
    const offset = this.#reserve(commandBytes(name, boxes?.length));
    const { id, headerBytes, body, box } = definitionOf(name);
    this.#view.setUint32(offset, id, true);
    if (headerBytes === 8) {
      this.#view.setUint32(offset + 4, this.#length - offset - headerBytes, true);
    }
    body.write(this.#view, offset + headerBytes, fields);
    if (box !== undefined && boxes !== undefined) {
      let at = offset + headerBytes + body.bytes;
      for (let i = 0; i < boxes.length; i++, at += box.bytes) {
        box.write(this.#view, at, boxes[i]);
      }
    }
    return offset;
  }

  /** Takes back what was written from `length` on; 0 starts anew in the same memory. */
  truncate(length = 0): void {
    if (!(length >= 0 && length <= this.#length)) {
      throw new SvgaDeviceError('EINVAL', 'cannot truncate to more than was written', {
        length,
        written: this.#length,
      });
    }
    this.#length = length;
  }

  #reserve(bytes: number): number {
    const offset = this.#length;
    const end = offset + bytes;
    if (end > this.#target.length) {
      if (this.#fixed) {
        throw new SvgaDeviceError('ENOSPC', 'command does not fit', {
          bytes,
          free: this.#target.length - offset,
        });
      }
      const larger = new Uint8Array(Math.max(2 * this.#target.length, end));
      larger.set(this.bytes);
      this.#target = larger;
      this.#view = viewOf(larger);
    }
    this.#length = end;
    return offset;
  }
}

/** One command as bytes of its own. */
export function encodeCommand<N extends CommandName>(name: N, fields: CommandFields<N>): Uint8Array {
  const { boxes } = fields as AnyFields;
  const writer = new CommandWriter(new Uint8Array(commandBytes(name, boxes?.length)));
  writer.write(name, fields);
  return writer.bytes;
}
