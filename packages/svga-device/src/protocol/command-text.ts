import type { DecodedCommand } from './command-decoder.js';
import type { AnyValue, AnyValues } from './struct.js';

function partText(part: AnyValues | number): string {
  if (typeof part === 'number') {
    return String(part);
  }
  return `[${Object.entries(part)
    .map(([name, value]) => valueText(name, value))
    .join(' ')}]`;
}

function valueText(name: string, value: AnyValue | Uint8Array): string {
  if (typeof value === 'number') {
    return `${name}=${value}`;
  }
  if (value instanceof Uint8Array) {
    return `${name}=${value.length} bytes`;
  }
  return `${name}=${value.map(partText).join(',')}`;
}

/** A command on one line: offset, name, `field=value`… */
export function formatCommand(command: DecodedCommand): string {
  const start = `${command.offset}: `;
  if (command.name === undefined) {
    return `${start}command ${command.id}, ${command.body.length} bytes`;
  }
  const fields = command.fields as unknown as Readonly<Record<string, AnyValue | Uint8Array>>;
  const said = Object.entries(fields).map(([name, value]) => valueText(name, value));
  return start + [command.name, ...said].join(' ');
}
