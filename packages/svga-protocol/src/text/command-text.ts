import type { DecodedCommand, KnownCommand } from '../stream/command-decoder.js';
import { definitionOf } from '../commands/command-table.js';
import { headerTypes } from '../structures/header-types.js';
import type { HeaderType } from '../structures/header-types.js';
import type { AnyValue, AnyValues, FieldTypes, PlacedField, Struct } from '../structures/struct.js';
import { valueName } from './value-names.js';

/** Digits that distinguish every float from its neighbours. */
const FLOAT_DIGITS = 9;

/** The fewest digits that give the same float. */
function floatText(value: number): string {
  let digits = 6;
  while (digits < FLOAT_DIGITS && Math.fround(Number(value.toPrecision(digits))) !== value) {
    digits++;
  }
  return String(Number(value.toPrecision(digits)));
}

function numberText(value: number, { scalar, type }: Pick<PlacedField, 'scalar' | 'type'>): string {
  if (scalar === 'f32') {
    return floatText(value);
  }
  const name =
    typeof type === 'string' && type in headerTypes ? valueName(type as HeaderType, value) : undefined;
  // Addresses, colours.
  return name ?? (value >= 0x8000_0000 ? `0x${value.toString(16)}` : String(value));
}

function elementText(value: AnyValues | number, field: PlacedField): string {
  return typeof value === 'number'
    ? numberText(value, field)
    : `{${structTexts(field.struct as Struct<FieldTypes>, value, Infinity).join(' ')}}`;
}

function structTexts(struct: Struct<FieldTypes>, values: AnyValues, most: number): string[] {
  const texts: string[] = [];
  for (const field of struct.fields) {
    const value = values[field.name];
    if (typeof value === 'number') {
      texts.push(`${field.name}=${numberText(value, field)}`);
    } else {
      texts.push(...listTexts(field.name, value.length, (i) => elementText(value[i], field), field, most));
    }
  }
  return texts;
}

/** Structures one by one, numbers together. */
function listTexts(
  name: string,
  length: number,
  text: (index: number) => string,
  { struct }: { readonly struct: Struct<FieldTypes> | undefined },
  most: number,
): string[] {
  const shown = Math.min(length, most);
  const texts = Array.from({ length: shown }, (_, i) => text(i));
  const more = length > shown ? [`…${length - shown} more`] : [];
  return struct === undefined
    ? [`${name}=[${[...texts, ...more].join(' ')}]`]
    : [...texts.map((element, i) => `${name}[${i}]=${element}`), ...more];
}

/**
 * The fields of a command as texts `field=value`, in the order of their bytes, with the headers' names for
 * the values that have one.
 * @param mostElements of an array; the number of further ones is printed
 */
export function fieldTexts(command: KnownCommand, mostElements = Infinity): string[] {
  const { body, tail } = definitionOf(command.name);
  const values = command.fields as unknown as Readonly<Record<string, AnyValue | Uint8Array>>;
  const texts = structTexts(body, values as AnyValues, mostElements);
  for (const [name, part] of Object.entries(tail)) {
    const elements = values[name];
    if (elements instanceof Uint8Array) {
      const text = (i: number): string => elements[i].toString(16).padStart(2, '0');
      texts.push(...listTexts(name, elements.length, text, part, mostElements));
    } else {
      const list = elements as readonly (AnyValues | number)[];
      const text = (i: number): string => {
        const element = list[i];
        return typeof element === 'number'
          ? numberText(element, { scalar: 'u32', type: part.type ?? 'u32' })
          : `{${structTexts(part.struct as Struct<FieldTypes>, element, Infinity).join(' ')}}`;
      };
      texts.push(...listTexts(name, list.length, text, part, mostElements));
    }
  }
  return texts;
}

/** A command on one line: offset, name, `field=value`… */
export function formatCommand(command: DecodedCommand): string {
  const start = `${command.offset}: `;
  if (command.name === undefined) {
    return `${start}command ${command.id}, ${command.body.length} bytes`;
  }
  return start + [command.name, ...fieldTexts(command as KnownCommand)].join(' ');
}
