/**
 * Boots a Linux kernel in QEMU, and dumps its memory with what QEMU's monitor says of its page tables:
 * `node dump-kernel.mjs <vmlinuz> <folder> [--memory <MiB>] [--append <kernel options>] [--cpu <model>]`. The files
 * are dump.raw, dump.elf, and tlb.0.txt and tlb.1.txt for its two CPUs. Needs `as` and `ld` (binutils) and qemu-system-x86_64.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { monitor } from './qemu.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const CPUS = 2;
const FILE = 0o100755;
const CHARACTER_DEVICE = 0o20600;
const DIRECTORY = 0o40755;

/** As long as a multiple of four. */
function padded(buffer) {
  return Buffer.concat([buffer, Buffer.alloc(-buffer.length & 3)]);
}

/** A member of a cpio archive in the «newc» format (Linux, Documentation/driver-api/early-userspace). */
function member(name, mode, bytes = Buffer.alloc(0), device = [0, 0]) {
  const fields = [1, mode, 0, 0, 1, 0, bytes.length, 0, 0, ...device, name.length + 1, 0];
  const header = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}${name}\0`;
  return Buffer.concat([padded(Buffer.from(header)), padded(bytes)]);
}

/** An initial RAM file system with nothing but the first process and a console. */
function initialFiles(folder) {
  const [object, program] = [join(folder, 'init.o'), join(folder, 'init')];
  execFileSync('as', ['--32', join(here, 'init.S'), '-o', object]);
  execFileSync('ld', ['-m', 'elf_i386', object, '-o', program]);
  return Buffer.concat([
    member('dev', DIRECTORY),
    member('dev/console', CHARACTER_DEVICE, Buffer.alloc(0), [5, 1]),
    member('init', FILE, readFileSync(program)),
    member('TRAILER!!!', 0),
  ]);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    memory: { type: 'string', default: '128' },
    append: { type: 'string', default: '' },
    cpu: { type: 'string', default: 'max' },
  },
});
const [kernel, folder] = positionals;
const file = (name) => join(folder, name);
writeFileSync(file('initrd'), initialFiles(folder));
const machine = [
  '-M',
  'pc',
  '-m',
  values.memory,
  '-cpu',
  values.cpu,
  '-smp',
  String(CPUS),
  '-kernel',
  kernel,
];
const append = `console=ttyS0 panic=0 ${values.append}`;
const boot = ['-initrd', file('initrd'), '-append', append, '-serial', `file:${file('console.txt')}`];
/** Whether the first process has spoken. */
function isReady() {
  const text = existsSync(file('console.txt')) ? readFileSync(file('console.txt'), 'latin1') : '';
  if (text.includes('Kernel panic')) {
    throw new Error(text.slice(text.indexOf('Kernel panic')));
  }
  return text.includes('cg: ready');
}
const cpus = Array.from({ length: CPUS }, (_, cpu) => cpu);
const printed = await monitor([...machine, ...boot], isReady, [
  ...cpus.map((cpu) => ['info tlb', cpu]),
  // Quoted: a slash behind a number would divide it.
  `pmemsave 0 ${Number(values.memory) * 2 ** 20} "${file('dump.raw')}"`,
  `dump-guest-memory ${file('dump.elf')}`,
]);
cpus.forEach((cpu) => writeFileSync(file(`tlb.${cpu}.txt`), printed[cpu]));
