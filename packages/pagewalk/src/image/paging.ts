import type { CpuRegisters } from '@cg/memory-image';
import { PageWalkError } from '../errors.js';

/**
 * How a CPU translates addresses (Intel SDM volume 3A, chapter 4). `32-bit-pse` is 32-bit paging with
 * CR4.PSE set: pages of 4 MiB, whose addresses have up to 40 bits (PSE-36).
 */
export type PagingMode = '4-level' | '5-level' | 'pae' | '32-bit' | '32-bit-pse';

/** Every mode, in the order in which a tool offers them. */
export const PAGING_MODES: readonly PagingMode[] = ['4-level', '5-level', 'pae', '32-bit', '32-bit-pse'];

/** The parameters that determine the meaning of an entry. */
export interface Paging {
  readonly mode: PagingMode;
  /**
   * Bits of a physical address (CPUID.80000008H:EAX[7:0]), 32 to 52; 52 if left out. Higher address bits of an entry
   * are reserved.
   */
  readonly physicalBits?: number;
  /**
   * The bit that marks encrypted memory (AMD's C-bit, Intel's highest key bit): no part of an address,
   * neither in an entry nor in CR3.
   */
  readonly encryptionBit?: number;
}

const CR0_PE = 1n;
const CR0_PG = 1n << 31n;
const CR4_PSE = 1n << 4n;
const CR4_PAE = 1n << 5n;
const CR4_LA57 = 1n << 12n;
const EFER_LMA = 1n << 10n;

/** A CPU's mode; `undefined` where the registers do not determine it, with the possible modes. */
export interface ModeOfCpu {
  readonly mode: PagingMode | undefined;
  readonly possible: readonly PagingMode[];
}

/**
 * The mode that registers select. CR4.PAE with neither EFER nor a proof of long mode is PAE or four levels; without
 * CR4 the mode is undetermined, in long mode between four and five levels.
 */
export function modeOfCpu({ cr0, cr4, efer, inLongMode }: CpuRegisters): ModeOfCpu {
  if (cr0 !== undefined && (cr0 & (CR0_PE | CR0_PG)) !== (CR0_PE | CR0_PG)) {
    return { mode: undefined, possible: [] };
  }
  const isLong = efer === undefined ? inLongMode === true || undefined : (efer & EFER_LMA) !== 0n;
  const possible = PAGING_MODES.filter((mode) => {
    const hasFourOrFive = mode === '4-level' || mode === '5-level';
    if (isLong !== undefined && hasFourOrFive !== isLong) {
      return false;
    }
    if (cr4 === undefined) {
      return true;
    }
    switch (mode) {
      case '4-level':
        return (cr4 & (CR4_PAE | CR4_LA57)) === CR4_PAE;
      case '5-level':
        return (cr4 & (CR4_PAE | CR4_LA57)) === (CR4_PAE | CR4_LA57);
      case 'pae':
        return (cr4 & CR4_PAE) !== 0n;
      case '32-bit':
        return (cr4 & (CR4_PAE | CR4_PSE)) === 0n;
      case '32-bit-pse':
        return (cr4 & (CR4_PAE | CR4_PSE)) === CR4_PSE;
    }
  });
  // Kernels run with long mode off only where CR3 is below 4 GiB; QEMU's record proves long mode if it can.
  return { mode: possible.length === 1 ? possible[0] : undefined, possible };
}

/** @throws PageWalkError EINVAL for bits that no CPU has */
export function checkPaging({ physicalBits = 52, encryptionBit }: Paging): void {
  if (!(Number.isInteger(physicalBits) && physicalBits >= 32 && physicalBits <= 52)) {
    throw new PageWalkError('EINVAL', `physical addresses have 32 to 52 bits, not ${physicalBits}`);
  }
  const bit = encryptionBit ?? 12;
  if (!(Number.isInteger(bit) && bit >= 12 && bit <= 51)) {
    throw new PageWalkError('EINVAL', `the encryption bit is one of bits 12 to 51, not ${bit}`);
  }
}
