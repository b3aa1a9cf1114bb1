import { SVGA3D_INVALID_ID } from '@cg/svga-protocol';
import { describe, expect, it } from 'vitest';
import { setUpContexts } from '../contexts.fixture.js';

const NONE = SVGA3D_INVALID_ID;
const error = (code: string, facts: object = {}) =>
  expect.objectContaining({ code, facts: expect.objectContaining(facts) as object }) as Error;

const COLOR0 = 2;
const BIND_TEXTURE = 1;

/** Contexts without DX, on a device without. */
function withoutDx(options: Parameters<typeof setUpContexts>[0] = {}) {
  const set = setUpContexts(options, { dx: false, sm41: false });
  const { cid, submit } = set;
  const setTarget = (sid: number, type = COLOR0) =>
    submit((writer) => writer.write('SETRENDERTARGET', { cid, type, sid, face: 0, mipmap: 0 })).wait();
  const clear = (clearFlag: number) =>
    submit((writer) =>
      writer.write('CLEAR', { cid, clearFlag, color: 0, depth: 0, stencil: 0, rects: [] }),
    ).wait();
  const drawn = { primitiveCount: 1, startVertexLocation: 0, primitiveType: 1 };
  const draw = () => submit((writer) => writer.write('DRAW', { cid, ...drawn })).wait();
  return { ...set, setTarget, clear, draw };
}

describe('contexts without DX', () => {
  it('are named by their handle in each command, and made known with their first use', () => {
    const { counts, setTarget, canvas, file, cid, device } = withoutDx();
    expect(counts().DEFINE_GB_CONTEXT).toBe(0);
    setTarget(canvas().handle);
    setTarget(NONE);
    expect([counts().DEFINE_GB_CONTEXT, counts().BIND_GB_CONTEXT, counts().SETRENDERTARGET]).toEqual([
      1, 1, 2,
    ]);
    file.closeHandle(cid);
    expect([counts().DESTROY_GB_CONTEXT, device.statistics.errors]).toEqual([1, 0]);
    expect(() => setTarget(NONE)).toThrow(error('ENOENT', { command: 'SETRENDERTARGET', handle: cid }));
  });

  it('6.2: a clear writes the targets that its flags name, a draw all', () => {
    const { setTarget, clear, draw, canvas, gpuDirty } = withoutDx();
    const [color, depth, stencil] = [canvas(), canvas(), canvas()].map(({ handle }) => handle);
    const written = () => [color, depth, stencil].map(gpuDirty);
    setTarget(color);
    setTarget(depth, 0);
    setTarget(stencil, 1);
    expect(written()).toEqual([false, false, false]);
    clear(1);
    expect(written()).toEqual([true, false, false]);
    clear(4);
    expect(written()).toEqual([true, false, true]);
    draw();
    expect(written()).toEqual([true, true, true]);
  });

  it('1.1: a draw uploads what the CPU has stored to its textures and vertices', () => {
    const { submit, canvas, cid, cpu, device, file, draw } = withoutDx();
    const [texture, vertices] = [canvas(), canvas()];
    submit((writer) => {
      const states = [{ stage: 31, name: BIND_TEXTURE, value: texture.handle }];
      writer.write('SETTEXTURESTATE', { cid, states });
    }).wait();
    cpu.store32(texture.start, 5);
    cpu.store32(vertices.start, 6);
    submit((writer) => {
      const decl = { type: 0, method: 0, usage: 0, usageIndex: 0, offset: 0, stride: 4, first: 0, last: 0 };
      writer.write('DRAW_PRIMITIVES', {
        cid,
        numVertexDecls: 1,
        numRanges: 0,
        vertexDecls: [{ ...decl, surfaceId: vertices.handle }],
        ranges: [],
        divisors: [],
      });
    }).wait();
    const seen = [texture, vertices].map(({ handle }) => device.image(file.deviceId(handle), 0)![0]);
    expect(seen).toEqual([5, 6]);
    draw();
  });

  it('name nothing that is dead: targets and shaders leave their slots when they go', () => {
    const { submit, setTarget, canvas, file, cid, counts, draw, device } = withoutDx();
    const { handle } = canvas();
    const { handle: buffer } = file.createBuffer(4096);
    const shid = file.createShader({ type: 2, bytes: 256, buffer, offset: 128 });
    setTarget(handle);
    submit((writer) => writer.write('SET_SHADER', { cid, type: 2, shid })).wait();
    expect([counts().DEFINE_GB_SHADER, counts().BIND_GB_SHADER]).toEqual([1, 1]);
    file.closeHandle(handle);
    file.closeHandle(shid);
    expect([counts().SETRENDERTARGET, counts().SET_SHADER, counts().DESTROY_GB_SHADER]).toEqual([2, 2, 1]);
    draw();
    expect([counts().SETRENDERTARGET, counts().SET_SHADER, device.statistics.errors]).toEqual([2, 2, 0]);
  });

  it('6.5: find targets and textures in their slots again after these, or they, were off the device', () => {
    const { setTarget, canvas, counts, draw, device, file, evictAll, crowdOut } = withoutDx({
      maxObjects: 20,
    });
    const { handle } = canvas();
    setTarget(handle);
    crowdOut();
    expect([file.deviceId(handle), counts().SETRENDERTARGET]).toEqual([NONE, 2]);
    draw();
    expect(counts().SETRENDERTARGET).toBe(3);
    evictAll();
    draw();
    expect(counts().SETRENDERTARGET).toBe(4);
    expect([counts().READBACK_GB_CONTEXT, device.statistics.errors]).toEqual([1, 0]);
  });

  it('1.5: leave their state as it was where a submission is refused', () => {
    const { submit, setTarget, canvas, cid, draw, gpuDirty } = withoutDx();
    const [first, second] = [canvas(), canvas()].map(({ handle }) => handle);
    setTarget(first);
    expect(() =>
      submit((writer) => {
        writer.write('SETRENDERTARGET', { cid, type: COLOR0, sid: second, face: 0, mipmap: 0 });
        writer.write('SET_SHADER', { cid, type: 1, shid: second });
      }),
    ).toThrow(error('EINVAL', { command: 'SET_SHADER', offset: 28 }));
    draw();
    expect([gpuDirty(first), gpuDirty(second)]).toEqual([true, false]);
  });

  it.each([
    ['a target slot that there is not', { type: 10 }],
    ['a mip that is not there', { mipmap: 1 }],
    ['a face that is not there', { face: 1 }],
  ])('EINVAL: %s', (_, change) => {
    const { submit, canvas, cid } = withoutDx();
    const fields = { cid, type: COLOR0, sid: canvas().handle, face: 0, mipmap: 0, ...change };
    expect(() => submit((writer) => writer.write('SETRENDERTARGET', fields))).toThrow(
      error('EINVAL', { command: 'SETRENDERTARGET' }),
    );
  });

  it('1.2: results of queries come to the buffer object that the command names, and not beyond', () => {
    const { submit, file, addressSpace, cpu, cid, counts } = withoutDx();
    const { handle: mobid } = file.createBuffer(4096);
    const { start } = file.mapBuffer(mobid, addressSpace);
    const query = { cid, type: 0 };
    const wait = (offset: number) =>
      submit((writer) => {
        writer.write('BEGIN_QUERY', query);
        writer.write('END_QUERY', { ...query, guestResultGmrId: mobid, guestResultOffset: offset });
        writer.write('WAIT_FOR_GB_QUERY', { ...query, mobid, offset });
      }).wait();
    wait(16);
    expect([cpu.load32(start + 20), counts().END_GB_QUERY, counts().END_QUERY]).toEqual([2, 1, 0]);
    expect(() => wait(4088)).toThrow(error('EINVAL', { command: 'END_QUERY', offset: 16 }));
  });
});
