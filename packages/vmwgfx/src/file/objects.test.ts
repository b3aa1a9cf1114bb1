import { PAGE_SIZE } from '@cg/pagetable';
import { describe, expect, it, vi } from 'vitest';
import { bench, copyCommand } from '../driver.fixture.js';
import type { DrmFile } from './drm-file.js';

const SIDE = 64;
/** 4 pages: A8R8G8B8. */
const square = { format: 2, width: SIDE, height: SIDE };
const SQUARE_BYTES = SIDE * SIDE * 4;

function setUp() {
  const base = bench();
  const { cpu, addressSpace } = base.process();
  const file = base.driver.open();
  const copy = (from: number, to: number, by: DrmFile = file) =>
    by.submit(copyCommand(from, to, SIDE, SIDE)).wait();
  const onDevice = (handle: number, by: DrmFile = file) => base.device.image(by.deviceId(handle), 0)!;
  return { ...base, cpu, addressSpace, file, copy, onDevice };
}

const error = (code: string) => expect.objectContaining({ code }) as Error;

describe('buffer objects', () => {
  it('are mapped by their offset in the device’s mapping, by files with a handle of them alone', () => {
    const { file, cpu, addressSpace, driver } = setUp();
    const { handle, bytes, mapOffset } = file.createBuffer(5000);
    expect(bytes).toBe(2 * PAGE_SIZE);
    const whole = file.mapBuffer(handle, addressSpace);
    const second = file.mmap({ addressSpace, offset: mapOffset + PAGE_SIZE, length: PAGE_SIZE });
    cpu.store8(whole.start + PAGE_SIZE + 7, 42);
    expect(cpu.load8(second.start + 7)).toBe(42);
    const elsewhere = { addressSpace, offset: mapOffset, length: PAGE_SIZE };
    expect(() => driver.open().mmap(elsewhere)).toThrow(error('EACCES'));
    expect(() => file.mmap({ ...elsewhere, length: 3 * PAGE_SIZE })).toThrow(error('EINVAL'));
    expect(() => file.mmap({ ...elsewhere, length: 100 })).toThrow(error('EINVAL'));
    expect(() => file.mmap({ ...elsewhere, offset: 0 })).toThrow(error('EINVAL'));
  });

  it('refuse sizes that are none, and handles that are not theirs', () => {
    const { file, addressSpace } = setUp();
    for (const bytes of [0, -1, 1.5, NaN]) {
      expect(() => file.createBuffer(bytes)).toThrow(error('EINVAL'));
    }
    const surface = file.createSurface(square).handle;
    const buffer = file.createBuffer(1).handle;
    expect(() => file.mapBuffer(surface, addressSpace)).toThrow(error('EINVAL'));
    expect(() => file.mapSurface(buffer, addressSpace)).toThrow(error('EINVAL'));
    expect(() => file.mapBuffer(77, addressSpace)).toThrow(error('ENOENT'));
    expect(() => file.createSurface({ ...square, backing: { buffer: surface } })).toThrow(error('EINVAL'));
  });
});

describe('handles', () => {
  it('IGT vmwgfx reference counting, 6.5: name one object in two files, for as long as one has it', () => {
    const { file, cpu, addressSpace, driver, memory, copy } = setUp();
    const before = memory.freeFrames;
    const { handle } = file.createSurface({ ...square, coherent: true });
    const other = driver.open();
    const shared = file.share(handle);
    const opened = other.open(shared);
    expect(other.open(shared)).toBe(opened);
    shared.close();
    expect(() => shared.object).toThrow(error('ENOENT'));
    cpu.store8(file.mapSurface(handle, addressSpace).start, 9);
    file.closeHandle(handle);
    expect(() => file.deviceId(handle)).toThrow(error('ENOENT'));
    expect(cpu.load8(other.mapSurface(opened, addressSpace).start)).toBe(9);
    copy(opened, opened, other);
    other.closeHandle(opened);
    expect(other.statistics(opened).boxes).toBe(1);
    other.closeHandle(opened);
    expect(() => other.closeHandle(opened)).toThrow(error('ENOENT'));
    cpu.run(undefined);
    addressSpace.exit();
    expect(memory.freeFrames).toBe(before + 1);
    expect(driver.state.account.used).toBe(0);
  });

  it('of a shared object keep it when the file that it comes from is closed', () => {
    const { file, driver, addressSpace } = setUp();
    const shared = file.share(file.createBuffer(1).handle);
    file.close();
    const other = driver.open();
    expect(other.mapBuffer(other.open(shared), addressSpace).pageCount).toBe(1);
  });
});

describe('surfaces in a given backing', () => {
  it('6.1, 1.1: several at offsets, each with its bytes of one mapping, also those stored before', () => {
    const { file, cpu, addressSpace, copy, onDevice } = setUp();
    const buffer = file.createBuffer(3 * SQUARE_BYTES).handle;
    const vma = file.mapBuffer(buffer, addressSpace);
    for (let i = 0; i < 3; i++) {
      cpu.store8(vma.start + i * SQUARE_BYTES, 10 + i);
    }
    // Unmapped before there is a tracker: only a full upload includes it.
    addressSpace.unmap(vma);
    const surfaces = [0, 1, 2].map(
      (i) =>
        file.createSurface({ ...square, coherent: true, backing: { buffer, offset: i * SQUARE_BYTES } })
          .handle,
    );
    const target = file.createSurface(square).handle;
    surfaces.forEach((surface, i) => {
      copy(surface, target);
      expect(onDevice(target)[0]).toBe(10 + i);
    });
    const again = file.mapSurface(surfaces[1], addressSpace);
    expect(cpu.load8(again.start)).toBe(11);
    cpu.store8(again.start + 5000, 77);
    copy(surfaces[1], target);
    expect(onDevice(target)[5000]).toBe(77);
    expect(file.statistics(surfaces[1]).boxes).toBe(1);
    expect([0, 2].map((i) => file.statistics(surfaces[i]).boxes)).toEqual([0, 0]);
  });

  it('B10: two in the same bytes both get a store, and each sees what was read back of the other', () => {
    const { file, cpu, addressSpace, copy, onDevice } = setUp();
    const buffer = file.createBuffer(SQUARE_BYTES).handle;
    const [a, b] = [0, 1].map(
      () => file.createSurface({ ...square, coherent: true, backing: { buffer } }).handle,
    );
    const target = file.createSurface(square).handle;
    const source = file.createSurface({ ...square, coherent: true }).handle;
    cpu.storeBytes(file.mapSurface(source, addressSpace).start, new Uint8Array(SQUARE_BYTES).fill(3));
    copy(a, target);
    copy(b, target);
    const vma = file.mapBuffer(buffer, addressSpace);
    cpu.store8(vma.start + 100, 1);
    copy(a, target);
    expect(onDevice(target)[100]).toBe(1);
    copy(b, target);
    expect(onDevice(target)[100]).toBe(1);
    copy(source, a);
    expect(cpu.load8(vma.start + 100)).toBe(3);
    copy(b, target);
    expect(onDevice(target)[100]).toBe(3);
  });

  it('are refused off a page and beyond its end, with nothing left behind', () => {
    const { file, driver } = setUp();
    const buffer = file.createBuffer(2 * SQUARE_BYTES).handle;
    const at = (offset: number) => () =>
      file.createSurface({ ...square, coherent: true, backing: { buffer, offset } });
    expect(at(SQUARE_BYTES)).not.toThrow();
    for (const offset of [1, 6144, -PAGE_SIZE, SQUARE_BYTES + PAGE_SIZE, NaN]) {
      expect(at(offset)).toThrow(error('EINVAL'));
    }
    file.close();
    expect(driver.state.account.used).toBe(0);
  });

  it('1.2: a buffer that becomes tracked shows what the device wrote into it before', () => {
    const { file, cpu, addressSpace, copy } = setUp();
    const buffer = file.createBuffer(2 * SQUARE_BYTES).handle;
    const explicit = file.createSurface({ ...square, backing: { buffer } }).handle;
    const source = file.createSurface({ ...square, coherent: true }).handle;
    cpu.store8(file.mapSurface(source, addressSpace).start, 5);
    const vma = file.mapBuffer(buffer, addressSpace);
    expect(cpu.load8(vma.start)).toBe(0);
    copy(source, explicit);
    file.createSurface({ ...square, coherent: true, backing: { buffer, offset: SQUARE_BYTES } });
    expect(cpu.load8(vma.start)).toBe(5);
  });
});

describe('destruction', () => {
  it('6.5: of a file closes all of it, also where what the CPU has grabbed is the first to fail', () => {
    const { file, driver, copy } = setUp();
    const [a, b] = [0, 1].map(() => file.createSurface(square).handle);
    copy(a, b);
    const { handle } = file.backingOf(b);
    file.syncCpu(handle);
    [handle, b].forEach((each) => file.closeHandle(each));
    driver.state.queue.emit('NOP_ERROR', { data: new Uint8Array() });
    file.close();
    expect(driver.state.graphicsMemory.used).toBe(0);
    expect([driver.state.mobIds.allocate(), driver.state.surfaceIds.allocate()]).toEqual([0, 0]);
  });

  const gaps = [
    'submit: between updates and commands',
    'submit: between commands and their effects',
  ] as const;

  it.each(gaps)('1.1, 6.5: by another thread (%s) waits for the submission', (gap) => {
    const { file, cpu, addressSpace, copy, driver, memory } = setUp();
    const buffer = file.createBuffer(SQUARE_BYTES).handle;
    const surface = file.createSurface({ ...square, coherent: true, backing: { buffer } }).handle;
    const source = file.createSurface({ ...square, coherent: true }).handle;
    cpu.store8(file.mapSurface(source, addressSpace).start, 8);
    memory.preemption.at(gap, () => [source, surface].forEach((handle) => file.closeHandle(handle)));
    copy(source, surface);
    expect(cpu.load8(file.mapBuffer(buffer, addressSpace).start)).toBe(8);
    expect([driver.state.surfaceIds.allocate(), driver.state.account.used]).toEqual([0, 0]);
  });

  const orders = ['buffer, surface', 'surface, buffer'] as const;

  it.each(orders)('6.5: in the order %s leaks nothing', (order) => {
    const { file, driver, memory, copy, process } = setUp();
    const { cpu, addressSpace } = process();
    const before = memory.freeFrames;
    const buffer = file.createBuffer(SQUARE_BYTES).handle;
    const surface = file.createSurface({ ...square, coherent: true, backing: { buffer } }).handle;
    const vma = file.mapBuffer(buffer, addressSpace);
    cpu.store8(vma.start, 1);
    copy(surface, surface);
    const handles = { buffer, surface };
    for (const name of order.split(', ') as (keyof typeof handles)[]) {
      cpu.store8(vma.start + 1, 2);
      file.closeHandle(handles[name]);
    }
    expect(cpu.load8(vma.start + 1), '8.6: mapped still').toBe(2);
    addressSpace.unmap(vma);
    cpu.run(undefined);
    addressSpace.exit();
    // The address space itself had its top table before.
    expect(memory.freeFrames).toBe(before + 1);
    expect(driver.state.account.used).toBe(0);
    expect([driver.state.mobIds.allocate(), driver.state.surfaceIds.allocate()]).toEqual([0, 0]);
  });

  it('6.5, 1.2: a surface that the device wrote leaves what it wrote in the buffer that outlives it', () => {
    const { file, cpu, addressSpace, copy } = setUp();
    const buffer = file.createBuffer(SQUARE_BYTES).handle;
    const surface = file.createSurface({ ...square, coherent: true, backing: { buffer } }).handle;
    const source = file.createSurface({ ...square, coherent: true }).handle;
    cpu.storeBytes(file.mapSurface(source, addressSpace).start, new Uint8Array(SQUARE_BYTES).fill(8));
    const vma = file.mapBuffer(buffer, addressSpace);
    cpu.store8(vma.start + 1, 1);
    copy(source, surface);
    file.closeHandle(surface);
    expect([0, 1, SQUARE_BYTES - 1].map((at) => cpu.load8(vma.start + at))).toEqual([8, 8, 8]);
  });

  it('6.5: of one of two users of a tracker leaves the other its dirty pages', () => {
    const { file, cpu, addressSpace, copy, onDevice } = setUp();
    const buffer = file.createBuffer(2 * SQUARE_BYTES).handle;
    const [first, second] = [0, SQUARE_BYTES].map(
      (offset) => file.createSurface({ ...square, coherent: true, backing: { buffer, offset } }).handle,
    );
    const target = file.createSurface(square).handle;
    copy(second, target);
    const vma = file.mapBuffer(buffer, addressSpace);
    cpu.store8(vma.start + SQUARE_BYTES, 6);
    file.closeHandle(first);
    copy(second, target);
    expect(onDevice(target)[0]).toBe(6);
  });
});

describe('surfaces that are not coherent', () => {
  it('are mapped too, and their program says when to upload', () => {
    const { file, cpu, addressSpace, copy, onDevice, driver } = setUp();
    const surface = file.createSurface(square).handle;
    const target = file.createSurface(square).handle;
    const emit = vi.spyOn(driver.state.queue, 'emitEncoded');
    const vma = file.mapSurface(surface, addressSpace);
    cpu.store8(vma.start, 4);
    copy(surface, target);
    cpu.store8(vma.start, 5);
    copy(surface, target);
    // The content of the first use (9.1), and nothing newer.
    expect(onDevice(target)[0]).toBe(4);
    expect(emit.mock.calls.map(([source, number]) => source.name(number))).not.toContain('UPDATE_GB_IMAGE');
    expect(file.statistics(surface).method).toBeUndefined();
  });

  it('hand out a buffer object that others can lie in', () => {
    const { file, cpu, addressSpace, copy, onDevice } = setUp();
    const surface = file.createSurface(square).handle;
    const { handle: buffer, bytes } = file.backingOf(surface);
    expect(bytes).toBe(SQUARE_BYTES);
    const coherent = file.createSurface({ ...square, coherent: true, backing: { buffer } }).handle;
    const target = file.createSurface(square).handle;
    cpu.store8(file.mapSurface(surface, addressSpace).start + 3, 12);
    copy(coherent, target);
    expect(onDevice(target)[3]).toBe(12);
  });
});
