import { commandNames } from './index.js';
import type { CommandFields, CommandName } from './index.js';
import { definitionOf } from './commands/command-table.js';
import type {
  AnyValue,
  AnyValues,
  FieldTypes,
  PlacedField,
  ScalarType,
  Struct,
} from './structures/struct.js';
import { partCount } from './structures/tail.js';
import type { TailPart } from './structures/tail.js';

/** Draws an integer from 0 to below `limit`, which is at most 2^32. */
export type Draw = (limit: number) => number;

/** A command as the arguments of `CommandWriter.write`. */
export interface RandomCommand {
  readonly name: CommandName;
  readonly fields: CommandFields<CommandName>;
}

/** Fields that determine the length of a command are kept small: a cursor or page list may be gigabytes. */
const MOST_OF_LENGTH = 5;
const MOST_ELEMENTS = 4;

/** Reproducible draws from a seed (mulberry32). */
export function seededDraw(seed: number): Draw {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}

/** Small numbers, as most ids and sizes are, random numbers, and limits. */
function unsigned(draw: Draw, bits: number): number {
  const limit = 2 ** bits;
  switch (draw(4)) {
    case 0:
      return draw(limit);
    case 1:
      return limit - 1 - draw(2);
    default:
      return draw(20);
  }
}

function number(draw: Draw, scalar: ScalarType): number {
  switch (scalar) {
    case 'u8':
      return unsigned(draw, 8);
    case 'u16':
      return unsigned(draw, 16);
    case 'u32':
      return unsigned(draw, 32);
    case 'i32':
      return unsigned(draw, 32) | 0;
    case 'u64':
      return unsigned(draw, 32) + draw(3) * draw(2 ** 20) * 2 ** 32;
    case 'f32':
      return Math.fround((draw(2 ** 20) - 2 ** 19) / (1 + draw(1000)));
  }
}

function fieldValue(draw: Draw, { type, scalar, struct, length }: PlacedField): AnyValue {
  const element = (): AnyValues | number =>
    struct === undefined ? number(draw, scalar as ScalarType) : structValues(draw, struct);
  return typeof type === 'object' ? Array.from({ length }, element) : (element() as number);
}

function structValues(draw: Draw, struct: Struct<FieldTypes>): Record<string, AnyValue> {
  return Object.fromEntries(struct.fields.map((field) => [field.name, fieldValue(draw, field)]));
}

/** Makes the fields small that a command's length depends on. */
function boundLengths(draw: Draw, values: Record<string, AnyValue>, parts: readonly TailPart[]): void {
  for (const { count } of parts) {
    if (typeof count === 'object' && 'field' in count) {
      values[count.field] = draw(MOST_OF_LENGTH);
    } else if (typeof count === 'object') {
      count.fromBody((field, index = 0) => {
        const value = values[field];
        if (typeof value === 'object') {
          values[field] = value.map((each, i) => (i === index ? draw(MOST_OF_LENGTH) : each));
          return (values[field] as readonly number[])[index];
        }
        values[field] = field === 'structSize' ? [28, 44][draw(2)] : draw(MOST_OF_LENGTH);
        return values[field] as number;
      });
    }
  }
}

function elementsOf(draw: Draw, part: TailPart, values: Record<string, AnyValue>): Uint8Array | unknown[] {
  const { count, struct, kind, elementBytes, sizeField } = part;
  const open = draw(MOST_ELEMENTS) * elementBytes;
  const length = partCount(
    part,
    (field, index = 0) => {
      const value = values[field];
      return (typeof value === 'object' ? value[index] : value) as number;
    },
    count === 'atMostOne' ? draw(2) * elementBytes : open,
  );
  return kind === 'bytes'
    ? Uint8Array.from({ length }, () => draw(256))
    : Array.from({ length }, () =>
        struct === undefined
          ? unsigned(draw, 32)
          : { ...structValues(draw, struct), ...(sizeField !== undefined && { [sizeField]: elementBytes }) },
      );
}

/** A valid command of any name of `names`: it encodes, and decodes to the same fields. */
export function randomCommand(draw: Draw, names: readonly CommandName[] = commandNames): RandomCommand {
  const name = names[draw(names.length)];
  const { body, tail } = definitionOf(name);
  const values = structValues(draw, body);
  const parts = Object.entries(tail);
  for (const { length, countedBy = '' } of body.countedArrays) {
    values[countedBy] = draw(length + 1);
  }
  boundLengths(
    draw,
    values,
    parts.map(([, part]) => part),
  );
  const fields: Record<string, unknown> = { ...values };
  for (const [part, layout] of parts) {
    fields[part] = elementsOf(draw, layout, values);
  }
  return { name, fields: fields as unknown as CommandFields<CommandName> };
}
