import { type SvgaDeviceOptions } from '@cg/svga-device';
import { CommandWriter, encodeCommand } from '@cg/svga-protocol';
import { AlwaysDirtyMemory } from '@cg/tracked-memory';
import { describe, expect, it, vi } from 'vitest';
import type { BufferObjectVmaOperations } from '../coherency/fault-handlers.js';
import { bench } from '../driver.fixture.js';
import type { DriverOptions } from '../driver.js';
import { FixedPolicy, type TrackingMethod } from '@cg/dirty-tracking';

const FORMAT = 2; // A8R8G8B8
/** R5G6B5: the device refuses to copy between blocks of two sizes. */
const OTHER_BLOCKS = 3;
const SIDE = 64;
const BYTES = SIDE * SIDE * 4;

/** A process with a mapped coherent surface, another one to copy to, and a third to copy from. */
function setUp(options: DriverOptions = {}, device: SvgaDeviceOptions = {}) {
  const base = bench(options, device);
  const { cpu, addressSpace } = base.process();
  const file = base.driver.open();
  const description = { format: FORMAT, width: SIDE, height: SIDE };
  const surface = file.createSurface({ ...description, coherent: true }).handle;
  const target = file.createSurface(description).handle;
  const vma = file.mapSurface(surface, addressSpace);
  const emit = vi.spyOn(base.driver.state.queue, 'emitEncoded');
  const copy = (from: number, to: number) => {
    const box = { x: 0, y: 0, z: 0, w: SIDE, h: SIDE, d: 1, srcx: 0, srcy: 0, srcz: 0 };
    const images = { srcFace: 0, srcMipmap: 0, destFace: 0, destMipmap: 0 };
    const fence = file.submit(
      encodeCommand('SURFACE_COPY', { srcSid: from, destSid: to, ...images, boxes: [box] }),
    );
    fence.wait();
  };
  const onDevice = (handle: number) => base.device.image(file.deviceId(handle), 0)!;
  const names = () => emit.mock.calls.map(([source, number]) => source.name(number));
  return { ...base, cpu, addressSpace, file, surface, target, vma, copy, onDevice, emit, names };
}

const methods: TrackingMethod[] = ['scan', 'trap'];

describe.each(methods)('coherency, method %s', (method) => {
  const makePolicy = () => new FixedPolicy(method);

  it('1.1: what the CPU stored before a submission is what the device reads in it', () => {
    const { cpu, vma, surface, target, copy, onDevice } = setUp({ makePolicy });
    for (const value of [11, 22, 33]) {
      cpu.store32(vma.start + 5000, value);
      copy(surface, target);
      expect(new DataView(onDevice(target).buffer, onDevice(target).byteOffset).getUint32(5000, true)).toBe(
        value,
      );
    }
  });

  it('1.1, E1: also through a mapping that is gone by then', () => {
    const { cpu, vma, addressSpace, surface, target, copy, onDevice } = setUp({ makePolicy });
    copy(surface, target);
    cpu.store8(vma.start + 9000, 7);
    addressSpace.unmap(vma);
    copy(surface, target);
    expect(onDevice(target)[9000]).toBe(7);
  });

  it('1.2, 1.3: a load brings back what the device wrote, a store keeps the rest of its page', () => {
    const { cpu, vma, surface, target, copy, onDevice, file, addressSpace } = setUp({ makePolicy });
    const source = file.createSurface({ format: FORMAT, width: SIDE, height: SIDE, coherent: true }).handle;
    const sourceVma = file.mapSurface(source, addressSpace);
    cpu.storeBytes(sourceVma.start, new Uint8Array(BYTES).fill(0xaa));
    cpu.storeBytes(vma.start, new Uint8Array(BYTES).fill(0x11));
    copy(surface, target);
    copy(source, surface);
    cpu.store8(vma.start + 4097, 0x22);
    expect([cpu.load8(vma.start + 4096), cpu.load8(vma.start + 4097), cpu.load8(vma.start)]).toEqual([
      0xaa, 0x22, 0xaa,
    ]);
    copy(surface, target);
    const expected = new Uint8Array(BYTES).fill(0xaa);
    expected[4097] = 0x22;
    expect(Buffer.compare(onDevice(target), expected)).toBe(0);
  });

  it('1.4: while the newest content is on the device nothing is uploaded over it', () => {
    const { cpu, vma, surface, target, copy, file, addressSpace, emit, names } = setUp({ makePolicy });
    const source = file.createSurface({ format: FORMAT, width: SIDE, height: SIDE, coherent: true }).handle;
    cpu.store8(file.mapSurface(source, addressSpace).start, 1);
    cpu.store8(vma.start, 2);
    copy(source, surface);
    emit.mockClear();
    copy(surface, target);
    expect(names()).not.toContain('UPDATE_GB_IMAGE');
    expect(cpu.load8(vma.start)).toBe(1);
  });

  it('7.6, 1.5: without command space the boxes stay dirty, and the next submission has them', () => {
    const { cpu, vma, surface, target, copy, onDevice, emit } = setUp({ makePolicy });
    copy(surface, target);
    cpu.store8(vma.start + 100, 9);
    emit.mockImplementationOnce(() => {
      throw new Error('no command space');
    });
    expect(() => copy(surface, target)).toThrow('no command space');
    copy(surface, target);
    expect(onDevice(target)[100]).toBe(9);
  });

  it('1.5: an upload that the device refuses is made again once it can be', () => {
    const { cpu, vma, surface, target, copy, onDevice, file } = setUp(
      { makePolicy, graphicsMemoryLimit: 2 ** 20 },
      { maxImageBytes: 2.5 * BYTES },
    );
    const other = file.createSurface({ format: FORMAT, width: SIDE, height: SIDE });
    const another = file.createSurface({ format: FORMAT, width: SIDE, height: SIDE });
    copy(other.handle, another.handle);
    cpu.store8(vma.start + 300, 5);
    expect(() => copy(surface, target)).toThrow(expect.objectContaining({ code: 'EIO' }));
    expect(cpu.load8(vma.start + 300)).toBe(5);
    file.closeHandle(other.handle);
    file.closeHandle(another.handle);
    copy(surface, target);
    expect(onDevice(target)[300]).toBe(5);
  });
});

describe('coherency, whatever finds the writes', () => {
  it('1.4: memory that always counts as written does not overwrite what the device wrote', () => {
    const trackMemory = ({ pageCount }: { pageCount: number }) => new AlwaysDirtyMemory(pageCount);
    const { cpu, vma, surface, target, copy, file, addressSpace, onDevice } = setUp({ trackMemory });
    const source = file.createSurface({ format: FORMAT, width: SIDE, height: SIDE, coherent: true }).handle;
    cpu.store8(file.mapSurface(source, addressSpace).start, 1);
    cpu.store8(vma.start, 2);
    copy(source, surface);
    copy(surface, target);
    expect(onDevice(target)[0]).toBe(1);
    expect(cpu.load8(vma.start)).toBe(1);
  });

  it('1.5: a surface whose only device write was refused keeps its content where it was', () => {
    const { cpu, vma, surface, target, copy, file, addressSpace } = setUp(
      { graphicsMemoryLimit: 2 ** 20 },
      { maxImageBytes: BYTES + 1 },
    );
    const other = file.createSurface({ format: FORMAT, width: SIDE, height: SIDE, coherent: true }).handle;
    cpu.store8(file.mapSurface(other, addressSpace).start, 1);
    cpu.store8(vma.start, 2);
    expect(() => copy(other, surface)).toThrow(expect.objectContaining({ code: 'EIO' }));
    expect(cpu.load8(vma.start)).toBe(2);
    file.closeHandle(other);
    expect(() => copy(surface, target)).toThrow(expect.objectContaining({ code: 'EIO' }));
    expect(cpu.load8(vma.start)).toBe(2);
  });
});

describe('a submission that fails', () => {
  const box = { x: 0, y: 0, z: 0, w: SIDE, h: SIDE, d: 1, srcx: 0, srcy: 0, srcz: 0 };
  const images = { srcFace: 0, srcMipmap: 0, destFace: 0, destMipmap: 0 };

  it('1.5: is refused with nothing done where a command is larger than a command buffer', () => {
    const { file, surface, target, emit } = setUp();
    const commands = new CommandWriter();
    commands.write('SURFACE_COPY', { srcSid: surface, destSid: target, ...images, boxes: [box] });
    const boxes = Array.from({ length: 3000 }, () => box);
    commands.write('SURFACE_COPY', { srcSid: surface, destSid: target, ...images, boxes });
    expect(() => file.submit(commands.bytes)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
    expect(emit).not.toHaveBeenCalled();
  });

  it('1.2, 1.4: what it wrote before it failed is on the device, and the CPU sees it', () => {
    const { cpu, vma, file, surface, target, addressSpace, copy, onDevice } = setUp();
    const source = file.createSurface({ format: FORMAT, width: SIDE, height: SIDE, coherent: true }).handle;
    cpu.storeBytes(file.mapSurface(source, addressSpace).start, new Uint8Array(BYTES).fill(0x77));
    cpu.store8(vma.start, 1);
    const commands = new CommandWriter();
    commands.write('SURFACE_COPY', { srcSid: source, destSid: surface, ...images, boxes: [box] });
    const other = file.createSurface({ format: OTHER_BLOCKS, width: SIDE, height: SIDE }).handle;
    commands.write('SURFACE_COPY', { srcSid: source, destSid: other, ...images, boxes: [box] });
    // Enough to have the buffer submitted, and the refusal thrown, before the last command is emitted.
    const boxes = Array.from({ length: 1600 }, () => ({ ...box, w: 1, h: 1 }));
    commands.write('SURFACE_COPY', { srcSid: source, destSid: target, ...images, boxes });
    commands.write('SURFACE_COPY', { srcSid: source, destSid: target, ...images, boxes });
    expect(() => file.submit(commands.bytes)).toThrow(expect.objectContaining({ code: 'EIO' }));
    cpu.store8(vma.start + 1, 2);
    copy(surface, target);
    expect([...onDevice(target).subarray(0, 3)]).toEqual([0x77, 2, 0x77]);
  });

  it('1.5: leaves nothing behind that strikes the next caller', () => {
    const { cpu, vma, addressSpace, file, surface, driver, memory } = setUp();
    cpu.store8(vma.start, 1);
    const other = file.createSurface({ format: OTHER_BLOCKS, width: SIDE, height: SIDE }).handle;
    const bad = { srcSid: surface, destSid: other, ...images, boxes: [box] };
    const before = memory.freeFrames;
    vi.spyOn(driver.state.queue, 'emitFence').mockImplementationOnce(() => {
      throw new Error('before the flush');
    });
    expect(() => file.submit(encodeCommand('SURFACE_COPY', bad))).toThrow('before the flush');
    expect(file.submit(new Uint8Array()).isSignalled).toBe(true);
    file.close();
    addressSpace.unmap(vma);
    expect(memory.freeFrames).toBeGreaterThan(before);
  });

  it('6.5, 8.6: destroying goes to its end, whatever the device says, and fails nobody', () => {
    const { file, surface, target, vma, addressSpace, copy, driver, memory } = setUp();
    const before = memory.freeFrames;
    copy(surface, target);
    driver.state.queue.emit('DESTROY_GB_SURFACE', { sid: file.deviceId(surface) });
    driver.state.queue.emit('DESTROY_GB_SURFACE', { sid: file.deviceId(target) });
    file.close();
    expect(() => file.deviceId(surface)).toThrow(expect.objectContaining({ code: 'ENOENT' }));
    addressSpace.unmap(vma);
    expect(memory.freeFrames).toBeGreaterThan(before);
    expect(driver.state.account.used).toBe(0);
  });
});

describe('validation', () => {
  it('6.2: create, bind, upload and only then the user’s command; the fence is last', () => {
    const { cpu, vma, surface, target, copy, names } = setUp();
    cpu.store8(vma.start, 1);
    copy(surface, target);
    expect(names()).toEqual([
      'DEFINE_GB_SURFACE',
      'DEFINE_GB_MOB64',
      'BIND_GB_SURFACE',
      'UPDATE_GB_IMAGE',
      'DEFINE_GB_SURFACE',
      'DEFINE_GB_MOB64',
      'BIND_GB_SURFACE',
      'SURFACE_COPY',
      'FENCE',
    ]);
  });

  it('7.5: with DX contexts uploads name the subresource', () => {
    const { cpu, vma, surface, target, copy, names } = setUp({}, { dx: true });
    cpu.store8(vma.start, 1);
    copy(surface, target);
    expect(names()).toContain('DX_UPDATE_SUBRESOURCE');
    expect(names()).not.toContain('UPDATE_GB_IMAGE');
  });

  it('B6: a write fault while its buffer object is reserved cannot slip in between', () => {
    const { cpu, vma, surface, target, copy } = setUp({ makePolicy: () => new FixedPolicy('trap') });
    copy(surface, target);
    cpu.load8(vma.start);
    const { object } = vma.operations as BufferObjectVmaOperations;
    const held = object.reserve();
    expect(() => cpu.store8(vma.start, 1)).toThrow(expect.objectContaining({ code: 'EDEADLK' }));
    object.unreserve(held);
    const tracker = object.tracker!;
    vi.spyOn(tracker, 'recordTrappedWrite').mockImplementationOnce(() => {
      // Another CPU's submission, right between recording the write and making the entry writable.
      expect(() => copy(surface, target)).toThrow(expect.objectContaining({ code: 'EDEADLK' }));
    });
    cpu.store8(vma.start, 1);
  });

  it('5.1: a tracker whose memory is refused leaves no surface and no pages behind', () => {
    const { driver, memory } = bench({ accountLimit: 0 });
    const before = memory.freeFrames;
    const wanted = { format: FORMAT, width: SIDE, height: SIDE, coherent: true };
    expect(() => driver.open().createSurface(wanted)).toThrow(expect.objectContaining({ code: 'ENOMEM' }));
    expect(memory.freeFrames).toBe(before);
  });

  it('6.5: closing the file gives every frame, id and tracker back', () => {
    const { driver, memory, process } = bench();
    const before = memory.freeFrames;
    const { cpu, addressSpace } = process();
    const file = driver.open();
    const surface = file.createSurface({ format: FORMAT, width: 512, height: 512, coherent: true }).handle;
    const vma = file.mapSurface(surface, addressSpace);
    cpu.store8(vma.start, 1);
    const target = file.createSurface({ format: FORMAT, width: 512, height: 512 }).handle;
    const box = { x: 0, y: 0, z: 0, w: 1, h: 1, d: 1, srcx: 0, srcy: 0, srcz: 0 };
    const images = { srcFace: 0, srcMipmap: 0, destFace: 0, destMipmap: 0 };
    file
      .submit(encodeCommand('SURFACE_COPY', { srcSid: surface, destSid: target, ...images, boxes: [box] }))
      .wait();
    file.close();
    expect(cpu.load8(vma.start), '8.6: mapped still').toBe(1);
    cpu.run(undefined);
    addressSpace.exit();
    expect(memory.freeFrames).toBe(before);
    expect(driver.state.account.used).toBe(0);
    expect([driver.state.mobIds.allocate(), driver.state.surfaceIds.allocate()]).toEqual([0, 0]);
  });
});

describe('user commands', () => {
  it('refuses what a user may not send, strangers’ handles and noise, with nothing done', () => {
    const { file, surface, emit } = setUp();
    const box = { x: 0, y: 0, z: 0, w: 1, h: 1, d: 1, srcx: 0, srcy: 0, srcz: 0 };
    const images = { srcFace: 0, srcMipmap: 0, destFace: 0, destMipmap: 0 };
    const stranger = encodeCommand('SURFACE_COPY', { srcSid: surface, destSid: 77, ...images, boxes: [box] });
    expect(() => file.submit(stranger)).toThrow(expect.objectContaining({ code: 'ENOENT' }));
    const forbidden = encodeCommand('DESTROY_GB_MOB', { mobid: 0 });
    expect(() => file.submit(forbidden)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
    expect(() => file.submit(new Uint8Array(10).fill(0xff))).toThrow(
      expect.objectContaining({ code: 'EINVAL' }),
    );
    expect(emit).not.toHaveBeenCalled();
  });

  it('refuses surfaces that the device does not take', () => {
    const { file } = setUp();
    const description = { format: FORMAT, width: 4, height: 4 };
    expect(() => file.createSurface({ ...description, width: 10000 })).toThrow(
      expect.objectContaining({ code: 'EINVAL' }),
    );
    for (const refused of [{ cube: true, layers: 3 }, { cube: true, layers: 12 }, { samples: 16 }]) {
      expect(() => file.createSurface({ ...description, ...refused })).toThrow(
        expect.objectContaining({ code: 'EINVAL' }),
      );
    }
    expect(() => file.createSurface({ ...description, layers: 7 })).toThrow(
      expect.objectContaining({ code: 'EINVAL' }),
    );
    expect(() => file.createSurface({ ...description, format: 9999 })).toThrow(
      expect.objectContaining({ code: 'EINVAL' }),
    );
    expect(() => file.createSurface({ ...description, width: 0 })).toThrow(
      expect.objectContaining({ code: 'EINVAL' }),
    );
  });
});
