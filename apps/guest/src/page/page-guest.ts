import { findGuestFiles, type GuestFiles, type KernelFlavour } from '../boot/guest-files.js';
import { buildInitramfs } from '../boot/initramfs.js';
import { modulesFor } from '../boot/kernel-modules.js';
import type { EmulatedGuest } from '../emulator/emulated-guest.js';
import { SavedStates } from '../emulator/saved-states.js';
import { startGuest } from '../emulator/start-guest.js';
import { makeRenderer } from '../gl/renderers.js';

/** Where the guest has the files that a page gives it: v86's 9p file system. */
export const SHARED_FOLDER = '/host';

/** Drivers of that file system, which reaches the guest by virtio. */
const SHARING_MODULES = ['virtio_pci', '9pnet_virtio', '9p'];

/** A device with all that a renderer draws: the page has one. */
export const PAGE_DEVICE = { dx: true, sm41: true };

/** A guest for a page. */
export interface PageGuestOptions {
  readonly paths: Partial<GuestFiles>;
  readonly cache: string;
  readonly flavour: KernelFlavour;
  readonly refresh: boolean;
  readonly useStates: boolean;
  readonly memoryMib: number;
  readonly say: (what: string) => void;
  readonly onConsole: (text: string) => void;
}

/** A running guest that waits for a page, and what it was booted from. */
export interface PageGuest {
  readonly guest: EmulatedGuest;
  readonly files: GuestFiles;
}

/** Mounts the shared folder, and leaves a shell on the first console. */
function preparation(modules: readonly string[]): string {
  return `(
for module in ${modules.join(' ')}; do insmod /modules/$module.ko; done
mkdir -p ${SHARED_FOLDER} /root
mount -t 9p -o trans=virtio,version=9p2000.L host9p ${SHARED_FOLDER} || exit 1
setterm -blank 0 > /dev/tty1 2>&1
printf '\\033c\\033[?25h' > /dev/tty1
echo "$(uname -sr) on $(cat /sys/class/graphics/fb0/name). Files of the page are in ${SHARED_FOLDER}." > /dev/tty1
echo > /dev/tty1
export HOME=/root PS1='# ' TERM=linux
cd /root
(while :; do setsid cttyhack sh -i < /dev/tty1 > /dev/tty1 2>&1; done) < /dev/null > /dev/null 2>&1 &
sleep 1
)`;
}

/**
 * Boots or restores a guest with a shell on its console, and the shared folder.
 * @throws GuestError where it cannot be fetched or booted
 */
export async function startPageGuest(options: PageGuestOptions): Promise<PageGuest> {
  const { paths, cache, flavour, refresh, memoryMib, say, onConsole } = options;
  const files = await findGuestFiles({ ...paths, cache, flavour, refresh, say });
  const initramfs = buildInitramfs(files, { unloaded: SHARING_MODULES });
  const modules = SHARING_MODULES.flatMap((name) => modulesFor(name, files.modules));
  const script = preparation([...new Set(modules.map(({ name }) => name))]);
  const { guest } = await startGuest({
    images: { files, initramfs, sharesFiles: true },
    memoryMib,
    device: PAGE_DEVICE,
    renderer: (await makeRenderer('soft')).renderer,
    preparation: { key: `page ${script}`, run: async (booted) => void (await booted.shell.must(script)) },
    states: options.useStates ? new SavedStates(cache) : undefined,
    say,
    onConsole,
  });
  return { guest, files };
}
