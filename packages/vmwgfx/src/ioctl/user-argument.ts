import { VmwgfxError } from '../errors.js';
import type { UserMemory } from './user-memory.js';

/** The argument of a call: the structure itself, or its address in the memory of the process. */
export type UserArgument = ArrayBuffer | ArrayBufferView | number;

function bytesOf(argument: ArrayBuffer | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(argument)
    ? new Uint8Array(argument.buffer, argument.byteOffset, argument.byteLength)
    : new Uint8Array(argument);
}

/**
 * Checks that an argument given as bytes is as long as a call reads and writes: the bytes after a short one do not
 * exist.
 * @throws VmwgfxError EFAULT
 */
export function checkArgument(argument: UserArgument, bytes: number): void {
  if (typeof argument !== 'number' && argument.byteLength < bytes) {
    throw new VmwgfxError('EFAULT', `an argument of ${argument.byteLength} bytes, not ${bytes}`, { bytes });
  }
}

/** For no bytes, the argument need not be valid. @throws VmwgfxError EFAULT */
export function copyFromUser(memory: UserMemory, argument: UserArgument, bytes: number): Uint8Array {
  if (bytes === 0) {
    return new Uint8Array();
  }
  return typeof argument === 'number' ? memory.read(argument, bytes) : bytesOf(argument).slice(0, bytes);
}

/** @throws VmwgfxError EFAULT */
export function copyToUser(memory: UserMemory, argument: UserArgument, bytes: Uint8Array): void {
  if (bytes.length === 0) {
    return;
  }
  if (typeof argument === 'number') {
    memory.write(argument, bytes);
  } else {
    bytesOf(argument).set(bytes);
  }
}
