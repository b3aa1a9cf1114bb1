import type { DecodedCommand } from '@cg/svga-protocol';
import type { StreamDamage } from '../stream/command-pieces.js';

/** Byte arrays become arrays; JSON has no NaN or infinities. */
function plain(_key: string, value: unknown): unknown {
  if (value instanceof Uint8Array) {
    return [...value];
  }
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}

/** A command as one object: its fields are numbers, as they are in the stream. */
export function commandAsJson(command: DecodedCommand): string {
  const { offset, id, name, bytes } = command;
  return name === undefined
    ? JSON.stringify({ kind: 'unknown', offset, id, bytes, body: command.body }, plain)
    : JSON.stringify({ kind: 'command', offset, id, name, bytes, fields: command.fields }, plain);
}

/** The place and reason of damage, as one object. */
export function damageAsJson(damage: StreamDamage, name: string | undefined): string {
  const { offset, why, left, values, id, bytes } = damage;
  return JSON.stringify({ kind: 'damage', offset, why, id, name, left, values, there: bytes }, plain);
}
