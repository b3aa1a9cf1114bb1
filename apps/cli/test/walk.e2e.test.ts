import {
  closeSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  AddressSpace,
  entryWord,
  frameOfEntry,
  Mapping,
  PhysicalMemory,
  Cpu,
  PAGE_PRESENT,
  PAGE_RW,
  PAGE_SIZE,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
} from '@cg/pagetable';
import { afterAll, describe, expect, it } from 'vitest';
import { cg, runCg } from './cg.js';

const folder = mkdtempSync(join(tmpdir(), 'cg-walk-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A machine that has stored to some pages of a VMA at 0x40000000, ready to be damaged and dumped. */
function machine(pages: readonly number[]) {
  const memory = new PhysicalMemory(64 * PAGE_SIZE);
  const first = memory.allocateContiguous(16);
  const addressSpace = new AddressSpace(memory);
  const vma = addressSpace.map({
    address: 0x40000000,
    length: 1024 * PAGE_SIZE,
    flags: VM_READ | VM_WRITE | VM_SHARED,
    mapping: new Mapping('object'),
    operations: {
      fault(fault) {
        fault.insertFrame(fault.address, first + (fault.page % 16), true);
        return 'noPage';
      },
    },
  });
  const cpu = new Cpu(memory);
  cpu.run(addressSpace);
  pages.forEach((page) => cpu.store8(vma.addressOf(page), 1));
  const { rootFrame } = addressSpace.tables;
  const pdpt = frameOfEntry(memory.u32[entryWord(rootFrame, vma.start, 4)], 0);
  const directory = frameOfEntry(memory.u32[entryWord(pdpt, vma.start, 3)], 0);
  return { memory, cr3: `0x${(rootFrame * PAGE_SIZE).toString(16)}`, rootFrame, directory };
}

function dump(name: string, memory: PhysicalMemory): string {
  const path = join(folder, name);
  writeFileSync(path, memory.u8);
  return path;
}

/** A dump that QEMU made of a guest of our own (packages/memory-image/test/guests). */
function guest(name: string): string {
  const path = join(folder, name);
  const packed = new URL(`../../../packages/memory-image/test/guests/${name}.gz`, import.meta.url);
  writeFileSync(path, gunzipSync(readFileSync(packed)));
  return path;
}

describe('cg walk of dumps', () => {
  it.each([
    ['level4.elf', 'elf, CPU 0 of 2 (QEMU): 4-level, CR3 0x110000'],
    ['level5.kdump', 'kdump, CPU 0 of 2 (QEMU): 5-level, CR3 0x120000'],
    ['pae.elf', 'elf, CPU 0 of 2 (QEMU): pae, CR3 0x110020'],
    // With -p QEMU writes what the tables map, which these tables do not include.
    ['pae.paging.elf', 'the image does not have it'],
    ['bits32.elf', 'elf, CPU 0 of 2 (QEMU): 32-bit, CR3 0x110000'],
    ['pse.kdump', 'kdump, CPU 0 of 2 (QEMU): 32-bit-pse, CR3 0x110000'],
    ['level4.lzo.kdump', 'kdump, CPU 0 of 2 (QEMU): 4-level, CR3 0x110000'],
    ['level4.raw', 'say --cr3'],
  ])('%s needs no option where it has registers', async (name, said) => {
    const { out, err } = await runCg(['walk', guest(name)]);
    expect(out === '' ? err : out.split('\n')[0]).toContain(said);
  });

  it('the other CPU of the guest has not begun: paging is off there', async () => {
    const { code, out, err } = await runCg(['walk', guest('level4.elf'), '--cpu', '1']);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/^cg: .*level4.elf: paging was off on that CPU: .*\n$/);
    expect((await runCg(['walk', guest('level4.elf'), '--cpu', '2'])).err).toContain('of 2 CPUs, no CPU 2');
  });

  it('a raw image in the wrong mode: says which mode would fit better', async () => {
    const { code, err } = await runCg(['walk', guest('level4.raw'), '--cr3', '0x110000', '--paging', 'pae']);
    expect(code).toBe(1);
    expect(err.trimEnd().split('\n').at(-1)).toMatch(
      /^cg: most entries make no sense in pae tables; --paging 4-level fits better \(\d+ % do\)$/,
    );
  });

  it('a run of equal tables is one line, a self-map is said to be one', async () => {
    const { out } = await runCg(['walk', guest('level4.elf')]);
    expect(out).toMatch(/ 14 MiB +7 × 2 MiB, each as at 0x0000000001000000$/m);
    expect(out).toMatch(/512 GiB +self-map of the table at 0x110000$/m);
    expect(out).toMatch(/0x88000 {2}key 5$/m);
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it('--explain: level by level, with file offsets; exit code 1 and the reason where it faults', async () => {
    const path = guest('level4.elf');
    const { code, out } = await runCg(['walk', path, '--explain', '0x10a010']);
    expect(code).toBe(0);
    expect(out).toMatch(/^ {2}PTE {3}\[266\] at 0x114850, file offset 0x1150f8\n.*P, R\/W, A, D$/m);
    expect(out).toMatch(/^ {2}physical 0x8a010, in a page of 4 KiB$/m);
    const faulting = await runCg(['walk', path, '--explain', '0xa00000', '--json']);
    expect(faulting.code).toBe(1);
    const { fault, steps } = JSON.parse(faulting.out) as { fault: string; steps: { name: string }[] };
    expect([fault, steps.map(({ name }) => name)]).toEqual(['reserved', ['PML4E', 'PDPTE', 'PDE']]);
  });

  it.for([
    ['level4.elf', '0x000000000010a010', 16],
    ['level5.elf', '0x000000000010a010', 16],
    ['pae.elf', '0x0010a010', 16],
    ['bits32.elf', '0x0010a010', 8],
  ] as const)(
    '--explain of %s: the address has all digits of its mode, an entry those of its size',
    async ([file, address, entryDigits]) => {
      const { out } = await runCg(['walk', guest(file), '--explain', '0x10a010']);
      expect(out.split('\n')[0]).toBe(address);
      const values = [...out.matchAll(/^ {9}0x([0-9a-f]+) /gm)].map(([, digits]) => digits.length);
      expect(new Set(values)).toEqual(new Set([entryDigits]));
      const json = await runCg(['walk', guest(file), '--explain', '0x10a010', '--json']);
      expect(JSON.parse(json.out)).toMatchObject({ address });
    },
  );

  it('--explain inside a self-map says so', async () => {
    const { out } = await runCg(['walk', guest('level4.elf'), '--explain', '0xffffff0000000850']);
    expect(out).toMatch(/PML4E \[510\][^]*→ 0x110000, this table itself: a self-map\n/);
  });

  it("a crashed kernel's own tables, where a dump has VMCOREINFO alone, are those of no CPU", async () => {
    const text = `SYMBOL(swapper_pg_dir)=ffffffff80110000\nNUMBER(phys_base)=0\nNUMBER(pgtable_l5_enabled)=0\n`;
    const bytes = readFileSync(guest('level4.elf'));
    // The first program header is that of the notes: their place is its p_offset.
    const headers = Number(bytes.readBigUInt64LE(32));
    const notes = Number(bytes.readBigUInt64LE(headers + 8));
    const size = Number(bytes.readBigUInt64LE(headers + 32));
    bytes.fill(0, notes, notes + size);
    [11, text.length, 0].forEach((value, i) => bytes.writeUInt32LE(value, notes + i * 4));
    bytes.write('VMCOREINFO\0', notes + 12, 'latin1');
    bytes.write(text, notes + 24, 'latin1');
    const path = join(folder, 'vmcore.elf');
    writeFileSync(path, bytes);
    const { out } = await runCg(['walk', path]);
    expect(out.split('\n')[0]).toBe("elf, the kernel's tables (VMCOREINFO): 4-level, CR3 0x110000");
    expect(out.split('\n').length).toBeGreaterThan(40);
  });

  it('--find: a line for each candidate, within 100 columns, of whole entries', async () => {
    const { out } = await runCg(['walk', guest('level4.elf'), '--find']);
    const [heading, first, ...others] = out.split('\n');
    expect(heading).toMatch(/^top table +mode +entries +below +sound +mapped +same kernel$/);
    expect(first).toMatch(/^0x110000 +4-level +4 +\d+ +99 % +\d+ KiB +self-map$/);
    expect(Math.max(...[heading, first, ...others].map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it('--changed: pages whose bits differ between two images of a machine', async () => {
    const before = guest('level4.raw');
    const bytes = readFileSync(before);
    bytes[0x114000 + 0x50 * 8] |= 0x60;
    const after = join(folder, 'after.raw');
    writeFileSync(after, bytes);
    const { code, out } = await runCg(['walk', before, after, '--changed', '--cr3', '0x110000']);
    expect(code).toBe(0);
    expect(out.split('\n')[0]).toBe(
      '0x0000000000050000-0x0000000000051000  rwx---- 0x50000 4 KiB → rwx--ad 0x50000 4 KiB',
    );
    const same = await runCg(['walk', before, before, '--changed', '--cr3', '0x110000']);
    expect(same.out).toBe('nothing changed\n');
  });

  it('--find: the top table is among the candidates; exit code 1 where there is none', async () => {
    const { code, out } = await runCg(['walk', guest('level5.elf'), '--find', '--json']);
    expect(code).toBe(0);
    const tables = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { table: string; mode: string });
    expect(tables).toContainEqual(expect.objectContaining({ table: '0x120000', mode: '5-level' }));
    const empty = join(folder, 'empty.raw');
    writeFileSync(empty, new Uint8Array(8192));
    expect((await runCg(['walk', empty, '--find'])).code).toBe(1);
  });

  it('--map puts the parts of a raw file where they belong', async () => {
    const bytes = readFileSync(guest('level4.raw'));
    const path = join(folder, 'parts.raw');
    writeFileSync(path, Buffer.concat([bytes.subarray(0x100000), bytes.subarray(0, 0x100000)]));
    const map = ['--map', '0=0x700000:0x100000', '--map', '0x100000=0:0x700000'];
    const mapped = await runCg(['walk', path, '--cr3', '0x110000', ...map]);
    const plain = await runCg(['walk', guest('level4.raw'), '--cr3', '0x110000']);
    expect(mapped.out).toBe(plain.out);
  });

  it('a table that a kdump file has damaged is reported, and the walk continues', async () => {
    const path = guest('level4.zlib.kdump');
    const bytes = readFileSync(path);
    const whole = await runCg(['walk', path]);
    // The PDE of 0 points at 0x114000. Descriptors of pages follow the header, the sub-header and the bitmaps.
    const blocks = 1 + bytes.readUInt32LE(432) + bytes.readUInt32LE(436);
    const place = Number(bytes.readBigUInt64LE(4096 * blocks + 0x114 * 24));
    bytes.fill(0xff, place, place + 16);
    writeFileSync(path, bytes);
    const { code, out, err } = await runCg(['walk', path]);
    expect(code).toBe(1);
    expect(err).toMatch(/^0x0{16}-0x0{10}200000: PDE at 0x113000 \(level 2\)$/m);
    expect(err).toMatch(/points at the table at 0x114000, whose bytes in the file are damaged$/m);
    const lines = out.trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(10);
    expect(whole.out.split('\n')).toEqual(expect.arrayContaining(lines));
    const explained = await runCg(['walk', path, '--explain', '0x1000']);
    expect([explained.code, explained.out.split('\n').at(-2)]).toEqual([
      1,
      '  unknown: the bytes of the next table in the file are damaged',
    ]);
    expect((await runCg(['walk', path, '--find'])).out).toMatch(/^0x110000 /m);
  });

  it('a known format that is not read, and a dump that is cut off, are one line', async () => {
    const path = join(folder, 'cut.elf');
    writeFileSync(path, readFileSync(guest('level4.elf')).subarray(0, 0x200000));
    const { code, out, err } = await runCg(['walk', path]);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/^cg: .*cut.elf: truncated: memory 0x[0-9a-f]+ to 0x[0-9a-f]+ end at byte .*\n$/);
    writeFileSync(path, 'PAGEDUMP'.padEnd(8192));
    expect((await runCg(['walk', path])).err).toContain('a 32-bit Windows dump; its memory is not read');
  });
});

describe('cg walk', () => {
  it('lists the ranges that a machine has mapped, and nothing on standard error', async () => {
    const { memory, cr3 } = machine([0, 1, 2, 4, 16]);
    const { code, out, err } = await runCg(['walk', dump('good', memory), '--cr3', cr3]);
    expect([code, err]).toEqual([0, '']);
    const lines = out.trimEnd().split('\n');
    expect(lines[0]).toBe(`raw: 4-level, CR3 ${cr3}`);
    expect(lines[1]).toMatch(/^virtual range +size +page +flags +physical start$/);
    expect(lines.slice(2).map((line) => line.split(/ {2,}/))).toEqual([
      ['0x0000000040000000-0x0000000040003000', '12 KiB', '4 KiB', 'rw-u-ad', '0x1000'],
      ['0x0000000040004000-0x0000000040005000', '4 KiB', '4 KiB', 'rw-u-ad', '0x5000'],
      ['0x0000000040010000-0x0000000040011000', '4 KiB', '4 KiB', 'rw-u-ad', '0x1000'],
    ]);
  });

  it('--from and --to clip; --json prints a finding a line', async () => {
    const { memory, cr3 } = machine([0, 1, 2, 3]);
    const path = dump('clipped', memory);
    const range = ['--from', '0x40001000', '--to', '0x40003000'];
    const { code, out } = await runCg(['walk', path, '--cr3', cr3, ...range, '--json']);
    expect(code).toBe(0);
    expect(out.trimEnd().split('\n')).toEqual([
      JSON.stringify({ kind: 'tables', format: 'raw', mode: '4-level', cr3, cpus: 0 }),
      JSON.stringify({
        kind: 'mapped',
        start: '0x0000000040001000',
        last: '0x0000000040002fff',
        bytes: 8192,
        pageSize: 4096,
        flags: 'rw-u-ad',
        physical: '0x2000',
        writeThrough: false,
        cacheDisabled: false,
        pat: false,
        protectionKey: 0,
        device: false,
      }),
    ]);
    expect(await runCg(['walk', path, '--cr3', cr3, '--from', '0xffff800000000000'])).toEqual({
      code: 0,
      out: `raw: 4-level, CR3 ${cr3}\nnothing is mapped\n`,
      err: '',
    });
  });

  it('damage goes to standard error with range, level and entry, the rest is listed, exit code 1', async () => {
    const { memory, cr3, rootFrame, directory } = machine([0, 600]);
    const entry = entryWord(directory, 0x40400000, 2);
    memory.u32[entry] = rootFrame * PAGE_SIZE + PAGE_PRESENT + PAGE_RW;
    memory.u32[entry + 2] = 0x7fff000 + PAGE_PRESENT;
    memory.u32[entry + 4] = 0x2000 + 0x80 + PAGE_PRESENT;
    memory.u32[entryWord(rootFrame, 2 ** 48 - 1, 4)] = 0x7fff000 + PAGE_PRESENT + PAGE_RW;
    const path = dump('damaged', memory);
    const { code, out, err } = await runCg(['walk', path, '--cr3', cr3]);
    expect(code).toBe(1);
    expect(out.match(/rw-u-/g)).toHaveLength(2);
    const at = (word: number) => `0x${(word * 4).toString(16)}`;
    const reports = err.trimEnd().split('\n');
    expect(reports).toHaveLength(9);
    expect(reports[0]).toBe(`0x0000000040400000-0x0000000040600000: PDE at ${at(entry)} (level 2)`);
    expect(reports[1]).toContain('  0x0000000000011003 points back at the table');
    expect(reports[2]).toContain(`: PDE at ${at(entry + 2)} (level 2)`);
    expect(reports[3]).toContain('  0x0000000007fff001 points at 0x7fff000');
    expect(reports[5]).toContain('has reserved bits set');
    expect(reports[6]).toMatch(/^0xffffff8000000000-0x10000000000000000: PML4E at /);
    expect(reports[8]).toMatch(/^cg: most entries make no sense in 4-level tables/);

    const json = await runCg(['walk', path, '--cr3', cr3, '--json']);
    expect([json.code, json.err]).toEqual([1, `${reports[8]}\n`]);
    const rows = json.out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(rows.map(({ kind }) => kind)).toEqual([
      'tables',
      'mapped',
      'mapped',
      'damage',
      'damage',
      'damage',
      'damage',
    ]);
    expect(rows[3]).toMatchObject({ fault: 'loop', level: 2, entry: at(entry), entries: 1 });
  });

  it('reads an image larger than memory in pieces', () => {
    const path = join(folder, 'large');
    const file = openSync(path, 'w');
    // ext4 ends at 16 TiB; the tables lie at the far end of whatever the file system takes.
    const size = [2 ** 46, 2 ** 43, 2 ** 40].find((bytes) => {
      try {
        ftruncateSync(file, bytes);
        return true;
      } catch {
        return false;
      }
    }) as number;
    const table = (number: number) => size - number * PAGE_SIZE;
    const entry = (of: number, index: number, value: bigint) => {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64LE(value);
      writeSync(file, bytes, 0, 8, table(of) + index * 8);
    };
    entry(4, 256, BigInt(table(3)) + 3n);
    entry(3, 0, BigInt(size - 2 ** 30) + 0x83n);
    entry(3, 1, BigInt(table(2)) + 3n);
    entry(2, 511, 0x80000000000001e3n);
    closeSync(file);
    const { code, out, err } = cg(['walk', path, '--cr3', String(table(4))]);
    expect([code, err]).toEqual([0, '']);
    expect(
      out
        .split('\n')
        .slice(2)
        .map((line) => line.split(/ {2,}/)),
    ).toEqual([
      [
        '0xffff800000000000-0xffff800040000000',
        '1 GiB',
        '1 GiB',
        'rwx----',
        `0x${(size - 2 ** 30).toString(16)}`,
      ],
      ['0xffff80007fe00000-0xffff800080000000', '2 MiB', '2 MiB', 'rw--gad', '0x0'],
      [''],
    ]);
  });

  it('bad input: one line, exit code 2, nothing on standard output', async () => {
    const path = dump('small', machine([0]).memory);
    for (const [args, said] of [
      [[join(folder, 'nothing'), '--cr3', '0'], 'no such file'],
      [[folder, '--cr3', '0'], 'is a directory'],
      [['/dev/null', '--cr3', '0'], 'is not a regular file'],
      [[path, '--cr3', '0x40000'], 'no table at 0x40000: the image does not have it'],
      [[path, '--cr3', 'abc'], 'must be a number'],
      [[path, '--cr3', '0x10000000000000000'], 'must have 64 bits'],
      [[path], 'the file has no registers: say --cr3, or look for candidates with --find'],
      [[path, '--cr3', '0', '--paging', '3-level'], 'Allowed choices are'],
      [[path, '--cr3', '0', '--paging', 'pae', '--from', '0x100001000'], 'a 32-bit address'],
      [[path, '--cr3', '0', '--maxphyaddr', '60'], '32 to 52 bits'],
      [[path, '--cr3', '0', '--c-bit', '63'], 'bits 12 to 51'],
      [[path, '--cr3', '0', '--map', '0=0'], '<physical>=<file offset>:<size>'],
      [[path, '--cr3', '0', '--map', '0=0:0x100000'], 'truncated'],
      [[path, '--cr3', '0', '--map', '0=0:0x2000', '--map', '0x1000=0:0x1000'], 'overlap'],
      [[path, '--cr3', '0', '--changed'], 'takes two images'],
      [[path, path, '--cr3', '0'], 'takes two images'],
      [[path, '--find', '--explain', '0'], 'exclude one another'],
      [[path, '--cr3', '0', '--explain', '0', '--from', '0'], 'clip a listing'],
      [[path, path, '--cr3', '0', '--changed', '--to', '0x1000'], 'clip a listing'],
      [[path, '--find', '--cr3', '0'], '--find looks for what --cr3 and --cpu say'],
      [[path, '--cr3', '0', '--paging', 'pae', '--explain', '0x100000000'], 'not an address of 32 bits'],
      [[path, '--cr3', '0', '--from', '0x800000001000'], 'sign-extended'],
      [[path, '--cr3', '0', '--from', '0x2000', '--to', '0x1000'], '--to must lie behind --from'],
    ] as const) {
      const { code, out, err } = await runCg(['walk', ...args]);
      expect([code, out], said).toEqual([2, '']);
      expect(err).toMatch(/^cg: .*\n$/);
      expect(err).toContain(said);
    }
  });

  it('help says what a line means, within 100 columns', async () => {
    const { code, out } = await runCg(['walk', '--help']);
    expect(code).toBe(0);
    expect(out).toContain('--cr3 <address>');
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });
});
