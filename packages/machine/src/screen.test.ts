import { encodeCommand } from '@cg/svga-protocol';
import { describe, expect, it } from 'vitest';
import { Machine } from './machine.js';
import { Screen } from './screen.js';

const R5G6B5 = 3;

/** A machine whose device has a surface of 2 × 1 texels, with the bytes that a CPU has stored. */
function machineWith(format: number, bytes: readonly number[]) {
  const machine = new Machine({ memoryBytes: 16 * 2 ** 20 });
  const process = machine.spawn();
  const { file } = process;
  const from = file.createSurface({ format, width: 2, height: 1, coherent: true }).handle;
  const to = file.createSurface({ format, width: 2, height: 1 }).handle;
  machine.cpus[0].storeBytes(process.map(from).start, Uint8Array.from(bytes));
  const box = { x: 0, y: 0, z: 0, w: 2, h: 1, d: 1, srcx: 0, srcy: 0, srcz: 0 };
  const images = { srcFace: 0, srcMipmap: 0, destFace: 0, destMipmap: 0 };
  file.submit(encodeCommand('SURFACE_COPY', { srcSid: from, destSid: to, ...images, boxes: [box] })).wait();
  return { machine, sid: file.deviceId(to) };
}

describe('Screen', () => {
  it('shows the device’s image of a surface as red, green, blue and alpha', () => {
    // Blue in the low five bits, red in the high ones.
    const { machine, sid } = machineWith(R5G6B5, [0x1f, 0x00, 0x00, 0xf8]);
    const image = new Screen(machine, 2, 1).show(sid);
    expect([image.width, image.height, ...image.pixels]).toEqual([2, 1, 0, 0, 255, 255, 255, 0, 0, 255]);
  });

  it('EINVAL: an invalid screen size, an unknown surface, with the device’s reason', () => {
    const { machine } = machineWith(R5G6B5, [0, 0, 0, 0]);
    expect(() => new Screen(machine, 0, 5)).toThrow(
      expect.objectContaining({ code: 'EINVAL', message: expect.stringMatching(/not a size of a screen/) }),
    );
    const screen = new Screen(machine, 2, 1);
    expect(() => screen.show(77)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
  });
});
