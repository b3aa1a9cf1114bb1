import { describe, expect, it, vi } from 'vitest';
import { bench, type Bench } from '../driver.fixture.js';

describe('CommandSubmitter', () => {
  it('1.5: leaves a refused command out, does the rest, tells its sender, and then throws EIO', () => {
    const { driver, device } = bench();
    const { queue } = driver.state;
    const done = device.statistics.commands;
    const told = vi.fn();
    queue.emit('DESTROY_GB_SURFACE', { sid: 5 }, told);
    queue.emit('DESTROY_GB_SURFACE', { sid: 6 });
    queue.emit('FENCE', { fence: 1234 });
    expect(() => queue.flush()).toThrow(
      expect.objectContaining({ code: 'EIO', facts: expect.objectContaining({ offset: 0 }) }),
    );
    expect(told).toHaveBeenCalledTimes(1);
    expect(device.fifo[6]).toBe(1234);
    expect(device.statistics.commands).toBe(done + 1);
    expect(() => queue.flush()).not.toThrow();
  });

  it('1.5: takes from the device without failing, and tells the next who asks what it refused meanwhile', () => {
    const { driver, device } = bench();
    const { queue } = driver.state;
    queue.emit('NOP_ERROR', { data: new Uint8Array() });
    const count = 10_000;
    expect(() => {
      for (let i = 0; i < count; i++) {
        queue.emitNoFail('FENCE', { fence: 1 + i });
      }
    }).not.toThrow();
    expect(() => queue.flush()).toThrow(expect.objectContaining({ code: 'EIO' }));
    expect(() => queue.flush()).not.toThrow();
    expect(device.fifo[6]).toBe(count);
  });

  it('hands a full buffer over by itself, and refuses a command that is larger than one', () => {
    const { driver, device } = bench();
    const { queue } = driver.state;
    const done = device.statistics.commands;
    for (let i = 0; i < 20_000; i++) {
      queue.emit('FENCE', { fence: 1 + i });
    }
    expect(device.statistics.commands).toBeGreaterThan(done);
    const box = { x: 0, y: 0, z: 0, w: 1, h: 1, d: 1, srcx: 0, srcy: 0, srcz: 0 };
    const images = { srcSid: 0, srcFace: 0, srcMipmap: 0, destSid: 0, destFace: 0, destMipmap: 0 };
    const boxes = Array.from({ length: 3000 }, () => box);
    expect(() => queue.emit('SURFACE_COPY', { ...images, boxes })).toThrow(
      expect.objectContaining({ code: 'ENOMEM' }),
    );
    queue.flush();
    expect(device.fifo[6]).toBe(20_000);
  });
});

describe('whenEnded', () => {
  it('8.3: acts once the device is done with all that was emitted before: at once where that is nothing', () => {
    const { driver } = bench();
    const { queue, faults } = driver.state;
    const act = vi.fn();
    queue.whenEnded(act);
    expect(act).toHaveBeenCalledTimes(1);
    queue.emit('FENCE', { fence: 1 });
    queue.whenEnded(act);
    expect(act).toHaveBeenCalledTimes(1);
    queue.submit();
    expect(act).toHaveBeenCalledTimes(2);
    faults.fail('command-space');
    queue.emitNoFail('FENCE', { fence: 2 });
    queue.whenEnded(act);
    expect(act, 'yet to be written').toHaveBeenCalledTimes(2);
    queue.submit();
    expect(act).toHaveBeenCalledTimes(3);
  });
});

describe("a submission's updates and commands in one buffer", () => {
  const fence = ({ driver }: Bench, number: number): void =>
    driver.state.queue.emit('FENCE', { fence: number });
  const refusedBy = ({ driver }: Bench, told?: () => void): void =>
    driver.state.queue.emit('DESTROY_GB_SURFACE', { sid: 5 }, told);

  it('8.7: a refused update keeps the commands from running; the other updates are done', () => {
    const on = bench();
    const { queue } = on.driver.state;
    const passed: number[] = [];
    on.device.events.listen((event) => event.kind === 'fence-passed' && passed.push(event.fence));
    const told = vi.fn();
    refusedBy(on, told);
    fence(on, 1);
    queue.beginUserCommands();
    fence(on, 2);
    expect(() => queue.flush()).toThrow(expect.objectContaining({ code: 'EIO' }));
    expect([told.mock.calls.length, passed]).toEqual([1, [1]]);
    expect(queue.endUserCommands(() => true).cancelled).toMatchObject({ code: 'EIO', facts: { offset: 0 } });
    fence(on, 3);
    queue.flush();
    expect(passed).toEqual([1, 3]);
  });

  it('8.7: a refused command is left out, and the others are done', () => {
    const on = bench();
    const { queue } = on.driver.state;
    fence(on, 1);
    queue.beginUserCommands();
    refusedBy(on);
    fence(on, 2);
    expect(() => queue.flush()).toThrow(expect.objectContaining({ code: 'EIO' }));
    expect(on.device.fifo[6]).toBe(2);
    expect(queue.endUserCommands(() => true).cancelled).toBeUndefined();
  });

  it('8.7: what does not fit into the buffer of the updates is a command as well', () => {
    const on = bench();
    const { queue } = on.driver.state;
    for (let i = 1; i <= 100; i++) {
      fence(on, i);
    }
    queue.beginUserCommands();
    for (let left = queue.maxCommandBytes / 8 - 100; left > 0; left--) {
      fence(on, 200);
    }
    refusedBy(on);
    fence(on, 300);
    expect(() => queue.flush()).toThrow(expect.objectContaining({ code: 'EIO' }));
    expect(queue.endUserCommands(() => true).cancelled).toBeUndefined();
    expect(on.device.fifo[6]).toBe(300);
  });
});
