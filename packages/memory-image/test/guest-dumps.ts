import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { BufferSource } from '../src/index.js';

/** A file beside make-guests.mjs: `level4.elf`, `pae.registers.txt`. */
export function guestFile(name: string): Uint8Array {
  const path = fileURLToPath(new URL(`guests/${name}.gz`, import.meta.url));
  return new Uint8Array(gunzipSync(readFileSync(path)));
}

export function guestText(name: string): string {
  return new TextDecoder().decode(guestFile(name));
}

export function guestSource(name: string): BufferSource {
  return new BufferSource(guestFile(name));
}
