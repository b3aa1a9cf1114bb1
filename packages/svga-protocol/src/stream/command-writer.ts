import { SvgaProtocolError } from '../errors.js';
import type { CommandDefinition } from '../commands/command-definition.js';
import { definitionOf } from '../commands/command-table.js';
import type { CommandFields, CommandName } from '../commands/command-table.js';
import { viewOf } from '../structures/struct.js';
import type { AnyValues } from '../structures/struct.js';
import { partCount } from '../structures/tail.js';
import type { BodyReader, TailPart } from '../structures/tail.js';

/** Initial capacity of a growing writer: a page. */
const FIRST_BYTES = 4096;

/** A part's elements. */
type Elements = Uint8Array | readonly (AnyValues | number)[];

type AnyFields = Readonly<Record<string, Elements | number>>;

/** A number among the fields, as a u32. */
function bodyReader(fields: AnyFields): BodyReader {
  return (field, index = 0) => {
    const value = fields[field];
    return ((typeof value === 'number' ? value : (value[index] as number)) ?? 0) >>> 0;
  };
}

/**
 * Bytes of a command with these fields.
 * @throws SvgaProtocolError EINVAL if the length of a part differs from that in the other fields
 */
function encodedBytes({ headerBytes, body, tail, hasTail }: CommandDefinition, fields: AnyFields): number {
  let bytes = headerBytes + body.bytes;
  if (!hasTail) {
    return bytes;
  }
  for (const [name, part] of Object.entries(tail)) {
    const { length } = fields[name] as Elements;
    const partBytes = length * part.elementBytes;
    const expected = partCount(part, bodyReader(fields), partBytes);
    if (length !== expected) {
      throw new SvgaProtocolError('EINVAL', `${name} are not as many as the command says`, {
        length,
        expected,
      });
    }
    bytes += partBytes;
  }
  return bytes;
}

function writePart(view: DataView, start: number, part: TailPart, elements: Elements): void {
  if (elements instanceof Uint8Array) {
    new Uint8Array(view.buffer, view.byteOffset).set(elements, start);
    return;
  }
  for (let i = 0, at = start; i < elements.length; i++, at += part.elementBytes) {
    if (part.struct === undefined) {
      view.setUint32(at, elements[i] as number, true);
    } else {
      part.struct.write(view, at, elements[i] as AnyValues);
    }
  }
}

/**
 * Writes commands to its own growing memory, or to given memory. A command needs no allocation, unless the writer
 * grows.
 */
export class CommandWriter {
  readonly #fixed: boolean;
  #target: Uint8Array;
  #view: DataView;
  #length = 0;

  /** @param target the memory to write to; without it the writer grows */
  constructor(target?: Uint8Array) {
    this.#fixed = target !== undefined;
    this.#target = target ?? new Uint8Array(FIRST_BYTES);
    this.#view = viewOf(this.#target);
  }

  /** Bytes written. */
  get length(): number {
    return this.#length;
  }

  /** The written bytes: a view, valid until the next write. */
  get bytes(): Uint8Array {
    return this.#target.subarray(0, this.#length);
  }

  /**
   * Appends a command.
   * @returns its offset in bytes
   * @throws SvgaProtocolError ENOSPC if given memory has no room for it, EINVAL if the length of a part of the tail
   * differs from that in the fields; nothing is written then
   */
  write<N extends CommandName>(name: N, fields: CommandFields<N>): number {
    const definition = definitionOf(name);
    const values = fields as unknown as AnyFields;
    const offset = this.#reserve(encodedBytes(definition, values));
    const { id, headerBytes, body, tail, hasTail } = definition;
    this.#view.setUint32(offset, id, true);
    if (headerBytes === 8) {
      this.#view.setUint32(offset + 4, this.#length - offset - headerBytes, true);
    }
    body.write(this.#view, offset + headerBytes, values as unknown as AnyValues);
    if (hasTail) {
      let at = offset + headerBytes + body.bytes;
      for (const [part, layout] of Object.entries(tail)) {
        const elements = values[part] as Elements;
        writePart(this.#view, at, layout, elements);
        at += elements.length * layout.elementBytes;
      }
    }
    return offset;
  }

  /**
   * Appends a command that is encoded already, from a stream of commands.
   * @returns its offset in bytes
   * @throws SvgaProtocolError ENOSPC as `write`
   */
  copy(stream: Uint8Array, start: number, end: number): number {
    const offset = this.#reserve(end - start);
    const target = this.#target;
    // Most commands are short: a view of the source costs more than this loop.
    for (let from = start, to = offset; from < end; from++, to++) {
      target[to] = stream[from];
    }
    return offset;
  }

  /** Overwrites a number of 32 bits that was written at `offset`. */
  setU32(offset: number, value: number): void {
    this.#view.setUint32(offset, value, true);
  }

  /** Removes the bytes from `length` on; 0 restarts in the same memory. */
  truncate(length = 0): void {
    if (!(length >= 0 && length <= this.#length)) {
      throw new SvgaProtocolError('EINVAL', 'cannot truncate to more than was written', {
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
        throw new SvgaProtocolError('ENOSPC', 'command does not fit', {
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

/**
 * One command as new bytes. @throws SvgaProtocolError EINVAL if the length of a part of the tail differs from that in
 * the fields
 */
export function encodeCommand<N extends CommandName>(name: N, fields: CommandFields<N>): Uint8Array {
  const bytes = encodedBytes(definitionOf(name), fields as unknown as AnyFields);
  const writer = new CommandWriter(new Uint8Array(bytes));
  writer.write(name, fields);
  return writer.bytes;
}
