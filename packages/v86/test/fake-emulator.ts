import type { EmulatorCpu, PciDevice } from '../src/emulator.js';

type Handler = ((value: number) => unknown) | undefined;
type Mapped = Parameters<EmulatorCpu['io']['mmap_register']>;

/** The device's view of v86, without a CPU: ports, mapped addresses, interrupt lines and time. */
export class FakeEmulator {
  readonly reads = new Map<number, Handler[]>();
  readonly writes = new Map<number, Handler[]>();
  readonly maps: Mapped[] = [];
  readonly lines: string[] = [];
  readonly devices: PciDevice[] = [];
  readonly v86: { cpu: EmulatorCpu };
  /** The emulator's own timers: how long a halted CPU may sleep. */
  sleep = 100;

  readonly sent: [name: string, value: unknown][] = [];
  readonly bus = { send: (name: string, value: unknown) => void this.sent.push([name, value]) };
  readonly #listeners = new Map<string, Set<(value: never) => void>>();
  #isRunning = false;

  constructor(memoryBytes = 2 ** 20, wasm = { buffer: new ArrayBuffer(2 ** 21) }) {
    const cpu: EmulatorCpu = {
      mem8: new Uint8Array(wasm.buffer, 4096, memoryBytes),
      wasm_memory: wasm,
      io: {
        register_read: (port, _device, ...handlers) => this.reads.set(port, handlers),
        register_write: (port, _device, ...handlers) => this.writes.set(port, handlers),
        mmap_register: (...mapped) => this.maps.push(mapped),
      },
      devices: {
        pci: {
          devices: this.devices,
          register_device: (device) => (this.devices[device.pci_id] = device),
          raise_irq: (id) => this.lines.push(`raise ${id}`),
          lower_irq: (id) => this.lines.push(`lower ${id}`),
        },
      },
      run_hardware_timers: () => this.sleep,
    };
    this.v86 = { cpu };
  }

  in(port: number): number {
    return Number(this.reads.get(port)?.[2]?.(port));
  }

  out(port: number, value: number): void {
    this.writes.get(port)?.[2]?.(value);
  }

  /** Of the main loop, at a time in milliseconds. */
  tick(now: number): number {
    return this.v86.cpu.run_hardware_timers(false, now);
  }

  add_listener(event: string, listener: (value: never) => void): void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(listener));
  }

  remove_listener(event: string, listener: (value: never) => void): void {
    this.#listeners.get(event)?.delete(listener);
  }

  tell(event: string, value?: unknown): void {
    this.#listeners.get(event)?.forEach((listener) => listener(value as never));
  }

  is_running(): boolean {
    return this.#isRunning;
  }

  run(): void {
    this.#isRunning = true;
  }

  /** As v86 does: the event comes later. */
  stop(): void {
    setTimeout(() => {
      this.#isRunning = false;
      this.tell('emulator-stopped');
    });
  }

  /** The state is the first 64 KiB of memory. */
  save_state(): Promise<ArrayBuffer> {
    return Promise.resolve(this.v86.cpu.mem8.slice(0, 2 ** 16).buffer as ArrayBuffer);
  }

  restore_state(state: ArrayBuffer): Promise<void> {
    this.v86.cpu.mem8.set(new Uint8Array(state));
    return Promise.resolve();
  }
}
