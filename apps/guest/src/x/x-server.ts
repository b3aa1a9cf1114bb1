import { DISK_ROOT } from '../boot/initramfs.js';
import type { EmulatedGuest } from '../emulator/emulated-guest.js';
import { GuestError } from '../guest-error.js';

/** Of the X server, and of programs on it. */
export const X_ENVIRONMENT: Readonly<Record<string, string>> = {
  DISPLAY: ':0',
  PATH: '/usr/bin:/bin',
  SHELL: '/bin/bash',
  TERM: 'xterm',
};

const SERVER =
  '/usr/lib/xorg/Xorg :0 vt7 -config /tmp/xorg.conf -logfile /tmp/Xorg.log -nolisten tcp -ac -noreset -s 0';

const START_SECONDS = 900;

/** What every log has: its marks explained, no bus of messages, and where to ask. */
const NO_REASON = /^\(EE\) (?:error,|dbus-core:|Please|Server terminated)/;

/** What the terminal's shell makes before it prompts: -wf starts it when the window is mapped. */
const PROMPTED = '/tmp/prompted';
const TERMINAL = "/usr/bin/xterm -wf -fa 'DejaVu Sans Mono' -fs 10 -geometry 72x20+600+420";

/** Runs a program of the disk on the X server, in the guest's shell. */
function onX(words: string): string {
  const variables = { HOME: '/tmp', MESA_SHADER_CACHE_DISABLE: 'true', ...X_ENVIRONMENT };
  const assigned = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  return [...assigned, 'chroot', DISK_ROOT, words].join(' ');
}

/** A command of the guest's shell: the root window is drawn, in its colour. */
export const DRAW_ROOT = onX("/usr/bin/xsetroot -solid '#394b59'");

/**
 * A command of the guest's shell. It starts the X server, a window manager and a terminal, and ends when that prompts;
 * or prints the server's errors, and fails.
 */
export const START_X = `(
rm -f ${DISK_ROOT}${PROMPTED}
${onX(SERVER)} > /dev/null 2>&1 &
server=$!
while [ ! -S ${DISK_ROOT}/tmp/.X11-unix/X0 ] && kill -0 $server; do usleep 100000; done
if ! ${DRAW_ROOT}; then
  grep '(EE)' ${DISK_ROOT}/tmp/Xorg.log >&2
  exit 1
fi
${onX('/usr/bin/twm -f /tmp/twmrc')} > /dev/null 2>&1 &
PROMPT_COMMAND=': > ${PROMPTED}' ${onX(TERMINAL)} > /dev/null 2>&1 &
terminal=$!
while [ ! -e ${DISK_ROOT}${PROMPTED} ]; do
  kill -0 $terminal || exit 1
  usleep 100000
done
)`;

/** A command that ends the X server, and waits until it has ended. */
export const END_X = 'kill $(pidof Xorg) && while pidof Xorg > /dev/null; do usleep 50000; done';

/** Starts X in a guest with its disk. @throws GuestError with the server's errors where it does not start */
export async function startX(guest: EmulatedGuest): Promise<void> {
  let errors = '';
  const decoder = new TextDecoder();
  const onErrors = (bytes: Uint8Array): void => void (errors += decoder.decode(bytes, { stream: true }));
  const code = await guest.shell.run(START_X, { seconds: START_SECONDS, onErrors });
  if (code !== 0) {
    const reasons = (errors.match(/\(EE\) *\S.*/g) ?? []).filter((line) => !NO_REASON.test(line));
    const reason = reasons.length === 0 ? errors.trim() : reasons.join('; ');
    const why = code === undefined ? `no answer within ${START_SECONDS} s` : reason;
    throw new GuestError(`X does not start in the guest: ${why}`);
  }
}
