/**
 * Makes the dumps beside this file anew: `node make-guests.mjs [guest …]`. Needs `as` and `ld` (binutils),
 * qemu-system-x86_64 and makedumpfile; the tests need none of them. QEMU's version goes into made-with.txt.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { guests } from './guests.mjs';
import { MEMORY, runGuest } from './run-guest.mjs';

const here = dirname(fileURLToPath(import.meta.url));

/**
 * QEMU's ELF core with the program headers right behind the ELF header: makedumpfile 1.7.2 looks for them
 * there, whatever e_phoff says.
 */
function headersMoved(core) {
  const header = Buffer.from(core.subarray(0, 64));
  const [from, count] = [Number(header.readBigUInt64LE(32)), header.readUInt16LE(56)];
  header.writeBigUInt64LE(64n, 32);
  header.writeBigUInt64LE(0n, 40);
  header.fill(0, 58, 64);
  const headers = Buffer.from(core.subarray(from, from + 56 * count));
  const parts = [header, headers];
  let at = 64 + headers.length;
  for (let i = 0; i < count; i++) {
    const entry = headers.subarray(i * 56);
    const [offset, size] = [Number(entry.readBigUInt64LE(8)), Number(entry.readBigUInt64LE(32))];
    entry.writeBigUInt64LE(BigInt(at), 8);
    parts.push(core.subarray(offset, offset + size));
    at += size;
  }
  return Buffer.concat(parts);
}

function makedumpfile(...options) {
  return execFileSync('makedumpfile', options, { maxBuffer: 2 ** 28, stdio: ['ignore', 'pipe', 'ignore'] });
}

function keep(name, bytes) {
  writeFileSync(join(here, `${name}.gz`), gzipSync(bytes, { level: 9 }));
}

const wanted = process.argv.slice(2);
for (const [name, guest] of Object.entries(guests)) {
  if (wanted.length > 0 && !wanted.includes(name)) {
    continue;
  }
  const folder = mkdtempSync(join(tmpdir(), 'cg-guest-'));
  const file = (ending) => join(folder, `dump.${ending}`);
  const [registers, tlb, ...others] = await runGuest(guest, folder, [
    'info registers',
    'info tlb',
    // Quoted: a slash behind a number would divide it.
    `pmemsave 0 ${MEMORY} "${file('raw')}"`,
    `dump-guest-memory ${file('elf')}`,
    `dump-guest-memory -p ${file('paging.elf')}`,
    `dump-guest-memory -z ${file('kdump')}`,
    ...(guest.infoMem ? ['info mem'] : []),
  ]);

  for (const ending of ['raw', 'elf', 'paging.elf', 'kdump']) {
    keep(`${name}.${ending}`, readFileSync(file(ending)));
  }
  keep(`${name}.registers.txt`, registers);
  keep(`${name}.tlb.txt`, tlb);
  if (guest.infoMem) {
    keep(`${name}.mem.txt`, others.at(-1));
  }
  if (name === 'level4') {
    writeFileSync(file('moved.elf'), headersMoved(readFileSync(file('elf'))));
    makedumpfile('-l', '-d', '0', file('moved.elf'), file('lzo'));
    const flat = makedumpfile('-F', '-c', '-d', '0', file('moved.elf'));
    makedumpfile('-c', '-d', '0', file('moved.elf'), file('zlib'));
    // Without zero pages.
    makedumpfile('-l', '-d', '1', file('moved.elf'), file('nonzero'));
    keep(`${name}.lzo.kdump`, readFileSync(file('lzo')));
    keep(`${name}.nonzero.kdump`, readFileSync(file('nonzero')));
    keep(`${name}.zlib.kdump`, readFileSync(file('zlib')));
    keep(`${name}.flat.kdump`, flat);
  }
  rmSync(folder, { recursive: true });
  console.log(name, tlb.split('\n').length, 'lines of info tlb');
}
const version = execFileSync('qemu-system-x86_64', ['--version'], { encoding: 'utf8' }).split('\n')[0];
writeFileSync(join(here, 'made-with.txt'), `${version}\n`);
