import { recordedGuestCases } from '@cg/machine/guest-cases';
import { SVGA_CAP, type SvgaDeviceOptions } from '@cg/svga-device';
import { Command, InvalidArgumentError, Option } from 'commander';
import { EXIT } from '../exit-codes.js';
import { compareCase } from '../guest/compare-cases.js';
import { GuestError } from '../guest/guest-error.js';
import {
  defaultCacheFolder,
  findGuestFiles,
  kernelFlavours,
  type KernelFlavour,
} from '../guest/guest-files.js';
import { buildInitramfs } from '../guest/initramfs.js';
import { SavedStates } from '../guest/saved-states.js';
import { startGuest } from '../guest/start-guest.js';
import { screenAsPng, writeErrorOf } from '../output/screen-png.js';

interface GuestOptions {
  readonly kernel?: string;
  readonly modules?: string;
  readonly busybox?: string;
  readonly bios?: string;
  readonly vgaBios?: string;
  readonly cache: string;
  readonly flavour: KernelFlavour;
  readonly refresh?: boolean;
  readonly state: boolean;
  readonly memory: number;
  readonly dx?: boolean;
  readonly sm41?: boolean;
  readonly fifo?: boolean;
  readonly delay: number;
  readonly png?: string;
  readonly cases?: string;
}

const MOST_MEMORY_MIB = 1024;

function parseMemory(text: string): number {
  const mebibytes = /^\d+$/.test(text) ? Number(text) : 0;
  if (mebibytes < 128 || mebibytes > MOST_MEMORY_MIB) {
    throw new InvalidArgumentError(`It must be a whole number from 128 to ${MOST_MEMORY_MIB}.`);
  }
  return mebibytes;
}

function parseDelay(text: string): number {
  const milliseconds = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (!(milliseconds <= 1000)) {
    throw new InvalidArgumentError('It must be a number of milliseconds from 0 to 1000.');
  }
  return milliseconds;
}

/** `cg guest`. `exit` is told the exit code. */
export function guestCommand(exit: (code: number) => void): Command {
  return new Command('guest')
    .description('boot an unmodified Linux whose vmwgfx driver drives the device')
    .addOption(
      new Option('--flavour <flavour>', "Debian's i386 kernel").choices(kernelFlavours).default('686-pae'),
    )
    .option('--kernel <file>', 'a bzImage instead of a package')
    .option('--modules <folder>', 'its modules: lib/modules/<version>')
    .option('--busybox <file>', 'a static busybox for i386')
    .option('--bios <file>', 'SeaBIOS')
    .option('--vga-bios <file>', 'its VGA BIOS')
    .option('--cache <folder>', 'where packages and saved states are kept', defaultCacheFolder())
    .option('--refresh', 'ask apt for the packages again')
    .option('--no-state', 'boot, and neither use nor write a saved state')
    .option('--memory <MiB>', 'memory of the guest', parseMemory, 256)
    .option('--dx', 'a device with DX contexts')
    .option('--sm41', 'the same with shader model 4.1')
    .option('--fifo', 'a device without command buffers')
    .option('--delay <ms>', 'how long a submission takes to complete', parseDelay, 0)
    .option('--cases <n>', 'x')
    .option('--png <file>', 'write what the screen target shows')
    .action(async (options: GuestOptions) => {
      try {
        exit(await runGuest(options));
      } catch (error) {
        if (!(error instanceof GuestError)) {
          throw error;
        }
        const hint = error.hint === undefined ? '' : `\n    ${error.hint}`;
        process.stderr.write(`cg: ${error.message}${hint}\n`);
        exit(EXIT.BAD_INPUT);
      }
    });
}

function deviceOptions({ dx, sm41, fifo, delay }: GuestOptions): SvgaDeviceOptions {
  return {
    dx: dx === true || sm41 === true,
    sm41: sm41 === true,
    withoutCapabilities: fifo === true ? SVGA_CAP.COMMAND_BUFFERS | SVGA_CAP.CMD_BUFFERS_2 : 0,
    completionDelay: delay,
  };
}

function say(what: string): void {
  process.stderr.write(`cg: ${what}\n`);
}

async function runGuest(options: GuestOptions): Promise<number> {
  const files = await findGuestFiles({ ...options, say });
  const images = { files, initramfs: buildInitramfs(files) };
  const { guest, restored, bootSeconds, loadSeconds } = await startGuest({
    images,
    memoryMib: options.memory,
    device: deviceOptions(options),
    states: options.state ? new SavedStates(options.cache) : undefined,
    say,
    onConsole: (said) => process.stdout.write(said),
  });
  say(
    restored
      ? `continued in ${loadSeconds.toFixed(1)} s`
      : `user space after ${bootSeconds.toFixed(1)} s, driver loaded ${loadSeconds.toFixed(1)} s later`,
  );
  await new Promise((resolve) => setTimeout(resolve, 2000));
  const { errors } = guest.device.statistics;
  say(
    `${guest.device.statistics.commands} commands, ${errors} errors ${guest.device.lastError?.message ?? ''}`,
  );
  if (options.cases !== undefined) {
    const fit = recordedGuestCases().filter(
      ({ kernel, dx }) => kernel === options.flavour && dx === (options.dx === true),
    );
    for (const guestCase of fit.slice(0, Number(options.cases))) {
      const start = performance.now();
      const r = await compareCase(guestCase, guest);
      console.log(
        ((performance.now() - start) / 1000).toFixed(1),
        r.id,
        r.name,
        r.submissions,
        r.asRecorded,
        r.oursEqual,
        JSON.stringify(r.differences),
        r.lostBytes,
        JSON.stringify(r.wrong).slice(0, 300),
      );
    }
  }
  await guest.pause();
  if (options.png !== undefined) {
    const [id] = guest.device.screenTargetIds;
    const screen = id === undefined ? undefined : guest.device.screenTarget(id);
    if (screen === undefined) {
      throw new GuestError('the guest has no screen target');
    }
    const unwritten = writeErrorOf(options.png, screenAsPng(screen));
    if (unwritten !== undefined) {
      throw new GuestError(unwritten);
    }
  }
  await guest.end();
  return EXIT.OK;
}
