import { SvgaProtocolError } from '../errors.js';
import type { CommandDefinition } from '../commands/command-definition.js';
import { commandIndexOf, commandNames, definitionAt } from '../commands/command-table.js';
import type { CommandFields, CommandName } from '../commands/command-table.js';
import { viewOf } from '../structures/struct.js';
import type { AnyValues } from '../structures/struct.js';
import { partCount } from '../structures/tail.js';
import type { BodyReader, TailPart } from '../structures/tail.js';

/**
 * SVGA3D ids of svga3d_cmd.h: from SVGA_3D_CMD_LEGACY_BASE to below SVGA_3D_CMD_FUTURE_MAX, all with an
 * SVGA3dCmdHeader.
 */
const SVGA_3D_CMD_LEGACY_BASE = 1000;
const SVGA_3D_CMD_FUTURE_MAX = 3000;

const HEADER_BYTES = 8;

/** The stream of a reader that was not aimed yet. */
const NOTHING = new Uint8Array();
const NOTHING_VIEW = viewOf(NOTHING);

/**
 * Reads a stream command by command, with fields in place: only `fields` and `part` allocate. A reader can be reused
 * for any number of streams.
 */
export class CommandReader {
  readonly #deviceContext: boolean;
  #bytes: Uint8Array = NOTHING;
  #view = NOTHING_VIEW;
  #end = 0;
  #whole = true;
  #definition: CommandDefinition | undefined;
  /** The current command's fields, once they were read: executor and listeners ask for the same ones. */
  #fields: Readonly<Record<string, unknown>> | undefined;

  /** Of the command's first byte. */
  offset = 0;
  /** Of the first byte after its header. */
  body = 0;
  /** With its header; 0 before the first command. */
  bytes = 0;
  id = 0;
  /** Its index in `commandNames`; -1 for a 3D command outside the table. */
  index = -1;
  /** After `next` found a command cut off in a stream that continues: the minimum of its bytes. */
  wanted = 0;

  /** @param deviceContext whether the streams are of the device context, which has separate ids */
  constructor(deviceContext = false) {
    this.#deviceContext = deviceContext;
  }

  /**
   * Starts a stream: `next` moves to its first command. @param whole false if more of the stream follows after `end`:
   * `next` then returns false for a command that is cut off, instead of throwing
   */
  aim(stream: Uint8Array, start = 0, end = stream.length, whole = true): this {
    if (stream !== this.#bytes) {
      this.#bytes = stream;
      this.#view = viewOf(stream);
    }
    this.#end = end;
    this.#whole = whole;
    this.offset = start;
    this.bytes = 0;
    this.#fields = undefined;
    return this;
  }

  /**
   * Moves to the next command and measures it.
   * @returns false at the end of the stream
   * @throws SvgaProtocolError EBADMSG with `offset` if no whole command begins there, or its size is wrong; `offset` is
   * then that place
   */
  next(): boolean {
    this.offset += this.bytes;
    this.bytes = 0;
    this.#fields = undefined;
    const left = this.#end - this.offset;
    if (left <= 0) {
      this.wanted = 0;
      return false;
    }
    if (left < 4) {
      return this.#cutOff('stream ends inside a command id', 4, { left });
    }
    const id = this.#view.getUint32(this.offset, true);
    const index = commandIndexOf(id, this.#deviceContext);
    this.id = id;
    this.index = index;
    this.#definition = index < 0 ? undefined : definitionAt(index);
    return this.#definition?.headerBytes === 4
      ? this.#measureShort(this.#definition, left)
      : this.#measureSized(left);
  }

  /** Its name; undefined for a 3D command outside the table. */
  get name(): CommandName | undefined {
    return this.index < 0 ? undefined : commandNames[this.index];
  }

  /** Bytes after the header. */
  get bodyBytes(): number {
    return this.offset + this.bytes - this.body;
  }

  /** A field of 8 bits; `at` counts from the body, as in `commandOffsets`. */
  u8(at: number): number {
    return this.#view.getUint8(this.body + at);
  }

  u16(at: number): number {
    return this.#view.getUint16(this.body + at, true);
  }

  u32(at: number): number {
    return this.#view.getUint32(this.body + at, true);
  }

  i32(at: number): number {
    return this.#view.getInt32(this.body + at, true);
  }

  f32(at: number): number {
    return this.#view.getFloat32(this.body + at, true);
  }

  /** A field of 64 bits, to the nearest double. */
  u64(at: number): number {
    return this.u32(at) + this.u32(at + 4) * 2 ** 32;
  }

  /** What follows the header: a view. */
  bodyView(): Uint8Array {
    return this.#bytes.subarray(this.body, this.offset + this.bytes);
  }

  /** All fields and parts, as an object, the same until the next command. `name` is the command's own. */
  fields<N extends CommandName>(name: N): CommandFields<N> {
    const definition = this.#definition;
    if (definition === undefined || commandNames[this.index] !== name) {
      throw new SvgaProtocolError('EINVAL', `the command is not ${name}`, { id: this.id });
    }
    this.#fields ??= this.#readFields(definition);
    return this.#fields as unknown as CommandFields<N>;
  }

  #readFields(definition: CommandDefinition): Record<string, unknown> {
    const values: Record<string, unknown> = definition.body.read(this.#view, this.body);
    if (definition.hasTail) {
      let at = this.body + definition.body.bytes;
      const end = this.offset + this.bytes;
      for (const [part, layout] of Object.entries(definition.tail)) {
        const count = partCount(layout, this.#bodyReader(definition), end - at);
        values[part] = this.#readPart(layout, at, count);
        at += count * layout.elementBytes;
      }
    }
    return values;
  }

  #readPart(layout: TailPart, start: number, count: number): Uint8Array | readonly (AnyValues | number)[] {
    const { kind, elementBytes, struct } = layout;
    if (kind === 'bytes') {
      return this.#bytes.subarray(start, start + count);
    }
    const elements: (AnyValues | number)[] = [];
    for (let i = 0, at = start; i < count; i++, at += elementBytes) {
      elements.push(struct === undefined ? this.#view.getUint32(at, true) : struct.read(this.#view, at));
    }
    return elements;
  }

  #bodyReader({ body }: CommandDefinition): BodyReader {
    return (field, index) => body.readNumber(this.#view, this.body, field, index) ?? NaN;
  }

  /** A command with only its id before the body: the tail follows from its fields. */
  #measureShort(definition: CommandDefinition, left: number): boolean {
    const { id } = this;
    const least = 4 + definition.body.bytes;
    if (left < least) {
      return this.#cutOff('stream ends inside a command', least, { id, left, bytes: least });
    }
    this.body = this.offset + 4;
    const bytes = least + this.#tailBytes(definition, Infinity);
    if (left < bytes) {
      return this.#cutOff('stream ends inside a command', bytes, { id, left, bytes });
    }
    this.bytes = bytes;
    return true;
  }

  #measureSized(left: number): boolean {
    const { id } = this;
    if (
      this.#definition === undefined &&
      (this.#deviceContext || id < SVGA_3D_CMD_LEGACY_BASE || id >= SVGA_3D_CMD_FUTURE_MAX)
    ) {
      throw this.#damaged('not a command', { id });
    }
    if (left < HEADER_BYTES) {
      return this.#cutOff('stream ends inside a command header', HEADER_BYTES, { id, left });
    }
    const size = this.#view.getUint32(this.offset + 4, true);
    this.body = this.offset + HEADER_BYTES;
    const expected = this.#definition?.body.bytes ?? 0;
    if (size < expected || (size > expected && this.#definition?.hasTail === false)) {
      throw this.#damaged('size is not that of the command', { id, size, expected });
    }
    if (size > left - HEADER_BYTES) {
      return this.#cutOff('stream ends inside a command', HEADER_BYTES + size, { id, left, size });
    }
    if (this.#definition !== undefined) {
      this.#checkCounts(this.#definition);
    }
    if (this.#definition?.hasTail === true) {
      const behind = size - expected - this.#tailBytes(this.#definition, size - expected);
      if (behind !== 0) {
        throw this.#damaged('size is not that of the command', { id, size, behind });
      }
    }
    this.bytes = HEADER_BYTES + size;
    return true;
  }

  #tailBytes(definition: CommandDefinition, room: number): number {
    let bytes = 0;
    for (const [name, part] of Object.entries(definition.tail)) {
      const count = partCount(part, this.#bodyReader(definition), room - bytes);
      const partBytes = count * part.elementBytes;
      if (!Number.isInteger(count) || partBytes > room - bytes) {
        throw this.#damaged(`${name} cannot be so many`, { id: this.id, count, room: room - bytes });
      }
      if (part.sizeField !== undefined) {
        this.#checkSizes(part, definition.body.bytes + bytes, count);
      }
      bytes += partBytes;
    }
    return bytes;
  }

  /** Fields of the body that count elements of its arrays. */
  #checkCounts({ body }: CommandDefinition): void {
    for (const { name, length, countedBy = '' } of body.countedArrays) {
      const count = body.readNumber(this.#view, this.body, countedBy) ?? 0;
      if (count > length) {
        throw this.#damaged(`${name} cannot be so many`, { id: this.id, count, room: length });
      }
    }
  }

  /** Structures with their own size field, from `start` of the body on. */
  #checkSizes({ struct, sizeField = '', elementBytes }: TailPart, start: number, count: number): void {
    for (let i = 0; i < count; i++) {
      const at = this.body + start + i * elementBytes;
      const stated = struct?.readNumber(this.#view, at, sizeField);
      if (stated !== elementBytes) {
        throw this.#damaged(`${sizeField} is not the size of the structure`, {
          id: this.id,
          stated: stated ?? NaN,
          expected: elementBytes,
        });
      }
    }
  }

  #cutOff(what: string, wanted: number, values: Readonly<Record<string, number>>): boolean {
    if (this.#whole) {
      throw this.#damaged(what, values);
    }
    this.wanted = wanted;
    return false;
  }

  #damaged(what: string, values: Readonly<Record<string, number>>): SvgaProtocolError {
    return new SvgaProtocolError('EBADMSG', what, { offset: this.offset, ...values });
  }
}
