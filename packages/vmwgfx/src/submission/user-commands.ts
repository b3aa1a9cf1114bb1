import { decodeCommands, SvgaDeviceError, type CommandFields } from '@cg/svga-device';
import { VmwgfxError } from '../errors.js';
import type { Surface } from '../resource/surface.js';

/** A user's copy from surface to surface, with handles resolved. */
export interface UserCopy {
  readonly source: Surface;
  readonly destination: Surface;
  readonly fields: CommandFields<'SURFACE_COPY'>;
}

/**
 * Reads the commands of a submission, as bytes in the device's format with surface handles for ids. What
 * they are, their sizes and handles are checked before any is done; boxes are the device's to judge.
 * @throws VmwgfxError EINVAL for anything but well-formed commands that a user may send, ENOENT for a handle
 * that is nobody's
 */
export function readUserCommands(
  bytes: Uint8Array,
  maxCommandBytes: number,
  surfaceOf: (handle: number) => Surface,
): UserCopy[] {
  const copies: UserCopy[] = [];
  try {
    for (const command of decodeCommands(bytes)) {
      if (command.name !== 'SURFACE_COPY') {
        const said = command.name ?? `command ${command.id}`;
        throw new VmwgfxError('EINVAL', `a user may not send ${said}`, {
          command: said,
          offset: command.offset,
        });
      }
      if (command.bytes > maxCommandBytes) {
        const facts = { command: command.name, offset: command.offset, bytes: command.bytes };
        throw new VmwgfxError('EINVAL', `a command has at most ${maxCommandBytes} bytes`, facts);
      }
      const { fields } = command;
      copies.push({ source: surfaceOf(fields.srcSid), destination: surfaceOf(fields.destSid), fields });
    }
  } catch (error) {
    if (error instanceof SvgaDeviceError) {
      throw new VmwgfxError('EINVAL', `not a command stream: ${error.message}`, { ...error.values });
    }
    throw error;
  }
  return copies;
}
