import type { AgentProgram } from '../agent/agent-program.js';
import { GuestError } from '../guest-error.js';

/** System calls of i386 Linux (asm/unistd_32.h). */
export const SYS = {
  READ: 3,
  WRITE: 4,
  OPEN: 5,
  CLOSE: 6,
  KILL: 37,
  IOCTL: 54,
  MUNMAP: 91,
  SYSLOG: 103,
  POLL: 168,
  MMAP2: 192,
} as const;

/** A signal (asm/signal.h). */
export const SIGTERM = 15;

/** Flags of open (asm-generic/fcntl.h). */
export const OPEN = {
  READ_ONLY: 0,
  WRITE_ONLY: 1,
  READ_WRITE: 2,
  CREATE: 0o100,
  TRUNCATE: 0o1000,
  NONBLOCK: 0o4000,
} as const;

/** Error numbers (asm-generic/errno-base.h). */
export const EAGAIN = 11;
export const EFAULT = 14;

/** @returns the result of a system call @throws GuestError if it is an errno */
export function mustSucceed(what: string, result: number): number {
  if (result < 0) {
    throw new GuestError(`${what} failed in the guest: errno ${-result}`);
  }
  return result;
}

/** Opens a file in the guest. @returns its descriptor @throws GuestError where that fails */
export async function openFile(program: AgentProgram, path: string, flags: number): Promise<number> {
  await program.poke(program.scratch, new TextEncoder().encode(`${path}\0`));
  return mustSucceed(`open ${path}`, await program.call(SYS.OPEN, program.scratch, flags));
}
