import type { CpuRegisters } from './memory-image.js';

/** Where x86-64 Linux maps its image (Documentation/arch/x86/x86_64/mm.rst). */
const START_KERNEL_MAP = 0xffffffff80000000n;
const CR0_PG_PE = 0x80000001n;
const CR4_PAE = 0x20n;
const CR4_LA57 = 0x1000n;

/**
 * The kernel's own page tables, from the text that a crashed Linux leaves
 * (Documentation/admin-guide/kdump/vmcoreinfo.rst), as the registers of a CPU that uses them. Undefined if the
 * text is incomplete, as that of a 32-bit kernel.
 */
export function kernelTables(text: Uint8Array): CpuRegisters | undefined {
  const lines = new TextDecoder().decode(text);
  const value = (pattern: RegExp) => pattern.exec(lines)?.[1];
  const table = value(/^SYMBOL\((?:swapper_pg_dir|init_top_pgt|init_level4_pgt)\)=([0-9a-f]{1,16})$/m);
  const base = value(/^NUMBER\(phys_base\)=(-?\d{1,19})$/m);
  if (table === undefined || base === undefined) {
    return undefined;
  }
  const cr3 = BigInt(`0x${table}`) - START_KERNEL_MAP + BigInt(base);
  if (cr3 < 0n || cr3 >= 1n << 52n) {
    return undefined;
  }
  const fiveLevels = value(/^NUMBER\(pgtable_l5_enabled\)=(\d+)$/m) === '1';
  return {
    source: 'VMCOREINFO',
    cr3,
    cr0: CR0_PG_PE,
    cr4: fiveLevels ? CR4_PAE | CR4_LA57 : CR4_PAE,
    inLongMode: true,
  };
}
