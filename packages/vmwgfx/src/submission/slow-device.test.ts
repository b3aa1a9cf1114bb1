import { encodeCommand } from '@cg/svga-protocol';
import { describe, expect, it, vi } from 'vitest';
import { draw, RED, red, targetView } from '../contexts.fixture.js';
import { copyCommand } from '../driver.fixture.js';
import { FaultInjection } from '../fault-injection.js';
import { BYTES, SIDE, slowDevice } from '../slow-device.fixture.js';

const error = (code: string) => expect.objectContaining({ code }) as Error;

describe('a submission to a device that takes time', () => {
  it('8.1: returns before the device is done; the fence signals when it is', () => {
    const { filled, surface, copy, onDevice, pass, waits } = slowDevice();
    const [{ handle }, target] = [filled(7), surface()];
    waits();
    const fence = copy(handle, target);
    expect([waits(), fence.isSignalled, onDevice(target)]).toEqual([0, false, undefined]);
    pass();
    expect([waits(), fence.isSignalled, fence.failure, onDevice(target)]).toEqual([0, true, undefined, 7]);
  });

  it('8.1: the next ones wait in the driver, and run in order', () => {
    const { cpu, filled, surface, copy, onDevice, pass, waits } = slowDevice();
    const [{ handle, start }, ...targets] = [filled(0), surface(), surface(), surface()];
    waits();
    const fences = targets.map((target, i) => {
      cpu.store8(start, i + 1);
      return copy(handle, target);
    });
    expect([waits(), fences.map(({ isSignalled }) => isSignalled)]).toEqual([0, [false, false, false]]);
    fences[1].wait();
    expect(fences.map(({ isSignalled }) => isSignalled)).toEqual([true, true, false]);
    pass();
    // An upload may read what was stored after its submission, never what was there before.
    expect(targets.map(onDevice)).toEqual([3, 3, 3]);
  });

  it('8.3: as many as there are waiting, another one waits for the first', () => {
    const { filled, surface, copy, memory, pass, waits } = slowDevice();
    const [{ handle }, target] = [filled(1), surface()];
    copy(handle, target).wait();
    const before = memory.freeFrames;
    waits();
    const fences = Array.from({ length: 40 }, () => copy(handle, target));
    expect(waits()).toBeGreaterThan(0);
    expect(fences[0].isSignalled).toBe(true);
    expect(fences[39].isSignalled).toBe(false);
    pass();
    expect([fences[39].isSignalled, memory.freeFrames]).toEqual([true, before]);
  });

  it('1.2, 6.4: a load of what it writes waits for it', () => {
    const { cpu, filled, copy, waits } = slowDevice();
    const [from, to] = [filled(5), filled(1)];
    copy(from.handle, to.handle);
    waits();
    expect(cpu.load8(to.start + BYTES - 1)).toBe(5);
    expect(waits()).toBeGreaterThan(0);
    cpu.store8(to.start, 9);
    expect(waits()).toBe(0);
  });

  it('1.3, 1.4: a store to what it writes keeps the other bytes, and the next one uploads it', () => {
    const { cpu, filled, surface, copy, onDevice, device, file } = slowDevice();
    const [from, to, target] = [filled(5), filled(1), surface()];
    copy(from.handle, to.handle);
    cpu.store8(to.start, 9);
    copy(to.handle, target).wait();
    const image = device.image(file.deviceId(target), 0)!;
    expect([onDevice(target), image[1], image[BYTES - 1]]).toEqual([9, 5, 5]);
  });

  it('1.1: bytes of a buffer object that it writes are dirty for the coherent surfaces there', () => {
    const { file, filled, surface, submit, copy, onDevice } = slowDevice();
    const from = filled(5);
    const { handle: buffer } = file.createBuffer(BYTES);
    const [alias, target] = [surface({ coherent: true, backing: { buffer } }), surface()];
    copy(alias, target).wait();
    expect(onDevice(target)).toBe(0);
    submit((writer) =>
      writer.write('SURFACE_DMA', {
        guestGmrId: buffer,
        guestOffset: 0,
        guestPitch: 0,
        hostSid: from.handle,
        hostFace: 0,
        hostMipmap: 0,
        transfer: 2, // SVGA3D_READ_HOST_VRAM
        boxes: [{ x: 0, y: 0, z: 0, w: SIDE, h: SIDE, d: 1, srcx: 0, srcy: 0, srcz: 0 }],
        suffix: [{ suffixSize: 12, maximumOffset: BYTES, flags: 0 }],
      }),
    );
    copy(alias, target).wait();
    expect(onDevice(target)).toBe(5);
  });

  it('syncCpu waits for the submission that names the buffer object, and says EBUSY where it may not', () => {
    const { file, surface, filled, copy, waits } = slowDevice();
    const [{ handle }, target] = [filled(5), surface()];
    const { handle: buffer } = file.backingOf(target);
    const fence = copy(handle, target);
    expect(() => file.syncCpu(buffer, { dontBlock: true })).toThrow(error('EBUSY'));
    waits();
    file.syncCpu(buffer).release();
    expect([waits() > 0, fence.isSignalled]).toEqual([true, true]);
    file.syncCpu(buffer, { dontBlock: true }).release();
    expect(waits()).toBe(0);
  });

  it('6.2: content counts as newest on the device from its return on', () => {
    const { filled, copy, gpuDirty, pass } = slowDevice();
    const [from, to] = [filled(5), filled(1)];
    copy(from.handle, to.handle);
    expect([from, to].map(({ handle }) => gpuDirty(handle))).toEqual([false, true]);
    pass();
    expect([from, to].map(({ handle }) => gpuDirty(handle))).toEqual([false, true]);
  });

  it('6.2: a program reads back what it wrote in the same submission, and the backing has it', () => {
    const { file, addressSpace, cpu, filled, surface, submit, gpuDirty, pass } = slowDevice();
    const [from, target] = [filled(5), surface()];
    const { start } = file.mapSurface(target, addressSpace);
    const fence = file.submit(
      Uint8Array.of(
        ...copyCommand(from.handle, target, SIDE, SIDE),
        ...encodeCommand('READBACK_GB_SURFACE', { sid: target }),
      ),
    );
    expect(gpuDirty(target), 'may be').toBe(true);
    pass();
    expect([fence.isSignalled, gpuDirty(target), cpu.load8(start)]).toEqual([true, false, 5]);
    submit(() => {}).wait();
  });
});

describe('what the device refuses after the submission has returned', () => {
  const setUp = () => {
    const faults = new FaultInjection();
    return { faults, ...slowDevice({ faults }) };
  };

  it('8.7: an update: the commands do not run, the fence tells, and the bytes are dirty still', () => {
    const { faults, cpu, filled, surface, copy, onDevice, pass } = setUp();
    const [{ handle, start }, target] = [filled(5), surface()];
    copy(handle, target).wait();
    cpu.store8(start, 6);
    faults.fail('device-error');
    const fence = copy(handle, target);
    expect(fence.failure).toBeUndefined();
    pass();
    expect(fence.isSignalled).toBe(true);
    expect(fence.failure).toMatchObject({ code: 'EIO' });
    expect(onDevice(target)).toBe(5);
    copy(handle, target).wait();
    expect(onDevice(target)).toBe(6);
  });

  it('8.7: submissions behind it that need the same do not run either; the others do', () => {
    const { faults, cpu, filled, surface, copy, onDevice, pass } = setUp();
    const [a, b] = [filled(5), filled(15)];
    const [target, second, third] = [surface(), surface(), surface()];
    copy(a.handle, target).wait();
    copy(b.handle, third).wait();
    copy(target, second).wait();
    cpu.store8(a.start, 6);
    cpu.store8(b.start, 16);
    faults.fail('device-error');
    const fences = [copy(a.handle, target), copy(a.handle, second), copy(b.handle, third)];
    pass();
    expect(fences.map(({ failure }) => failure?.code)).toEqual(['EIO', 'EIO', undefined]);
    expect([target, second, third].map(onDevice)).toEqual([5, 5, 16]);
    expect(fences.every(({ isSignalled }) => isSignalled)).toBe(true);
    copy(a.handle, second).wait();
    expect(onDevice(second)).toBe(6);
  });

  it('8.7: the same where the update went ahead of its submission, in the batch of another one', () => {
    const { faults, cpu, driver, filled, surface, copy, file, onDevice, pass, memory } = setUp();
    const [a, b] = [filled(5), filled(15)];
    const [target, other] = [surface(), surface()];
    copy(a.handle, target).wait();
    copy(b.handle, other).wait();
    cpu.store8(a.start, 6);
    faults.fail('device-error');
    let isFirst = true;
    vi.spyOn(memory.preemption, 'reach').mockImplementation((point) => {
      if (point === 'submit: between updates and commands' && isFirst) {
        isFirst = false;
        copy(b.handle, other);
      }
    });
    const fence = file.submit(copyCommand(a.handle, target, SIDE, SIDE));
    pass();
    expect(fence.failure).toMatchObject({ code: 'EIO' });
    expect(onDevice(target)).toBe(5);
    expect(driver.state.queue.batches.isIdle).toBe(true);
  });

  it('1.5, 6.2: a command: the others run, the fence tells, and only they are noted', () => {
    const { faults, cpu, file, filled, copy, gpuDirty, pass, waits } = setUp();
    const [from, first, second] = [filled(5), filled(1), filled(2)];
    copy(from.handle, first.handle).wait();
    copy(from.handle, second.handle).wait();
    [first, second].forEach(({ start }) => cpu.load8(start));
    faults.fail('device-error');
    const fence = file.submit(
      Uint8Array.of(
        ...copyCommand(from.handle, first.handle, SIDE, SIDE),
        ...copyCommand(from.handle, second.handle, SIDE, SIDE),
      ),
    );
    expect([first, second].map(({ handle }) => gpuDirty(handle))).toEqual([true, true]);
    pass();
    expect(fence.failure).toMatchObject({ code: 'EIO' });
    expect([first, second].map(({ handle }) => gpuDirty(handle))).toEqual([false, true]);
    waits();
    expect([cpu.load8(first.start), waits()]).toEqual([5, 0]);
    expect([cpu.load8(second.start), waits() > 0]).toEqual([5, true]);
  });

  it('6.2: a command whose content a later submission writes: it stays newest on the device', () => {
    const { faults, cpu, filled, copy, gpuDirty, pass } = setUp();
    const [from, to] = [filled(5), filled(1)];
    copy(from.handle, to.handle).wait();
    cpu.load8(to.start);
    faults.fail('device-error');
    const fences = [copy(from.handle, to.handle), copy(from.handle, to.handle)];
    pass();
    expect(fences.map(({ failure }) => failure?.code)).toEqual(['EIO', undefined]);
    expect(gpuDirty(to.handle)).toBe(true);
  });

  it('8.7, 6.2: nothing that was cancelled counts as written, also where that is known before it returns', () => {
    const { faults, cpu, filled, copy, memory, file, gpuDirty, step, pass } = setUp();
    const [a, b, to] = [filled(5), filled(15), filled(1)];
    copy(a.handle, to.handle).wait();
    copy(b.handle, to.handle).wait();
    cpu.load8(to.start);
    for (const isEarly of [false, true]) {
      cpu.store8(a.start, 6);
      cpu.store8(b.start, 16);
      faults.fail('device-error');
      const reach = vi.spyOn(memory.preemption, 'reach').mockImplementation((point) => {
        if (isEarly && point === 'submit: between commands and their effects') {
          step();
        }
      });
      const fence = file.submit(
        Uint8Array.of(
          ...copyCommand(b.handle, to.handle, SIDE, SIDE),
          ...copyCommand(a.handle, to.handle, SIDE, SIDE),
        ),
      );
      reach.mockRestore();
      expect(fence.failure?.code, `early: ${isEarly}`).toBe(isEarly ? 'EIO' : undefined);
      pass();
      expect([fence.failure?.code, fence.isSignalled, gpuDirty(to.handle)]).toEqual(['EIO', true, false]);
      expect(cpu.load8(to.start)).toBe(15);
    }
  });

  it('1.5: a batch behind a refusal runs where what it needs was destroyed, not refused', () => {
    const { faults, cpu, file, filled, surface, copy, onDevice, pass } = setUp();
    const [a, b] = [filled(5), filled(15)];
    const [one, two] = [surface(), surface()];
    copy(a.handle, one).wait();
    cpu.store8(a.start, 6);
    faults.fail('device-error');
    const refused = copy(a.handle, one);
    const fence = copy(b.handle, two);
    file.closeHandle(b.handle);
    pass();
    expect([refused.failure?.code, fence.failure?.code, onDevice(two)]).toEqual(['EIO', undefined, 15]);
  });

  it('8.7: a submission that begins when the device is done sees its refusals, without an interrupt, too', () => {
    const { faults, cpu, filled, surface, copy, onDevice, step, deafen } = setUp();
    const [{ handle, start }, target] = [filled(5), surface()];
    copy(handle, target).wait();
    deafen();
    cpu.store8(start, 6);
    faults.fail('device-error');
    const refused = copy(handle, target);
    step();
    const fence = copy(handle, target);
    fence.wait();
    expect([refused.failure?.code, fence.failure, onDevice(target)]).toEqual(['EIO', undefined, 6]);
  });

  it('1.5: a submission that cannot send all of its commands waits for what it has sent, and notes that', () => {
    const { faults, cpu, filled, copy, file, gpuDirty, waits } = setUp();
    const [from, first, second] = [filled(5), filled(1), filled(2)];
    copy(from.handle, first.handle).wait();
    copy(from.handle, second.handle).wait();
    [first, second].forEach(({ start }) => cpu.load8(start));
    faults.fail('device-error');
    faults.fail('command-space', { after: 2 });
    waits();
    const both = Uint8Array.of(
      ...copyCommand(from.handle, first.handle, SIDE, SIDE),
      ...copyCommand(from.handle, second.handle, SIDE, SIDE),
    );
    expect(() => file.submit(both)).toThrow(error('ENOMEM'));
    expect(waits()).toBeGreaterThan(0);
    expect([first, second].map(({ handle }) => gpuDirty(handle))).toEqual([false, true]);
  });

  it('1.3: an access to what a refused command would have written finds that memory has the newest content', () => {
    const { faults, cpu, file, filled, surface, addressSpace, copy } = setUp();
    const from = filled(5);
    const fresh = surface({ coherent: true });
    const { start } = file.mapSurface(fresh, addressSpace);
    copy(from.handle, surface());
    faults.fail('device-error');
    const fence = copy(from.handle, fresh);
    cpu.store8(start, 9);
    expect([cpu.load8(start), cpu.load8(start + 1), fence.failure?.code]).toEqual([9, 0, 'EIO']);
  });

  it('8.7: what destroys something runs all the same, for the driver has forgotten it', () => {
    const { faults, cpu, file, filled, submit, pass, device } = setUp();
    const context = file.createContext({ kind: 'dx' });
    const { handle, start } = filled(5);
    submit((writer) => writer.write('DX_DEFINE_RENDERTARGET_VIEW', targetView(3, handle)), context).wait();
    cpu.store8(start, 6);
    faults.fail('device-error');
    const fence = submit((writer) => {
      writer.write('DX_CLEAR_RENDERTARGET_VIEW', { renderTargetViewId: 3, ...red });
      writer.write('DX_DESTROY_RENDERTARGET_VIEW', { renderTargetViewId: 3 });
    }, context);
    pass();
    expect(fence.failure).toMatchObject({ code: 'EIO' });
    expect(cpu.load32(start)).toBe(0x05050506);
    const { errors } = device.statistics;
    submit((writer) => {
      writer.write('DX_DEFINE_RENDERTARGET_VIEW', targetView(3, handle));
      writer.write('DX_CLEAR_RENDERTARGET_VIEW', { renderTargetViewId: 3, ...red });
      writer.write('DX_DRAW', draw);
    }, context).wait();
    expect(cpu.load32(start) >>> 0).toBe(RED);
    expect(device.statistics.errors).toBe(errors);
  });
});
