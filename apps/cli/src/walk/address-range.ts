import type { PagingMode } from '@cg/pagewalk/image';
import type { VirtualAddresses } from '../output/virtual-address.js';
import { WalkInputError } from './image-tables.js';

/** The part of the address space that the user wants: sign-extended addresses. */
export interface WalkRange {
  readonly from?: bigint;
  readonly to?: bigint;
}

export function addressBits(mode: PagingMode): 32 | 48 | 57 {
  return mode === '5-level' ? 57 : mode === '4-level' ? 48 : 32;
}

/** @throws WalkInputError for what is no address of the mode, or no range */
export function rangeOf({ from, to }: WalkRange, addresses: VirtualAddresses): { from: number; to: number } {
  const range = {
    from: from === undefined ? 0 : inside(from, '--from', addresses),
    to: to === undefined ? 2 ** addresses.bits : inside(to, '--to', addresses),
  };
  if (range.from >= range.to) {
    throw new WalkInputError('--to must lie behind --from');
  }
  return range;
}

function inside(address: bigint, option: string, addresses: VirtualAddresses): number {
  const parsed = addresses.parse(address);
  if (parsed === undefined) {
    const kind = addresses.bits === 32 ? 'a 32-bit' : `a sign-extended ${addresses.bits}-bit`;
    throw new WalkInputError(`${option} must be ${kind} address`);
  }
  return parsed;
}
