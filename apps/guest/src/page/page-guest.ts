import { X_DISK } from '../boot/disk-content.js';
import { findGuestDisk, type GuestDisk } from '../boot/guest-disk.js';
import type { BootRequest } from '../boot/boot-request.js';
import { findGuestFiles, type GuestFiles } from '../boot/guest-files.js';
import { buildInitramfs, DISK_ROOT } from '../boot/initramfs.js';
import { modulesFor } from '../boot/kernel-modules.js';
import type { EmulatedGuest } from '../emulator/emulated-guest.js';
import { SavedStates } from '../emulator/saved-states.js';
import { startGuest } from '../emulator/start-guest.js';
import { makeRenderer } from '../gl/renderers.js';
import { X_FILES } from '../x/x-files.js';
import { START_X, startX } from '../x/x-server.js';

/** Drivers of v86's 9p file system, which reaches the guest by virtio. */
const SHARING_MODULES = ['virtio_pci', '9pnet_virtio', '9p'];

/** A device with all that a renderer draws: the page has one. */
export const PAGE_DEVICE = { dx: true, sm41: true };

/** A guest for a page. */
export interface PageGuestOptions extends BootRequest {
  /** X in place of a shell on the console. */
  readonly x: boolean;
  readonly say: (what: string) => void;
  readonly onConsole: (text: string) => void;
}

/** A running guest that waits for a page, and what it was booted from. */
export interface PageGuest {
  readonly guest: EmulatedGuest;
  readonly files: GuestFiles;
  readonly disk: GuestDisk | undefined;
  /** Where its programs have the files that a page gives it. */
  readonly sharedFolder: string;
}

/** What a guest does before it is saved. */
interface Content {
  readonly sharedFolder: string;
  /** The root of its programs, with a slash at its end. */
  readonly root: string;
  readonly script: string;
  /** Of what `run` does: another one makes another state. */
  readonly key: string;
  run(guest: EmulatedGuest): Promise<void>;
}

/** A shell on the first console, again and again. It opens its terminal itself, which becomes the controlling one. */
const CONSOLE: Content = {
  sharedFolder: '/host',
  root: '/',
  script: `
mkdir /root
setterm -blank 0 > /dev/tty1 2>&1
printf '\\033c\\033[?25h' > /dev/tty1
echo "$(uname -sr) on $(cat /sys/class/graphics/fb0/name). Files of the page are in /host." > /dev/tty1
echo > /dev/tty1
export HOME=/root PS1='# ' TERM=linux
cd /root
(while :; do setsid sh -c 'exec sh -i < /dev/tty1 > /dev/tty1 2>&1'; done) < /dev/null > /dev/null 2>&1 &
tries=0
until grep -q '^# ' /dev/vcs1 || [ $tries = 600 ]; do usleep 100000; tries=$((tries + 1)); done
`,
  key: '',
  run: async () => {},
};

/** The disk is read-only but for its /tmp. */
const X: Content = {
  sharedFolder: '/tmp/host',
  root: `${DISK_ROOT}/`,
  script: '',
  key: START_X,
  run: startX,
};

function sharingScript(modules: readonly string[], { root, sharedFolder }: Content): string {
  const folder = root + sharedFolder.slice(1);
  return `
for module in ${modules.join(' ')}; do insmod /modules/$module.ko; done
mkdir ${folder}
mount -t 9p -o trans=virtio,version=9p2000.L host9p ${folder} || exit 1
`;
}

/**
 * Boots or restores a guest with a shared folder, and a shell on its console or X.
 * @throws GuestError where it cannot be fetched or booted
 */
export async function startPageGuest(options: PageGuestOptions): Promise<PageGuest> {
  const { paths, cache, flavour, refresh, memoryMib, x, say, onConsole } = options;
  const files = await findGuestFiles({ ...paths, cache, flavour, refresh, say });
  const disk = x ? await findGuestDisk({ content: X_DISK, cache, refresh, say }) : undefined;
  const content = x ? X : CONSOLE;
  const initramfs = buildInitramfs(files, {
    unloaded: SHARING_MODULES,
    ...(x && { diskFiles: X_FILES, desktop: true }),
  });
  const modules = SHARING_MODULES.flatMap((name) => modulesFor(name, files.modules));
  const names = [...new Set(modules.map(({ name }) => name))];
  const script = `(${sharingScript(names, content)}${content.script})`;
  const { guest } = await startGuest({
    images: { files, initramfs, sharesFiles: true, ...(disk && { disk }) },
    memoryMib,
    device: PAGE_DEVICE,
    renderer: (await makeRenderer('soft')).renderer,
    preparation: {
      key: `page ${script}${content.key}`,
      run: async (booted) => {
        await booted.shell.must(script);
        await content.run(booted);
      },
    },
    states: options.useStates ? new SavedStates(cache) : undefined,
    say,
    onConsole,
  });
  return { guest, files, disk, sharedFolder: content.sharedFolder };
}
