import { DISK_ROOT } from '../boot/initramfs.js';
import type { EmulatedGuest } from '../emulator/emulated-guest.js';
import { writeGuestFile } from '../linux/guest-file.js';
import { quoted, type Launch } from './guest-line.js';
import { ownProgram } from './own-program.js';

/** Libraries that programs with OpenGL load, and Mesa's drivers, which load LLVM. */
const LIBRARIES = [
  'libGL.so.1',
  'libEGL.so.1',
  'libwaffle-1.so.0',
  'libgbm.so.1',
  '/usr/lib/i386-linux-gnu/dri/vmwgfx_dri.so',
];

const START_SECONDS = 120;

/**
 * Starts a program in the guest that has Mesa loaded, and runs programs in copies of its process (fork-server.c): most
 * of the time of a small test is that of loading Mesa.
 * @param libraryFolder where the programs' own libraries are
 * @returns what runs a program there
 */
export async function startForkServer(guest: EmulatedGuest, libraryFolder: string): Promise<Launch> {
  await writeGuestFile(guest.program, `${DISK_ROOT}/tmp/fork-server`, ownProgram('fork-server'));
  const server = `chroot ${DISK_ROOT} /tmp/fork-server ${LIBRARIES.join(' ')}`;
  await guest.shell.must(
    `chmod 755 ${DISK_ROOT}/tmp/fork-server
    (LD_LIBRARY_PATH=${libraryFolder} ${server} > /tmp/fork-log 2>&1 &)
    tries=0
    until [ -p ${DISK_ROOT}/tmp/fork-status ]; do
      usleep 100000
      tries=$((tries + 1))
      if [ $tries -gt ${10 * START_SECONDS} ]; then cat /tmp/fork-log >&2; (exit 1); break; fi
    done`,
  );
  return forkLine;
}

/** @internal A line for the shell that asks the server for a program. */
export function forkLine(
  words: readonly string[],
  variables: Readonly<Record<string, string>>,
  seconds: number,
): string {
  const assigned = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  const lines = [...assigned, '--', `${seconds}`, ...words].map(quoted).join(' ');
  const folder = `${DISK_ROOT}/tmp`;
  return `printf '%s\\n' ${lines} > ${folder}/fork-in
    read code < ${folder}/fork-status
    cat ${folder}/fork-out
    (exit $code)`;
}
