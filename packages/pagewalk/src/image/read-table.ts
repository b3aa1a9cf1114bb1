import { MemoryImageError, type PhysicalMemory } from '@cg/memory-image';

/** Why a part of memory cannot be read: the image does not hold it, or the file has damaged bytes for it. */
export type ReadFault = 'outside' | 'unreadable';

/** Reads a table, or a part of one. @returns why it cannot be read; the content of `into` is undefined then */
export function readTable(image: PhysicalMemory, physical: number, into: Uint8Array): ReadFault | undefined {
  try {
    return image.read(physical, into) ? undefined : 'outside';
  } catch (error) {
    if (error instanceof MemoryImageError) {
      return 'unreadable';
    }
    throw error;
  }
}
