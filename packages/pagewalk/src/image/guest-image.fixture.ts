import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { BufferSource, openMemoryImage, type MemoryImage } from '@cg/memory-image';

/** A dump that QEMU wrote of one of our guests (packages/memory-image/test/guests): `level4.elf`. */
export function guestFile(name: string): Uint8Array {
  const folder = new URL('../../../memory-image/test/guests/', import.meta.url);
  return new Uint8Array(gunzipSync(readFileSync(fileURLToPath(new URL(`${name}.gz`, folder)))));
}

export function guestImage(name: string): Promise<MemoryImage> {
  return openMemoryImage(new BufferSource(guestFile(name)));
}
