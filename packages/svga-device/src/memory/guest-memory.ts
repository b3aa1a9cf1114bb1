/** Bytes in a page of guest memory. */
export const PAGE_SIZE = 4096;

/** The memory of the guest, as the device's DMA sees it. */
export interface GuestMemory {
  /** Size in bytes: guest-physical addresses are 0 to `bytes` - 1. */
  readonly bytes: number;
  /**
   * A live view of guest-physical memory. The device asks only for ranges inside `bytes`, and keeps no view across
   * port accesses or calls of `advance`, so that a host may move its memory between them.
   */
  view(address: number, length: number): Uint8Array;
}

/** True if `length` bytes from `address` on lie in guest memory. False for numbers that are not whole. */
export function isInMemory(memory: GuestMemory, address: number, length: number): boolean {
  return Number.isInteger(address) && address >= 0 && length >= 0 && length <= memory.bytes - address;
}
