import { AddressSpace, Cpu, PAGE_SIZE, PhysicalMemory } from '@cg/pagetable';
import { SvgaDevice, type SvgaDeviceOptions } from '@cg/svga-device';
import { encodeCommand } from '@cg/svga-protocol';
import { VmwgfxDriver, type DriverOptions } from './driver.js';
import type { BufferObject } from './memory/buffer-object.js';
import { Resource } from './resource/resource.js';

/** A driver on a real device, and its memory. */
export interface Bench {
  readonly memory: PhysicalMemory;
  readonly device: SvgaDevice;
  readonly driver: VmwgfxDriver;
  /** A CPU running a new address space. */
  process(): { cpu: Cpu; addressSpace: AddressSpace };
}

export function bench(options: DriverOptions = {}, device: SvgaDeviceOptions = {}, pages = 4096): Bench {
  const memory = new PhysicalMemory(pages * PAGE_SIZE);
  const { u8 } = memory;
  const svga = new SvgaDevice(
    {
      memory: { bytes: u8.length, view: (address, length) => u8.subarray(address, address + length) },
      setInterrupt() {},
    },
    device,
  );
  return {
    memory,
    device: svga,
    driver: new VmwgfxDriver(memory, svga, options),
    process: () => processOf(memory),
  };
}

/** A CPU running a new address space. */
export function processOf(memory: PhysicalMemory): { cpu: Cpu; addressSpace: AddressSpace } {
  const addressSpace = new AddressSpace(memory);
  const cpu = new Cpu(memory);
  cpu.run(addressSpace);
  return { cpu, addressSpace };
}

/** Unmaps everything that an address space has mapped; mappings keep buffer objects (rule 8.6). */
export function unmapAll(addressSpace: AddressSpace): void {
  [...addressSpace.vmas].forEach((vma) => addressSpace.unmap(vma));
}

/** SURFACE_COPY of the upper left of the first image to the same place, with handles for ids. */
export function copyCommand(from: number, to: number, width: number, height: number): Uint8Array {
  const box = { x: 0, y: 0, z: 0, w: width, h: height, d: 1, srcx: 0, srcy: 0, srcz: 0 };
  const images = { srcFace: 0, srcMipmap: 0, destFace: 0, destMipmap: 0 };
  return encodeCommand('SURFACE_COPY', { srcSid: from, destSid: to, ...images, boxes: [box] });
}

/** A resource that only records its calls. */
export class NotedResource extends Resource {
  readonly isTracked = true;
  /** Dirty pages handed to it, as [first, end] of the buffer object. */
  readonly handed: [number, number][] = [];
  readBacks = 0;
  failReadBack = false;
  unbound = false;

  constructor(backing: BufferObject, offset: number, bytes: number) {
    super(backing.driver, bytes, false);
    backing.reserved((held) => this.attach(held, offset));
  }

  addDirtyBytes(start: number, end: number): void {
    this.handed.push([start / PAGE_SIZE, end / PAGE_SIZE]);
  }

  readBack(_refused: () => void): void {
    if (this.failReadBack) {
      throw new Error('read-back failed');
    }
    this.readBacks++;
  }

  create(): void {}
  destroy(): void {}
  bind(): void {}
  unbind(): void {
    this.unbound = true;
  }
  followTracking(): void {}
  sync(): void {}
}
