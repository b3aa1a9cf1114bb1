import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AddressSpace, entryWord, frameOfEntry, Mapping, PhysicalMemory } from '@cg/pagetable';
import { Cpu, PAGE_PRESENT, PAGE_RW, PAGE_SIZE, VM_READ, VM_SHARED, VM_WRITE } from '@cg/pagetable';
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

describe('cg walk', () => {
  it('lists the ranges that a machine has mapped, and nothing on standard error', async () => {
    const { memory, cr3 } = machine([0, 1, 2, 4, 16]);
    const { code, out, err } = await runCg(['walk', dump('good', memory), '--cr3', cr3]);
    expect([code, err]).toEqual([0, '']);
    const lines = out.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^virtual range +size +page +flags +physical start$/);
    expect(lines.slice(1).map((line) => line.split(/ {2,}/))).toEqual([
      ['0x0000000040000000-0x0000000040003000', '12 KiB', '4 KiB', 'rw-u-', '0x1000'],
      ['0x0000000040004000-0x0000000040005000', '4 KiB', '4 KiB', 'rw-u-', '0x5000'],
      ['0x0000000040010000-0x0000000040011000', '4 KiB', '4 KiB', 'rw-u-', '0x1000'],
    ]);
  });

  it('--from and --to clip; --json prints a finding a line', async () => {
    const { memory, cr3 } = machine([0, 1, 2, 3]);
    const path = dump('clipped', memory);
    const range = ['--from', '0x40001000', '--to', '0x40003000'];
    const { code, out } = await runCg(['walk', path, '--cr3', cr3, ...range, '--json']);
    expect(code).toBe(0);
    expect(out).toBe(
      `${JSON.stringify({
        kind: 'mapped',
        start: '0x0000000040001000',
        last: '0x0000000040002fff',
        bytes: 8192,
        pageSize: 4096,
        flags: 'rw-u-',
        physical: '0x2000',
        device: false,
      })}\n`,
    );
    expect(await runCg(['walk', path, '--cr3', cr3, '--from', '0xffff800000000000'])).toEqual({
      code: 0,
      out: '',
      err: '',
    });
  });

  it('damage goes to standard error with range, level and entry, the rest is listed, exit code 1', async () => {
    const { memory, cr3, rootFrame, directory } = machine([0, 600]);
    const entry = entryWord(directory, 0x40400000, 2);
    memory.u32[entry] = rootFrame * PAGE_SIZE + PAGE_PRESENT + PAGE_RW;
    memory.u32[entry + 2] = 0x7fff000 + PAGE_PRESENT;
    memory.u32[entry + 4] = 0x2000 + 0x80 + PAGE_PRESENT;
    memory.u32[entryWord(rootFrame, 2 ** 48 - 1, 4)] = rootFrame * PAGE_SIZE + PAGE_PRESENT + PAGE_RW;
    const path = dump('damaged', memory);
    const { code, out, err } = await runCg(['walk', path, '--cr3', cr3]);
    expect(code).toBe(1);
    expect(out.match(/rw-u-/g)).toHaveLength(2);
    const at = (word: number) => `0x${(word * 4).toString(16)}`;
    const reports = err.trimEnd().split('\n');
    expect(reports).toHaveLength(8);
    expect(reports[0]).toBe('0x0000000040400000-0x0000000040600000: damaged');
    expect(reports[1]).toContain(
      `PDE at ${at(entry)} (level 2): 0x0000000000011003 points back at the table`,
    );
    expect(reports[3]).toContain(`PDE at ${at(entry + 2)} (level 2): 0x0000000007fff001 points at 0x7fff000`);
    expect(reports[5]).toContain('has reserved bits set');
    expect(reports[6]).toBe('0xffffff8000000000-0x10000000000000000: damaged');
    expect(reports[7]).toContain('PML4E');

    const json = await runCg(['walk', path, '--cr3', cr3, '--json']);
    expect([json.code, json.err]).toEqual([1, '']);
    const rows = json.out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(rows.map(({ kind }) => kind)).toEqual([
      'mapped',
      'mapped',
      'damage',
      'damage',
      'damage',
      'damage',
    ]);
    expect(rows[2]).toMatchObject({ fault: 'loop', level: 2, entry: at(entry), entries: 1 });
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
        .slice(1)
        .map((line) => line.split(/ {2,}/)),
    ).toEqual([
      [
        '0xffff800000000000-0xffff800040000000',
        '1 GiB',
        '1 GiB',
        'rwx--',
        `0x${(size - 2 ** 30).toString(16)}`,
      ],
      ['0xffff80007fe00000-0xffff800080000000', '2 MiB', '2 MiB', 'rw--g', '0x0'],
      [''],
    ]);
  });

  it('bad input: one line, exit code 2, nothing on standard output', async () => {
    const path = dump('small', machine([0]).memory);
    for (const [args, said] of [
      [[join(folder, 'nothing'), '--cr3', '0'], 'no such file'],
      [[folder, '--cr3', '0'], 'is a directory'],
      [['/dev/null', '--cr3', '0'], 'is no regular file'],
      [[path, '--cr3', '0x40000'], 'no table at 0x40000: the image has 262144 bytes'],
      [[path, '--cr3', 'abc'], 'must be a number'],
      [[path, '--cr3', '0x10000000000000'], 'below 2^52'],
      [[path], 'required option'],
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
