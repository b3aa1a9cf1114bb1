import { readFileSync, statSync } from 'node:fs';
import type { SvgaDevice } from '@cg/svga-device';
import type { CommandReader } from '@cg/svga-protocol';
import { attachSvga, type AttachedSvga, type AttachOptions } from '@cg/v86';
import type { V86 } from 'v86';
import { AgentProgram } from '../agent/agent-program.js';
import { AgentWire } from '../agent/agent-wire.js';
import type { CoreImage, EmulatorCore, StoredCore } from './emulator-core.js';
import { makeGuardedEmulator } from './guarded-emulator.js';
import { endReason } from './guest-end.js';
import { GuestError } from '../guest-error.js';
import type { GuestFiles } from '../boot/guest-files.js';
import type { GuestDisk } from '../boot/guest-disk.js';
import { GuestShell } from '../linux/guest-shell.js';
import { pcSettings } from './pc-settings.js';
import { SerialConsole } from './serial-console.js';

/** The files and settings that a guest boots from. */
export interface BootImages {
  readonly files: GuestFiles;
  readonly initramfs: Uint8Array<ArrayBuffer>;
  /** The first hard disk. */
  readonly disk?: GuestDisk;
  /** A file system of the host's, which the guest mounts by 9p. */
  readonly sharesFiles?: boolean;
}

/** How a guest is made. */
export interface GuestOptions {
  readonly memoryMib: number;
  readonly device: AttachOptions;
  /** Appended to the kernel's command line. */
  readonly parameters?: string;
  /** Boots it; boots it, and takes an image later; restores it from an image, for which it has no kernel. */
  readonly use: 'boot' | 'boot-and-save' | 'restore';
}

/** The saved state of a guest. */
export interface GuestState {
  readonly emulator: ArrayBuffer;
  readonly device: Uint8Array;
  /** The agent's scratch memory, from its first message. */
  readonly agent: readonly [address: number, bytes: number];
}

/** A state whose memory and generated code are apart: v86's own has neither. */
export interface GuestImage extends GuestState {
  readonly core: CoreImage;
}

/** A guest's image in a file. */
export interface StoredGuest extends GuestState {
  readonly core: StoredCore;
}

const MARK_PREFIX = 'mark ';

interface HaltEvents {
  add_listener(event: 'cpu-event-halt', listener: () => void): void;
}

/** A PC with the SVGA device, and the other ends of its serial ports. */
export class EmulatedGuest {
  readonly console: SerialConsole;
  readonly agent: AgentWire;
  /** A process in the guest, driven from here. */
  readonly program: AgentProgram;
  readonly shell: GuestShell;
  /** Receives the marks that a program prints on the console: lines that begin with «mark». */
  onMark: (text: string) => void = () => {};
  readonly #emulator: V86;
  readonly #core: EmulatorCore;
  readonly #attached: AttachedSvga;
  #stopListening = (): void => {};

  private constructor(emulator: V86, core: EmulatorCore, device: AttachOptions) {
    this.#emulator = emulator;
    this.#core = core;
    this.#attached = attachSvga(emulator, device);
    this.console = new SerialConsole(emulator);
    this.agent = new AgentWire(emulator);
    this.program = new AgentProgram(this.agent);
    this.shell = new GuestShell(this.program);
    this.console.onLine = (line) => {
      if (line.startsWith(MARK_PREFIX)) {
        this.onMark(line.slice(MARK_PREFIX.length));
      }
      const end = endReason(line);
      if (end !== undefined) {
        this.#fail(new GuestError(end));
      }
    };
    // Not in v86's types: a halt with interrupts off, from which nothing wakes the CPU.
    (emulator as unknown as HaltEvents).add_listener('cpu-event-halt', () => {
      this.#fail(new GuestError('the guest has ended: its CPU has halted'));
    });
  }

  /** Creates a guest that is not running yet. */
  static async make(
    { files, initramfs, disk, sharesFiles }: BootImages,
    { memoryMib, device, parameters = '', use }: GuestOptions,
  ): Promise<EmulatedGuest> {
    const kernel = { bzimage: { buffer: contents(files.kernel) }, initrd: { buffer: initramfs.buffer } };
    const guests: EmulatedGuest[] = [];
    const { emulator, core } = await makeGuardedEmulator(
      {
        ...pcSettings(memoryMib, parameters),
        bios: { buffer: contents(files.bios) },
        vga_bios: { buffer: contents(files.vgaBios) },
        ...(use !== 'restore' && kernel),
        ...(sharesFiles && { filesystem: {} }),
        ...(disk && { hda: { url: disk.path, async: true, size: statSync(disk.path).size } }),
        autostart: false,
        log_level: 0,
      },
      (error) => guests.forEach((guest) => guest.#fail(error)),
    );
    const guest = new EmulatedGuest(emulator, core, device);
    core.keepsCode = use === 'boot-and-save';
    guests.push(guest);
    return guest;
  }

  get device(): SvgaDevice {
    return this.#attached.device;
  }

  /** Replaces the listener of the device's commands. */
  observe(listener: (command: CommandReader) => void): void {
    this.#stopListening();
    this.#stopListening = this.device.events.listen((event) => {
      if (event.kind === 'command-starts') {
        listener(event.reader);
      }
    });
  }

  run(): void {
    void this.#emulator.run();
  }

  /** Resolves when the emulator has stopped. */
  async pause(): Promise<void> {
    if (this.#emulator.is_running()) {
      const stopped = new Promise<void>((resolve) => {
        this.#emulator.add_listener('emulator-stopped', () => resolve());
      });
      await this.#emulator.stop();
      await stopped;
    }
  }

  /** @throws GuestError before the agent's first message */
  async save(): Promise<GuestState> {
    return this.#save(async () => this.#emulator.save_state());
  }

  async restore(state: GuestState): Promise<void> {
    await this.#restore(state, async () => this.#emulator.restore_state(state.emulator));
  }

  /**
   * A state with the core's content, of which the memory is no copy. It is made with «boot-and-save», and paused.
   * @throws GuestError before the agent's first message
   */
  async image(): Promise<GuestImage> {
    const state = await this.#save(async () =>
      this.#core.withoutContent(async () => this.#emulator.save_state()),
    );
    return { ...state, core: await this.#core.image() };
  }

  /**
   * Restores an image to a guest that was made for it.
   * @throws Error where it is damaged or does not fit. The guest can only be ended then
   */
  async load(image: StoredGuest): Promise<void> {
    await this.#core.load(image.core);
    await this.#restore(image, async () =>
      this.#core.withoutContent(async () => this.#emulator.restore_state(image.emulator)),
    );
  }

  async #save(saveEmulator: () => Promise<ArrayBuffer>): Promise<GuestState> {
    const { memory } = this.agent;
    if (memory === undefined) {
      throw new GuestError('the guest cannot be saved before its agent runs');
    }
    await this.device.settle();
    const emulator = await saveEmulator();
    return { emulator, device: this.#attached.snapshot(), agent: [memory.address, memory.bytes] };
  }

  async #restore(
    { device, agent: [address, bytes] }: GuestState,
    restoreEmulator: () => Promise<void>,
  ): Promise<void> {
    await restoreEmulator();
    this.#attached.restore(device);
    this.agent.memory = { address, bytes };
  }

  /** Stops the guest for good, and rejects every wait for it. */
  async end(): Promise<void> {
    this.#fail(new GuestError('the guest has been stopped'));
    this.#core.end();
    await this.pause();
    await this.#emulator.destroy();
  }

  #fail(error: Error): void {
    this.console.fail(error);
    this.agent.fail(error);
  }
}

function contents(path: string): ArrayBuffer {
  return new Uint8Array(readFileSync(path)).buffer;
}
