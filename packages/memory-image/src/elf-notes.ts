import { Fields } from './byte-source.js';
import type { CpuRegisters } from './memory-image.js';
import { kernelTables } from './vmcoreinfo.js';

// The notes of ELF cores and kdump files that describe CPUs.

/** QEMU's state of a CPU, version 1 (QEMU, target/i386/arch_dump.c: QEMUCPUState). */
const QEMU = {
  NAME: 'QEMU',
  TYPE: 0,
  VERSION: 0,
  /** Six segments and LDT, TR, GDT, IDT: selector, limit, flags, padding, base; 24 bytes each. */
  CS_FLAGS: 152 + 8,
  GDT_BASE: 152 + 8 * 24 + 16,
  IDT_BASE: 152 + 9 * 24 + 16,
  /** CR0 to CR4. */
  CR: 392,
  SIZE: 432,
} as const;
/** The long-mode bit of a code segment in the flags that QEMU keeps: the descriptor's high word. */
const QEMU_DESC_L = 1 << 21;

/** VirtualBox's state of a CPU (VirtualBox, include/VBox/vmm/dbgfcorefmt.h: DBGFCORECPU). */
const VIRTUALBOX = {
  NAME: 'VBCPU',
  TYPE: 0xb01,
  CR0: 288,
  CR3: 304,
  CR4: 312,
  EFER: 488,
  SIZE: 496,
} as const;

const VMCOREINFO = 'VMCOREINFO';
const GIB4 = 1n << 32n;

/**
 * The CPUs' registers from the notes, in their order. A truncated note ends the list; the notes before it are used.
 * @param bytes a PT_NOTE segment: name size, descriptor size, type, name, descriptor, each padded to 4 bytes
 */
export function cpusFromNotes(bytes: Uint8Array): CpuRegisters[] {
  const cpus: CpuRegisters[] = [];
  let kernel: CpuRegisters | undefined;
  const notes = Fields.of(bytes, 0);
  for (let at = 0; at + 12 <= bytes.length;) {
    const nameSize = notes.u32(at);
    const size = notes.u32(at + 4);
    const type = notes.u32(at + 8);
    const descriptor = at + 12 + padded(nameSize);
    if (descriptor + size > bytes.length) {
      break;
    }
    const contents = Fields.of(bytes.subarray(descriptor, descriptor + size), descriptor);
    const named = (name: string) => nameSize === name.length + 1 && notes.has(at + 12, `${name}\0`);
    if (named(QEMU.NAME) && type === QEMU.TYPE && size >= QEMU.SIZE) {
      cpus.push(qemuCpu(contents));
    } else if (named(VIRTUALBOX.NAME) && type === VIRTUALBOX.TYPE && size >= VIRTUALBOX.SIZE) {
      cpus.push(virtualBoxCpu(contents));
    } else if (named(VMCOREINFO)) {
      kernel ??= kernelTables(contents.bytes);
    }
    at = descriptor + padded(size);
  }
  return cpus.length === 0 && kernel !== undefined ? [kernel] : cpus;
}

function padded(size: number): number {
  return Math.ceil(size / 4) * 4;
}

function qemuCpu(state: Fields): CpuRegisters {
  const proven =
    (state.u32(QEMU.CS_FLAGS) & QEMU_DESC_L) !== 0 ||
    state.u64(QEMU.GDT_BASE) >= GIB4 ||
    state.u64(QEMU.IDT_BASE) >= GIB4;
  return {
    source: 'QEMU',
    cr0: state.u64(QEMU.CR),
    cr3: state.u64(QEMU.CR + 3 * 8),
    cr4: state.u64(QEMU.CR + 4 * 8),
    inLongMode: proven,
  };
}

function virtualBoxCpu(state: Fields): CpuRegisters {
  return {
    source: 'VirtualBox',
    cr0: state.u64(VIRTUALBOX.CR0),
    cr3: state.u64(VIRTUALBOX.CR3),
    cr4: state.u64(VIRTUALBOX.CR4),
    efer: state.u64(VIRTUALBOX.EFER),
  };
}
