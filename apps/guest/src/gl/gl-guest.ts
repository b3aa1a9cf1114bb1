import { availableMemory } from 'node:process';
import type { DeviceRecorder } from '@cg/svga-device';
import type { BootRequest } from '../boot/boot-request.js';
import { findGuestFiles } from '../boot/guest-files.js';
import { buildInitramfs } from '../boot/initramfs.js';
import { MESA_DISK, X_DISK, type DiskContent } from '../boot/disk-content.js';
import { findGuestDisk, type GuestDisk } from '../boot/guest-disk.js';
import { SavedStates } from '../emulator/saved-states.js';
import { startGuest, type StartedGuest } from '../emulator/start-guest.js';
import { GuestError } from '../guest-error.js';
import { X_FILES } from '../x/x-files.js';
import { START_X, startX } from '../x/x-server.js';
import { takeKernelLog } from './kernel-log.js';
import { ownProgram } from './own-program.js';
import type { NamedRenderer } from './renderers.js';
import { runProgram, type GuestCommand } from './run-program.js';

const MIB = 2 ** 20;

/** Of the emulator, besides the guest's memory. */
const OWN_MEMORY_MIB = 300;

/** While the emulator is paused, as for a state, the guest's clock goes on: its kernel takes that for a hang. */
const IGNORE_PAUSES = 'echo 1 > /sys/module/rcupdate/parameters/rcu_cpu_stall_suppress';

const PREPARATION_SECONDS = 900;

/** A guest with Mesa. */
export interface GlGuestOptions extends BootRequest {
  /** Time of a submission, in milliseconds. */
  readonly delay: number;
  readonly renderer: NamedRenderer;
  /** Without it, the disk with Mesa. */
  readonly disk?: DiskContent;
  /** Start the X server; with `X_DISK`. */
  readonly x?: boolean;
  readonly recorder?: DeviceRecorder | undefined;
  readonly say: (what: string) => void;
  readonly onConsole: (text: string) => void;
}

interface StartedGlGuest extends StartedGuest {
  readonly disk: GuestDisk;
}

/** A scene of gltest. */
export function scene(name: string): GuestCommand {
  return { name, words: ['/tmp/gltest', name], hasMarks: true, flip: true };
}

/**
 * Starts a guest whose Mesa is in its memory: the saved state is taken after a first program.
 * @throws GuestError where packages, tools or memory are missing, or Mesa does not work
 */
export async function startGlGuest(options: GlGuestOptions): Promise<StartedGlGuest> {
  const { paths, cache, flavour, refresh, memoryMib, renderer, say, disk: content = MESA_DISK, x } = options;
  checkMemory(memoryMib);
  const files = await findGuestFiles({ ...paths, cache, flavour, refresh, say });
  const disk = await findGuestDisk({ content, cache, refresh, say });
  const hasX = content === X_DISK;
  const initramfs = buildInitramfs(files, {
    diskFiles: { gltest: ownProgram('gltest'), ...(hasX && X_FILES) },
    desktop: hasX,
  });
  const started = await startGuest({
    images: { files, initramfs, disk },
    memoryMib,
    device: { dx: true, sm41: true, completionDelay: options.delay },
    renderer: renderer.renderer,
    recorder: options.recorder,
    preparation: {
      key: `mesa ${IGNORE_PAUSES} ${x ? START_X : ''} ${renderer.name}`,
      run: async (guest) => {
        say('loading Mesa (about half a minute)');
        await guest.shell.must(IGNORE_PAUSES);
        const first = await runProgram(guest, scene('tri'), {
          coherent: false,
          seconds: PREPARATION_SECONDS,
        });
        if (first.exitCode !== 0) {
          const reason = first.errors[0] ?? `its first program fails with ${first.exitCode}`;
          throw new GuestError(`Mesa does not work in the guest: ${reason}`);
        }
        if (x) {
          say('starting X');
          await startX(guest);
        }
        await takeKernelLog(guest.program);
      },
    },
    states: options.useStates ? new SavedStates(cache) : undefined,
    say,
    onConsole: options.onConsole,
  });
  return { ...started, disk };
}

function checkMemory(memoryMib: number): void {
  const needed = memoryMib + OWN_MEMORY_MIB;
  const available = Math.floor(availableMemory() / MIB);
  if (available < needed) {
    throw new GuestError(
      `a guest of ${memoryMib} MiB needs ${needed} MiB of memory, of which ${available} are available`,
      '--memory gives the guest less',
    );
  }
}
