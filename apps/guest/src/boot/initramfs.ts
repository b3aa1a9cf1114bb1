import { readFileSync } from 'node:fs';
import { AGENT_BASE64 } from '../agent/agent-binary.js';
import { CpioWriter } from './cpio.js';
import type { GuestFiles } from './guest-files.js';
import { PIPE } from '../linux/guest-shell.js';
import { modulesFor, type KernelModule } from './kernel-modules.js';

/** Lines that the guest's init prints on the console. */
export const MARK = {
  /** User space runs; the driver is not loaded yet. */
  BOOTED: 'cg: booted',
  LOADED: 'cg: driver loaded',
  FAILED: 'cg: driver not loaded',
  /** The first shell takes commands, from its pipe. */
  READY: 'cg: ready',
} as const;

/** On the kernel's command line: the driver of the device is not loaded. */
export const WITHOUT_DRIVER = 'cg.driver=none';

/** Where the disk is mounted, with the guest's /dev, /proc and /sys, and a /tmp of its own. */
export const DISK_ROOT = '/mnt';

/** The driver of v86's disk, and of its file system, which asks for crc32c by no dependency. */
const DISK_MODULES = ['crc32c_generic', 'ata_piix', 'sd_mod', 'ext4'];

/** PS/2 keyboards and mice (the kernel has i8042 and atkbd), and /dev/input. */
const INPUT_MODULES = ['evdev', 'psmouse'];

/** A name, terminals and shared memory, for programs of a desktop, and names for what there is of `INPUT_MODULES`. */
const DESKTOP_SCRIPT = `hostname cg
mkdir ${DISK_ROOT}/dev/pts ${DISK_ROOT}/dev/shm
mount -t devpts devpts ${DISK_ROOT}/dev/pts
mount -t tmpfs shm ${DISK_ROOT}/dev/shm
for event in /sys/class/input/event*; do
  name=mouse
  grep -q keyboard $event/device/name && name=keyboard
  [ $(cat $event/device/capabilities/abs) != 0 ] && name=tablet
  ln -s ${'${event##*/}'} /dev/input/cg-$name
done
`;

function mountScript(modules: readonly string[]): string {
  const inserts = modules.map((module) => `insmod /modules/${module}.ko`).join('\n');
  return `${inserts}
tries=0
while [ ! -e /dev/sda ] && [ $tries -lt 200 ]; do usleep 50000; tries=$((tries + 1)); done
mount -t ext4 -o ro,noload /dev/sda ${DISK_ROOT}
mount -t devtmpfs dev ${DISK_ROOT}/dev
mount -t proc proc ${DISK_ROOT}/proc
mount -t sysfs sys ${DISK_ROOT}/sys
mount -t tmpfs tmp ${DISK_ROOT}/tmp
cp /programs/* ${DISK_ROOT}/tmp
`;
}

/**
 * The guest's init: loads the driver, starts the agent on the second serial port, and runs commands. They run in this
 * shell, so `exit` ends the guest. The function makes `return` end only the command, and `command` prevents a syntax
 * error from ending the shell.
 */
function initScript(modules: readonly string[], mounting: string): string {
  return `#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sys /sys
echo '${MARK.BOOTED}'
if ! grep -q ${WITHOUT_DRIVER} /proc/cmdline; then
  for module in ${modules.join(' ')}; do
    insmod /modules/$module.ko || echo "cg: insmod $module: $?"
  done
  [ -e /dev/dri/card0 ] && echo '${MARK.LOADED}' || echo '${MARK.FAILED}'
  # A blinking console cursor would cause screen updates of its own.
  echo 0 > /sys/class/graphics/fbcon/cursor_blink
fi
${mounting}stty -F /dev/ttyS1 raw -echo
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

/** What a guest boots into, besides vmwgfx and a shell. */
export interface InitramfsOptions {
  /** Drivers that are included, and not loaded. */
  readonly unloaded?: readonly string[];
  /** Programs and other files for the /tmp of a disk, which is mounted. */
  readonly diskFiles?: Readonly<Record<string, Uint8Array>>;
  /** Keyboard, mouse, terminals and shared memory, for the disk's programs. */
  readonly desktop?: boolean;
}

/** The root file system that a guest boots into. */
export function buildInitramfs(
  files: GuestFiles,
  { unloaded = [], diskFiles, desktop = false }: InitramfsOptions = {},
): Uint8Array<ArrayBuffer> {
  const modules = modulesFor('vmwgfx', files.modules);
  const wanted = diskFiles === undefined ? [] : [...DISK_MODULES, ...(desktop ? INPUT_MODULES : [])];
  const ofDisk = modulesOf(wanted, files);
  const others = [...ofDisk, ...modulesOf(unloaded, files)];
  const archive = new CpioWriter();
  for (const name of ['bin', 'dev', 'proc', 'sys', 'modules', 'mnt', 'programs', 'run', 'tmp']) {
    archive.folder(name);
  }
  const mounting = diskFiles === undefined ? '' : mountScript(ofDisk.map(({ name }) => name));
  archive.file(
    'init',
    Buffer.from(
      initScript(
        modules.map(({ name }) => name),
        desktop ? mounting + DESKTOP_SCRIPT : mounting,
      ),
    ),
    0o755,
  );
  for (const [name, bytes] of Object.entries(diskFiles ?? {})) {
    archive.file(`programs/${name}`, bytes, 0o755);
  }
  archive.file('agent', Buffer.from(AGENT_BASE64, 'base64'), 0o755);
  archive.file('bin/busybox', readFileSync(files.busybox), 0o755);
  for (const { name, bytes } of distinct([...modules, ...others])) {
    archive.file(`modules/${name}.ko`, bytes);
  }
  return archive.finish();
}

function modulesOf(names: readonly string[], { modules }: GuestFiles): KernelModule[] {
  return distinct(names.flatMap((name) => modulesFor(name, modules)));
}

function distinct(modules: readonly KernelModule[]): KernelModule[] {
  return [...new Map(modules.map((one) => [one.name, one])).values()];
}
