import { commandNames, encodeCommand, type CommandReader } from '@cg/svga-protocol';
import { formatByName } from '@cg/surface-layout';
import { describe, expect, it } from 'vitest';
import { Machine } from './machine.js';

const size = { format: formatByName('A8R8G8B8')!.id, width: 16, height: 16 };

/** A machine with two surfaces, and what its device runs. */
function setUp() {
  const machine = new Machine({ cpus: 1, memoryBytes: 16 * 2 ** 20 });
  const { file } = machine.spawn();
  const [from, to] = [0, 1].map(() => file.createSurface(size).handle);
  const seen: string[] = [];
  const note = (what: string) => (reader: CommandReader) =>
    seen.push(`${what} ${commandNames[reader.index]}`);
  machine.commandObserver = { commandStarts: note('starts'), commandDone: note('done') };
  const box = { x: 0, y: 0, z: 0, w: 16, h: 16, d: 1, srcx: 0, srcy: 0, srcz: 0 };
  const images = { srcFace: 0, srcMipmap: 0, destFace: 0, destMipmap: 0 };
  const copy = encodeCommand('SURFACE_COPY', { srcSid: from, destSid: to, ...images, boxes: [box] });
  return { machine, file, seen, copy, to };
}

describe('Machine.commandObserver', () => {
  it('is told of each command before and after it runs, in order, and of none once it is taken away', () => {
    const { machine, file, seen, copy } = setUp();
    file.submit(copy).wait();
    expect(seen.slice(-4)).toEqual([
      'starts SURFACE_COPY',
      'done SURFACE_COPY',
      'starts FENCE',
      'done FENCE',
    ]);
    machine.commandObserver = undefined;
    file.submit(copy).wait();
    expect(seen.filter((text) => text === 'starts SURFACE_COPY')).toHaveLength(1);
  });

  it('sees a command that the device refuses start, and not be done', () => {
    const { machine, file, seen } = setUp();
    const { queue } = machine.driver.context;
    queue.emit('BIND_GB_SURFACE', { sid: 77, mobid: 0 });
    expect(() => queue.flush()).toThrow(expect.objectContaining({ code: 'EIO' }));
    expect(seen).toEqual(['starts BIND_GB_SURFACE']);
    file.close();
  });

  it('looks at what the device has before and after: the whole image of a surface', () => {
    const { machine, file, copy, to } = setUp();
    const sizes: (number | undefined)[] = [];
    machine.commandObserver = {
      commandDone: () => sizes.push(machine.device.surfaceImage(file.deviceId(to))?.length),
    };
    file.submit(copy).wait();
    expect(sizes.at(-1)).toBe(16 * 16 * 4);
    expect(machine.device.surfaceImage(12_345)).toBeUndefined();
  });
});
