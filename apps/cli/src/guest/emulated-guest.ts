import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { CommandReader, SvgaDevice, SvgaDeviceOptions } from '@cg/svga-device';
import { attachSvga, type AttachedSvga } from '@cg/v86';
import { V86 } from 'v86';
import { AgentProgram } from './agent-program.js';
import { AgentWire } from './agent-wire.js';
import { GuestError } from './guest-error.js';
import type { GuestFiles } from './guest-files.js';
import { SerialConsole } from './serial-console.js';

const MIB = 2 ** 20;

const SHELL_SECONDS = 600;

const COMMAND_LINE = [
  'console=ttyS0,115200',
  'rdinit=/init',
  'panic=-1',
  'tsc=reliable',
  'lpj=4000000',
  'mitigations=off',
  'random.trust_cpu=on',
  'nowatchdog',
  'nokaslr',
  'cryptomgr.notests=1',
  // A logo or a cursor would be screen updates that nobody asked for.
  'logo.nologo',
  'vt.global_cursor_default=0',
].join(' ');

/** What a guest is booted from. */
export interface BootImages {
  readonly files: GuestFiles;
  readonly initramfs: Uint8Array<ArrayBuffer>;
}

/** A state that a guest can be continued from. */
export interface GuestState {
  readonly emulator: ArrayBuffer;
  readonly device: Uint8Array;
  /** The agent's memory, as it said when it started. */
  readonly agent: readonly [address: number, bytes: number];
}

/** A PC with the SVGA device, and what is connected to its serial ports. */
export class EmulatedGuest {
  readonly console: SerialConsole;
  readonly agent: AgentWire;
  /** A process in the guest that does what it is told. */
  readonly program: AgentProgram;
  readonly #emulator: V86;
  readonly #attached: AttachedSvga;
  #listener: (command: CommandReader) => void = () => {};

  private constructor(emulator: V86, device: SvgaDeviceOptions) {
    this.#emulator = emulator;
    this.#attached = attachSvga(emulator, { ...device, onCommand: (command) => this.#listener(command) });
    this.console = new SerialConsole(emulator);
    this.agent = new AgentWire(emulator);
    this.program = new AgentProgram(this.agent);
  }

  /**
   * A machine that is off.
   * @param parameters for the end of the kernel's command line
   */
  static async make(
    { files, initramfs }: BootImages,
    memoryMib: number,
    device: SvgaDeviceOptions,
    parameters = '',
  ): Promise<EmulatedGuest> {
    const emulator = new V86({
      wasm_path: createRequire(import.meta.url).resolve('v86/build/v86.wasm'),
      memory_size: memoryMib * MIB,
      vga_memory_size: 8 * MIB,
      bios: { buffer: contents(files.bios) },
      vga_bios: { buffer: contents(files.vgaBios) },
      bzimage: { buffer: contents(files.kernel) },
      initrd: { buffer: initramfs.buffer },
      cmdline: `${COMMAND_LINE} ${parameters}`,
      acpi: false,
      autostart: false,
      uart1: true,
      disable_speaker: true,
      log_level: 0,
    });
    await new Promise<void>((resolve) => {
      emulator.add_listener('emulator-ready', () => resolve());
    });
    return new EmulatedGuest(emulator, device);
  }

  get device(): SvgaDevice {
    return this.#attached.device;
  }

  /** Has a listener told of the device's commands, in place of the one before. */
  observe(listener: (command: CommandReader) => void): void {
    this.#listener = listener;
  }

  run(): void {
    void this.#emulator.run();
  }

  /**
   * Has the guest's first process run a line of shell commands.
   * @returns the exit code of the last
   */
  async shell(line: string, seconds = SHELL_SECONDS): Promise<number> {
    const from = this.console.text.length;
    // The console echoes what is typed: what is waited for must not be in it.
    this.console.type(`${line}\necho "cg: exit=$?"\n`);
    const said = await this.console.waitFor(/cg: exit=(\d+)/, seconds, from);
    return Number(said[1]);
  }

  /** Stands still when this resolves. */
  async pause(): Promise<void> {
    if (this.#emulator.is_running()) {
      const stopped = new Promise<void>((resolve) => {
        this.#emulator.add_listener('emulator-stopped', () => resolve());
      });
      await this.#emulator.stop();
      await stopped;
    }
  }

  /** @throws GuestError while the agent has not said where its memory is */
  async save(): Promise<GuestState> {
    const { memory } = this.agent;
    if (memory === undefined) {
      throw new GuestError('the guest cannot be saved before its agent runs');
    }
    const emulator = await this.#emulator.save_state();
    return { emulator, device: this.#attached.snapshot(), agent: [memory.address, memory.bytes] };
  }

  async restore({ emulator, device, agent: [address, bytes] }: GuestState): Promise<void> {
    await this.#emulator.restore_state(emulator);
    this.#attached.restore(device);
    this.agent.memory = { address, bytes };
  }

  /** Off for good. */
  async end(): Promise<void> {
    await this.pause();
    await this.#emulator.destroy();
  }
}

function contents(path: string): ArrayBuffer {
  return new Uint8Array(readFileSync(path)).buffer;
}
