import { readFileSync } from 'node:fs';
import { AGENT_BASE64 } from '../agent/agent-binary.js';
import { CpioWriter } from './cpio.js';
import type { GuestFiles } from './guest-files.js';
import { PIPE } from '../linux/guest-shell.js';
import { modulesFor } from './kernel-modules.js';

/** Lines that the guest's init prints on the console. */
export const MARK = {
  /** User space runs; the driver is not loaded yet. */
  BOOTED: 'cg: booted',
  LOADED: 'cg: driver loaded',
  FAILED: 'cg: driver not loaded',
  /** The first shell takes commands, from its pipe. */
  READY: 'cg: ready',
} as const;

/**
 * The guest's init: loads the driver, starts the agent on the second serial port, and runs commands. They run in this
 * shell, so `exit` ends the guest. The function makes `return` end only the command, and `command` prevents a syntax
 * error from ending the shell.
 */
function initScript(modules: readonly string[]): string {
  return `#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sys /sys
echo '${MARK.BOOTED}'
if ! grep -q cg.driver=none /proc/cmdline; then
  for module in ${modules.join(' ')}; do
    insmod /modules/$module.ko || echo "cg: insmod $module: $?"
  done
  [ -e /dev/dri/card0 ] && echo '${MARK.LOADED}' || echo '${MARK.FAILED}'
  # A blinking console cursor would cause screen updates of its own.
  echo 0 > /sys/class/graphics/fbcon/cursor_blink
fi
stty -F /dev/ttyS1 raw -echo
/agent < /dev/ttyS1 > /dev/ttyS1 &
mkfifo ${Object.values(PIPE).join(' ')}
echo '${MARK.READY}'
run() {
  command eval "$(cat ${PIPE.COMMAND})" < /dev/null > ${PIPE.OUTPUT} 2> ${PIPE.ERRORS}
}
while :; do
  run
  echo $? > ${PIPE.STATUS}
done
`;
}

/**
 * The root file system that a guest boots into.
 * @param others drivers that are included, and not loaded
 */
export function buildInitramfs(files: GuestFiles, others: readonly string[] = []): Uint8Array<ArrayBuffer> {
  const modules = modulesFor('vmwgfx', files.modules);
  const unloaded = others.flatMap((name) => modulesFor(name, files.modules));
  const archive = new CpioWriter();
  for (const name of ['bin', 'dev', 'proc', 'sys', 'modules', 'run', 'tmp']) {
    archive.folder(name);
  }
  archive.file('init', Buffer.from(initScript(modules.map(({ name }) => name))), 0o755);
  archive.file('agent', Buffer.from(AGENT_BASE64, 'base64'), 0o755);
  archive.file('bin/busybox', readFileSync(files.busybox), 0o755);
  for (const { name, bytes } of new Map([...modules, ...unloaded].map((one) => [one.name, one])).values()) {
    archive.file(`modules/${name}.ko`, bytes);
  }
  return archive.finish();
}
