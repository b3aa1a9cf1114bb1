import { decodeCommands } from '@cg/svga-protocol';

/** Names the command at `offset` of a command buffer, and returns where the next one begins. */
export function failedCommandEnd(
  buffer: Uint8Array,
  offset: number,
  end: number,
): { name: string; next: number } {
  for (const command of decodeCommands(buffer.subarray(offset, end))) {
    return { name: command.name ?? `command ${command.id}`, next: offset + command.bytes };
  }
  return { name: 'nothing', next: end };
}
