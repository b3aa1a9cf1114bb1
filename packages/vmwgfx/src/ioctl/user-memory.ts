import { PageTableError, type AddressSpace, type Cpu } from '@cg/pagetable';
import { VmwgfxError } from '../errors.js';

/** The memory of the calling process: what the pointers in its arguments point to. */
export interface UserMemory {
  /** Reads bytes; the caller owns them. @throws VmwgfxError EFAULT if not all of them exist */
  read(address: number, length: number): Uint8Array;
  /** @throws VmwgfxError EFAULT if not all of it is writable; some may be written then */
  write(address: number, bytes: Uint8Array): void;
}

function fault(address: number, bytes: number): VmwgfxError {
  const where = Number.isFinite(address) ? `0x${address.toString(16)}` : String(address);
  return new VmwgfxError('EFAULT', `no user memory for ${bytes} bytes at ${where}`, { address, bytes });
}

/**
 * The memory of a process of the simulated machine, accessed through its page tables like the kernel's user copies:
 * it faults, and faults read back from the device. The CPU runs the address space.
 */
export class ProcessMemory implements UserMemory {
  constructor(
    readonly addressSpace: AddressSpace,
    readonly cpu: Cpu,
  ) {}

  read(address: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    this.#access(address, length, () => this.cpu.loadBytes(address, bytes));
    return bytes;
  }

  write(address: number, bytes: Uint8Array): void {
    this.#access(address, bytes.length, () => this.cpu.storeBytes(address, bytes));
  }

  /** The CPU of a system call runs the calling process: for another address space it switches there and back. */
  #access(address: number, length: number, copy: () => void): void {
    const { cpu, addressSpace } = this;
    const ran = cpu.addressSpace;
    if (ran !== addressSpace) {
      cpu.run(addressSpace);
    }
    try {
      copy();
    } catch (error) {
      throw error instanceof PageTableError && error.code !== 'EDEADLK' ? fault(address, length) : error;
    } finally {
      if (ran !== addressSpace) {
        cpu.run(ran);
      }
    }
  }
}

/**
 * An ArrayBuffer as the memory of a process: its first byte has address `base`. NULL is unmapped, so the base is not
 * 0 by default.
 */
export class BufferMemory implements UserMemory {
  readonly #bytes: Uint8Array;

  constructor(
    buffer: ArrayBuffer,
    readonly base = 0x1000,
  ) {
    this.#bytes = new Uint8Array(buffer);
  }

  read(address: number, length: number): Uint8Array {
    const at = this.#place(address, length);
    return this.#bytes.slice(at, at + length);
  }

  write(address: number, bytes: Uint8Array): void {
    this.#bytes.set(bytes, this.#place(address, bytes.length));
  }

  #place(address: number, length: number): number {
    const at = address - this.base;
    if (!Number.isSafeInteger(at) || at < 0 || at + length > this.#bytes.length) {
      throw fault(address, length);
    }
    return at;
  }
}

/** A DataView of the same bytes. */
export function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
