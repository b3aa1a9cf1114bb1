import type { DeviceRecorder, Renderer, SvgaDeviceOptions } from '@cg/svga-device';
import { EmulatedGuest, type BootImages, type GuestOptions } from './emulated-guest.js';
import { GuestError } from '../guest-error.js';
import { MARK, WITHOUT_DRIVER } from '../boot/initramfs.js';
import { pcSettings } from './pc-settings.js';
import type { SavedStates } from './saved-states.js';

const BOOT_SECONDS = 600;

/** What a booted guest does before its state is saved. */
interface Preparation {
  /** Changes with what the saved state depends on, besides boot files, PC and device options. */
  readonly key: string;
  run(guest: EmulatedGuest): Promise<void>;
}

/** How a guest is booted or restored. */
export interface StartOptions {
  readonly images: BootImages;
  readonly memoryMib: number;
  readonly device: SvgaDeviceOptions;
  /** Draws for the device. */
  readonly renderer?: Renderer | undefined;
  /** Records what the device is told. */
  readonly recorder?: DeviceRecorder | undefined;
  /** What the guest does before it is saved. */
  readonly preparation?: Preparation | undefined;
  /** Undefined to boot, and to save nothing. */
  readonly states: SavedStates | undefined;
  readonly say: (what: string) => void;
  /** Receives the console's output. */
  readonly onConsole: (text: string) => void;
  /** The kernel's driver is not loaded. */
  readonly withoutDriver?: boolean;
}

const parametersOf = ({ withoutDriver }: StartOptions): string => (withoutDriver ? WITHOUT_DRIVER : '');

/** A running guest with its driver loaded, and how long that took, in seconds. */
export interface StartedGuest {
  readonly guest: EmulatedGuest;
  readonly restored: boolean;
  /** From power-on to user space; 0 where the guest was restored. */
  readonly bootSeconds: number;
  /** From then until the driver was loaded; of a restored guest, the time to restore it. */
  readonly loadSeconds: number;
}

/**
 * Restores a guest from its saved state, or boots one and saves it.
 * @throws GuestError where the guest does not boot, or its driver does not load
 */
export async function startGuest(options: StartOptions): Promise<StartedGuest> {
  const { images, memoryMib, states, device, preparation, say } = options;
  const key = states?.keyFor(images, pcSettings(memoryMib, parametersOf(options)), device, preparation?.key);
  const restored = key === undefined ? undefined : await restoreGuest(key, options);
  if (restored !== undefined) {
    return restored;
  }
  say('booting Linux (about a minute)');
  const started = await bootGuest(options);
  if (states !== undefined && key !== undefined) {
    await started.guest.pause();
    const image = await started.guest.image();
    try {
      states.store(key, image);
    } catch (error) {
      // Not fatal: the next start boots again.
      say(`the guest cannot be saved (${(error as Error).message})`);
      states.remove(key);
    }
    started.guest.run();
  }
  return started;
}

async function restoreGuest(key: string, options: StartOptions): Promise<StartedGuest | undefined> {
  const { images, states, say, onConsole } = options;
  const start = performance.now();
  const stored = states?.load(key);
  if (stored === undefined) {
    return undefined;
  }
  const guest = await EmulatedGuest.make(images, guestOptions(options, 'restore'));
  try {
    await guest.load(stored);
  } catch (error) {
    // v86 and the device throw various errors for a state that does not fit. It is created again.
    say(`the saved guest cannot be restored (${(error as Error).message})`);
    await guest.end();
    states?.remove(key);
    return undefined;
  }
  guest.console.onText = onConsole;
  guest.run();
  return { guest, restored: true, bootSeconds: 0, loadSeconds: secondsSince(start) };
}

function guestOptions(options: StartOptions, use: GuestOptions['use']): GuestOptions {
  const { memoryMib, device, renderer, recorder } = options;
  const attached = { ...device, ...(renderer && { renderer }), ...(recorder && { recorder }) };
  return { memoryMib, device: attached, parameters: parametersOf(options), use };
}

async function bootGuest(options: StartOptions): Promise<StartedGuest> {
  const { images, states, onConsole } = options;
  const start = performance.now();
  const use = states === undefined ? 'boot' : 'boot-and-save';
  const guest = await EmulatedGuest.make(images, guestOptions(options, use));
  guest.console.onText = onConsole;
  guest.run();
  try {
    await guest.console.waitFor(new RegExp(MARK.BOOTED), BOOT_SECONDS);
    const bootSeconds = secondsSince(start);
    const loadedOrFailed = new RegExp(`${MARK.LOADED}|${MARK.FAILED}|${MARK.READY}`);
    const [mark] = await guest.console.waitFor(loadedOrFailed, BOOT_SECONDS);
    if (mark === MARK.FAILED) {
      const [reason = 'see its console'] = /vmwgfx.*(?:rror|ailed).*/.exec(guest.console.text) ?? [];
      throw new GuestError(`the guest's driver does not load: ${reason}`);
    }
    const loadSeconds = secondsSince(start) - bootSeconds;
    await guest.console.waitFor(new RegExp(MARK.READY), BOOT_SECONDS);
    await guest.agent.start();
    await options.preparation?.run(guest);
    return { guest, restored: false, bootSeconds, loadSeconds };
  } catch (error) {
    await guest.end();
    throw error;
  }
}

function secondsSince(start: number): number {
  return (performance.now() - start) / 1000;
}
