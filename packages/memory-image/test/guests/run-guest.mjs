/** Runs a guest of our own in QEMU: a firmware that writes page tables, turns paging on, touches pages, and halts. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { monitor } from './qemu.mjs';

const here = dirname(fileURLToPath(import.meta.url));
/** Bytes of a guest's memory. */
export const MEMORY = 8 * 2 ** 20;
// As in guest.S.
const PARAMETERS = 0x1000;
const BASE = 0xf0000;

async function hasHalted(run) {
  return /HLT=1/.test(await run('info registers'));
}

/**
 * Gives what QEMU's monitor printed of a guest that has halted, for each command.
 * @param guest one of those in guests.mjs
 * @param folder where the firmware may be written
 */
export function runGuest(guest, folder, commands) {
  const processors = ['-M', 'pc', '-cpu', 'max', '-smp', '2'];
  const machine = [...processors, '-m', String(MEMORY / 2 ** 20), '-bios', firmware(folder, guest)];
  return monitor(machine, hasHalted, commands);
}

function firmware(folder, { memory, touches, cr0, cr3, cr4, efer }) {
  const [object, binary] = [join(folder, 'guest.o'), join(folder, 'guest.bin')];
  execFileSync('as', ['--32', join(here, 'guest.S'), '-o', object]);
  const link = ['-m', 'elf_i386', '-Ttext', '0', '-e', '0', '--oformat', 'binary', object, '-o', binary];
  execFileSync('ld', link);
  const bytes = readFileSync(binary);
  const words = PARAMETERS + 64;
  const touched = words + memory.words.length * 8;
  [cr4, cr3, efer, cr0, memory.words.length, BASE + words, touches.length, BASE + touched].forEach(
    (value, i) => bytes.writeUInt32LE(value, PARAMETERS + i * 4),
  );
  memory.words.forEach(([at, value], i) => {
    bytes.writeUInt32LE(at, words + i * 8);
    bytes.writeUInt32LE(value, words + i * 8 + 4);
  });
  touches.forEach(([address, stores], i) => {
    bytes.writeBigUInt64LE(BigInt(address), touched + i * 16);
    bytes.writeUInt32LE(stores, touched + i * 16 + 8);
  });
  writeFileSync(binary, bytes);
  return binary;
}
