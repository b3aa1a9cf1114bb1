import { PAGE_SIZE, VM_RAND_READ } from '@cg/pagetable';
import { formatByName } from '@cg/surface-layout';
import { encodeCommand, SVGA3D_SURFACE } from '@cg/svga-protocol';
import { describe, expect, it, vi } from 'vitest';
import { plainTraits } from '../src/device/surface-definition.js';
import { bench, copyCommand } from '../src/driver.fixture.js';
import type { DriverOptions } from '../src/driver.js';
import type { BufferObject } from '../src/memory/buffer-object.js';
import { Surface } from '../src/resource/surface.js';
import { DirtyTracker, FixedPolicy } from '@cg/dirty-tracking';

/*
 * Errata of the posted patches that no other test of the package is named by. Each fails where the posted behaviour
 * is put back.
 */

const BUFFER = formatByName('BUFFER')!.id;
const A8R8G8B8 = 2;
const square = { format: A8R8G8B8, width: 64, height: 64, coherent: true };

function setUp(options: DriverOptions = {}, dx = false) {
  const base = bench(options, { dx });
  const { cpu, addressSpace } = base.process();
  const file = base.driver.open();
  const target = file.createSurface({ ...square, coherent: false }).handle;
  /** A coherent surface, mapped; and the buffer object that it lies in. */
  const make = (wanted: object = {}) => {
    const { handle } = file.createSurface({ ...square, ...wanted });
    const vma = file.mapSurface(handle, addressSpace);
    const { handle: object, mapOffset } = file.backingOf(handle);
    file.closeHandle(object);
    const backing = base.driver.state.fakeOffsets.find(mapOffset / PAGE_SIZE) as BufferObject;
    return { handle, vma, start: vma.start, backing };
  };
  /** Has the device use a surface. */
  const use = (handle: number) => file.submit(copyCommand(handle, target, 1, 1)).wait();
  const image = (handle: number, subresource = 0) => base.device.image(file.deviceId(handle), subresource)!;
  return { ...base, cpu, addressSpace, file, make, use, image };
}

/** A tracker over memory of which one can say what is written. */
function trackerOver(pageCount: number) {
  const written = new Set<number>();
  const memory = {
    pageCount,
    traps: false,
    entriesScanned: 0,
    writeProtect: () => 0,
    cleanAndRecord(_start: number, _count: number, record: { add(page: number): void }) {
      written.forEach((page) => record.add(page));
      const found = written.size;
      written.clear();
      return found;
    },
    beforeDeviceWrite() {},
    afterDeviceWrite() {},
  };
  const tracker = new DirtyTracker(memory, new FixedPolicy('scan'));
  const write = (...pages: number[]) => {
    pages.forEach((page) => written.add(page));
    tracker.scan();
  };
  return { tracker, write };
}

/** A resource in a range of pages that writes down what it is handed. */
function resourceAt(start: number, end: number) {
  const handed: [number, number][] = [];
  return {
    backingOffset: start * PAGE_SIZE,
    backingBytes: (end - start) * PAGE_SIZE,
    isTracked: true,
    handed,
    addDirtyBytes: (from: number, to: number) => void handed.push([from / PAGE_SIZE, to / PAGE_SIZE]),
  };
}

describe('the tracker', () => {
  it('B1: a transfer takes the pages of its resource, and leaves those behind it', () => {
    const { tracker, write } = trackerOver(16);
    const [a, b] = [resourceAt(4, 8), resourceAt(8, 16)];
    write(5, 12);
    tracker.transfer(a, () => []);
    tracker.transfer(b, () => []);
    expect([a.handed, b.handed]).toEqual([[[5, 6]], [[12, 13]]]);
  });

  it('B2: once emptied it is empty, and the next page written is all it has', () => {
    const { tracker, write } = trackerOver(300);
    write(216, 217, 218);
    tracker.clear(resourceAt(216, 219), () => []);
    expect([tracker.dirty.start, tracker.dirty.end]).toEqual([300, 0]);
    write(100);
    expect([tracker.dirty.start, tracker.dirty.end]).toEqual([100, 101]);
  });

  it('B3: the hull by which a transfer ends early never leaves a dirty page out', () => {
    const { tracker, write } = trackerOver(64);
    const [low, high] = [resourceAt(0, 16), resourceAt(32, 64)];
    write(3, 40);
    tracker.transfer(low, () => []);
    write(2);
    tracker.transfer(high, () => []);
    write(63);
    tracker.transfer(low, () => []);
    tracker.transfer(high, () => []);
    expect(low.handed).toEqual([
      [3, 4],
      [2, 3],
    ]);
    expect(high.handed).toEqual([
      [40, 41],
      [63, 64],
    ]);
  });
});

describe('faults', () => {
  it('B7: pages that a load maps are read-only while writes are trapped, whatever the VMA allows', () => {
    const { cpu, make, use, image } = setUp({ makePolicy: () => new FixedPolicy('trap') });
    const { handle, start } = make();
    use(handle);
    cpu.load8(start);
    use(handle);
    // Mapped ahead by the load, and stored to with no fault for a missing entry.
    cpu.store8(start + 2 * PAGE_SIZE, 9);
    use(handle);
    expect(image(handle)[2 * PAGE_SIZE]).toBe(9);
  });

  it('B8: a mapping of random access gets the page it faults for, and that alone', () => {
    const { cpu, make } = setUp();
    const { start, vma } = make();
    const mutable = vma as { flags: number };
    mutable.flags |= VM_RAND_READ;
    const fault = vi.spyOn(vma.operations!, 'fault' as never) as unknown as { mock: { calls: unknown[] } };
    [0, 0, 1, 1, 3].forEach((page) => cpu.load8(start + page * PAGE_SIZE));
    expect(fault.mock.calls).toHaveLength(3);
  });
});

describe('validation', () => {
  it('B11: scans before anything is transferred or cleared, with the buffer object reserved', () => {
    const { make, use, cpu } = setUp();
    const { handle, start, backing } = make();
    use(handle);
    cpu.store8(start, 1);
    const steps: string[] = [];
    const spies = (['scan', 'transfer', 'clear'] as const).map((step) => {
      const original = DirtyTracker.prototype[step] as (...args: unknown[]) => void;
      return vi.spyOn(DirtyTracker.prototype, step).mockImplementation(function (
        this: DirtyTracker,
        ...args: unknown[]
      ) {
        steps.push(`${step}${backing.isReserved ? '' : ' unreserved'}`);
        original.apply(this, args);
      });
    });
    try {
      use(handle);
    } finally {
      spies.forEach((spy) => spy.mockRestore());
    }
    expect(steps).toEqual(['scan', 'transfer']);
  });

  it('C7: what a surface keeps for tracking goes with it, also where it never had a backing', () => {
    const { driver, file, make, addressSpace } = setUp();
    const never = file.createSurface({ ...square, coherent: false }).handle;
    const { handle, vma } = make();
    expect(driver.state.account.used).toBeGreaterThan(0);
    addressSpace.unmap(vma);
    file.closeHandle(never);
    file.closeHandle(handle);
    expect(driver.state.account.used).toBe(0);
  });

  it('C9: a surface has the size that it has, whatever was written, read back, evicted or bound', () => {
    const { cpu, driver, file, make, use } = setUp();
    const { handle, start, backing } = make();
    const [{ value }] = [...backing.resources.overlapping(0, backing.bytes)];
    const surface = value as Surface;
    const bytes = 64 * 64 * 4;
    cpu.store8(start, 1);
    use(handle);
    file.submit(encodeCommand('GENERATE_MIPMAPS', { sid: handle, filter: 2 })).wait();
    cpu.load8(start);
    driver.state.placed.candidates().forEach((candidate) => candidate.evict());
    use(handle);
    expect([surface.backingBytes, surface.layout.bytes, backing.bytes]).toEqual([bytes, bytes, bytes]);
  });
});

describe('uploads', () => {
  /** The boxes that are sent by what `act` does, in the fields of their command. */
  function sent(queue: { emit: unknown }, act: () => void): Record<string, number>[] {
    const emit = vi.spyOn(queue as { emit(name: string, fields: object): void }, 'emit');
    try {
      act();
      return emit.mock.calls
        .filter(([name]) => name === 'UPDATE_GB_IMAGE' || name === 'DX_UPDATE_SUBRESOURCE')
        .map(([, fields]) => fields as Record<string, number>);
    } finally {
      emit.mockRestore();
    }
  }

  it('D2: bytes behind a buffer are no part of it, and no box of it', () => {
    const { driver } = setUp();
    const request = { format: BUFFER, width: 4090, height: 1, depth: 1, mipLevels: 1, layers: 1, samples: 1 };
    const traits = { ...plainTraits, flags: SVGA3D_SURFACE.BIND_STREAM_OUTPUT };
    const surface = new Surface(driver.state, { ...request, cube: false, coherent: true, traits });
    expect(surface.backingBytes).toBe(4106);
    surface.addDirtyBytes(4096, 8192);
    expect(sent(driver.state.queue, () => surface.sync())).toEqual([]);
    surface.addDirtyBytes(4000, 8192);
    expect(sent(driver.state.queue, () => surface.sync())).toMatchObject([{ x: 4000, w: 90, h: 1, d: 1 }]);
  });

  it('D7: layers beyond the sixth are named as subresources, which takes DX, and never as faces', () => {
    const { cpu, driver, make, file, addressSpace, image } = setUp({}, true);
    const array = { format: A8R8G8B8, width: 64, height: 64, layers: 8, mipLevels: 1, coherent: true };
    const { handle } = file.createSurface(array);
    const { start } = file.mapSurface(handle, addressSpace);
    const { handle: other } = make();
    const use = () => file.submit(copyCommand(handle, other, 1, 1)).wait();
    use();
    cpu.store8(start + 7 * 64 * 64 * 4, 5);
    expect(sent(driver.state.queue, use)).toMatchObject([{ subResource: 7, x: 0, y: 0 }]);
    expect(image(handle, 7)[0]).toBe(5);
    expect(() => setUp({}, false).file.createSurface(array)).toThrow(
      expect.objectContaining({ code: 'EINVAL' }),
    );
  });

  it('E3: pages 1, 2 and 9 of rows of four pages make a box as wide as the widest of them', () => {
    const { cpu, driver, make, use } = setUp();
    const { handle, start } = make({ width: 4096, height: 4 });
    use(handle);
    [1, 2, 9].forEach((page) => cpu.store8(start + page * PAGE_SIZE, 1));
    expect(sent(driver.state.queue, () => use(handle))).toMatchObject([{ x: 1024, y: 0, w: 2048, h: 3 }]);
  });
});
