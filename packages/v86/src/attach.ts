import { SvgaDevice, SvgaDeviceError } from '@cg/svga-device';
import { mapMemory, mapPorts } from './address-windows.js';
import { DeviceClock } from './clock.js';
import { cpuOf } from './emulator.js';
import { V86Error } from './errors.js';
import { EmulatorMemory } from './guest-memory.js';
import { placementOf } from './options.js';
import type { AttachOptions } from './options.js';
import { pciFunction } from './pci-function.js';

/** A device in an emulator. */
export interface AttachedSvga {
  readonly device: SvgaDevice;
  /**
   * The device's state. Save it together with `V86.save_state`, which does not include it, while the emulator is
   * stopped.
   */
  snapshot(): Uint8Array;
  /**
   * Restores the device. Restore the emulator first: attach, `V86.restore_state`, then this. The snapshot is validated
   * as a whole first: after an error the device is unchanged. @throws V86Error EBADMSG for bytes that are not a
   * snapshot of a device with these options
   */
  restore(snapshot: Uint8Array): void;
}

/**
 * Attaches the SVGA II device to an emulator, as a PCI function beside its own VGA. The guest finds it when it
 * enumerates PCI, so attach before `run` (`autostart: false`). It cannot be detached.
 * @param emulator a `V86` of the npm package `v86`, after its «emulator-ready»
 * @throws V86Error ENODEV if the emulator is not ready, EBUSY if the slot is in use, EINVAL for an invalid option
 */
export function attachSvga(emulator: object, options: AttachOptions = {}): AttachedSvga {
  const cpu = cpuOf(emulator);
  const { pci } = cpu.devices;
  const { slot: _slot, ioBase: _ioBase, renderer, recorder, ...deviceOptions } = options;
  const placement = placementOf(options, cpu.mem8.length);
  const { slot, ioBase, vramAddress, vramBytes, fifoAddress, fifoBytes } = placement;
  const pciDevice = pciFunction(placement);
  const { pci_id: id } = pciDevice;
  if (pci.devices[id] !== undefined) {
    throw new V86Error('EBUSY', 'the PCI slot is in use', { slot });
  }
  const device = makeDevice(
    {
      memory: new EmulatorMemory(cpu),
      setInterrupt: (asserted) => (asserted ? pci.raise_irq(id) : pci.lower_irq(id)),
      renderer,
      recorder,
    },
    { ...deviceOptions, vramAddress, vramBytes, fifoAddress, fifoBytes },
  );
  // v86 copies the handlers of the ports to the BAR when the function is registered.
  mapPorts(cpu, ioBase, device);
  mapMemory(cpu, vramAddress, vramBytes, () => device.vram);
  mapMemory(cpu, fifoAddress, fifoBytes, () => device.fifo);
  pci.register_device(pciDevice);
  const clock = new DeviceClock(cpu, device);
  return {
    device,
    snapshot: () => device.snapshot(),
    restore: (snapshot) => {
      asV86Error('EBADMSG', () => device.restore(snapshot));
      clock.set(device.now);
    },
  };
}

function makeDevice(...args: ConstructorParameters<typeof SvgaDevice>): SvgaDevice {
  return asV86Error('EINVAL', () => new SvgaDevice(...args));
}

function asV86Error<T>(code: 'EBADMSG' | 'EINVAL', work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof SvgaDeviceError ? new V86Error(code, error.what, error.values) : error;
  }
}
