import { CommandWriter, SVGA3D_INVALID_ID } from '@cg/svga-protocol';
import { describe, expect, it } from 'vitest';
import { Machine } from './machine.js';
import { policyFor, trackingMethods } from './tracking-methods.js';

const NONE = SVGA3D_INVALID_ID;
const A8R8G8B8 = 2;
const TEXTURE2D = 3;
const SIDE = 64;
const RED = 0xffff0000;

/** A program with a context and a coherent render target, which every CPU of the machine runs. */
function setUp(method: (typeof trackingMethods)[number]) {
  const machine = new Machine({
    memoryBytes: 32 * 2 ** 20,
    device: { dx: true },
    driver: { makePolicy: policyFor(method) },
  });
  const process = machine.spawn();
  const { file } = process;
  const context = file.createContext({ kind: 'dx' });
  const canvas = { format: A8R8G8B8, width: SIDE, height: SIDE, coherent: true };
  const target = file.createSurface(canvas).handle;
  const submit = (write: (writer: CommandWriter) => void) => {
    const writer = new CommandWriter();
    write(writer);
    file.submit(writer.bytes, { context }).wait();
  };
  submit((writer) => {
    const image = { mipSlice: 0, firstArraySlice: 0, arraySize: 1 };
    const view = { sid: target, format: A8R8G8B8, resourceDimension: TEXTURE2D, ...image };
    writer.write('DX_DEFINE_RENDERTARGET_VIEW', { renderTargetViewId: 0, ...view });
    writer.write('DX_SET_RENDERTARGETS', { depthStencilViewId: NONE, renderTargetViewIds: [0] });
  });
  const { start } = process.map(target);
  const clear = () =>
    submit((writer) =>
      writer.write('DX_CLEAR_RENDERTARGET_VIEW', { renderTargetViewId: 0, r: 1, g: 0, b: 0, a: 1 }),
    );
  const draw = () => submit((writer) => writer.write('DX_DRAW', { vertexCount: 3, startVertexLocation: 0 }));
  return { machine, file, target, start, clear, draw, cpus: machine.cpus };
}

describe.each(trackingMethods)('coherent render targets, method %s', (method) => {
  it('1.2: every CPU sees a clear through a view after the fence', () => {
    const { cpus, start, clear } = setUp(method);
    cpus[0].store32(start, 0x11111111);
    cpus[1].store32(start + 4, 0x22222222);
    clear();
    for (const cpu of cpus) {
      const pixels = [0, 1, SIDE * SIDE - 1].map((pixel) => cpu.load32(start + pixel * 4));
      expect(pixels).toEqual([RED, RED, RED]);
    }
  });

  it('1.3, 1.4: a store to a cleared page keeps the rest of it, and is uploaded with the next submission', () => {
    const { cpus, start, clear, draw, machine, file, target } = setUp(method);
    for (let round = 1; round <= 5; round++) {
      clear();
      cpus[round % 2].store32(start + 4 * round, round);
      draw();
      const image = machine.device.image(file.deviceId(target), 0)!.slice();
      const pixels = new Uint32Array(image.buffer);
      expect([...pixels.subarray(0, 8)]).toEqual(
        Array.from({ length: 8 }, (_, pixel) => (pixel === round ? round : RED)),
      );
    }
  });

  it('6.2: a draw counts as writing its render target: the next load reads back', () => {
    const { cpus, start, draw, file, target } = setUp(method);
    cpus[0].store32(start, 3);
    draw();
    expect(file.statistics(target).readBacks).toBe(0);
    expect(cpus[1].load32(start)).toBe(3);
    expect(file.statistics(target).readBacks).toBe(1);
  });
});
