import { fieldTexts } from '@cg/svga-protocol';
import type { CommandFrame, DecodedCommand, KnownCommand } from '@cg/svga-protocol';
import type { StreamDamage } from '../stream/command-pieces.js';

const WIDTH = 100;
const INDENT = 12;

/** Offsets as hex dumps have them. */
function offsetText(offset: number): string {
  return `0x${offset.toString(16).padStart(6, '0')}`;
}

/** Words in lines of at most 100 columns, indented from the second on; a long word gets its own line. */
export function wrapped(start: string, words: readonly string[]): string {
  const lines = [start];
  for (const word of words) {
    const last = lines[lines.length - 1];
    if (last.length + 1 + word.length <= WIDTH) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else {
      lines.push(' '.repeat(INDENT) + word);
    }
  }
  return lines.join('\n');
}

/** A command: its offset, name and fields. */
export function describeCommand(command: DecodedCommand, mostElements: number): string {
  const start = offsetText(command.offset).padEnd(INDENT - 2);
  if (command.name === undefined) {
    const { id, body } = command;
    return `${start}  unknown command ${id}, ${body.length} bytes skipped`;
  }
  // The union of all command types is too complex for the compiler here.
  const known = command as KnownCommand & CommandFrame;
  return wrapped(
    `${start}  ${known.name}`,
    fieldTexts(known, mostElements).flatMap((text) => text.split(' ')),
  );
}

/** The damage of a stream: the reason, its numbers, the bytes there. */
export function describeDamage(damage: StreamDamage, name: string | undefined): string {
  const { offset, why, left, values, id, bytes } = damage;
  const numbers = Object.entries(values).map(([key, value]) => `${key}=${value}`);
  const words = [
    ...(id === undefined ? [] : [`id=${id}${name === undefined ? '' : `(${name})`}`]),
    ...numbers,
    ...(left === undefined ? [] : [`left=${left}`]),
  ];
  const indent = ' '.repeat(INDENT);
  const dump = [...bytes].map((byte) => byte.toString(16).padStart(2, '0'));
  return [
    `damaged at ${offsetText(offset)}: ${why}`,
    ...(words.length === 0 ? [] : [wrapped(indent.slice(1), words)]),
    wrapped(`${indent}bytes:`, dump),
  ].join('\n');
}
