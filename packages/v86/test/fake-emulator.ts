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
}
