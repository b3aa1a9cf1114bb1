import { writeFileSync } from 'node:fs';
import type { DeviceRecorder } from '@cg/svga-device';
import type { EmulatedGuest } from '../emulator/emulated-guest.js';
import { GuestError } from '../guest-error.js';

/**
 * Writes what a recorder has of a guest, which stops.
 * @throws GuestError for a file that cannot be written
 */
export async function writeRecording(
  path: string,
  recorder: DeviceRecorder,
  guest: EmulatedGuest,
  say: (what: string) => void,
): Promise<void> {
  await guest.pause();
  await guest.device.settle();
  try {
    writeFileSync(path, recorder.bytes());
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    throw syscall === undefined ? error : new GuestError(`${path}: cannot be written (${code})`);
  }
  if (recorder.isFull) {
    say('the recording is full, and ends before the programs');
  }
}
