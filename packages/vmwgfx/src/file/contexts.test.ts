import { SVGA3D_INVALID_ID } from '@cg/svga-protocol';
import { describe, expect, it } from 'vitest';
import { bench } from '../driver.fixture.js';

const error = (code: string) => expect.objectContaining({ code }) as Error;
const DX = { dx: true };
const nothing = new Uint8Array();

function setUp(device = DX) {
  const base = bench({}, device);
  return { ...base, file: base.driver.open() };
}

describe('contexts', () => {
  it('are made known to the device with their first use, with a table of each kind but one', () => {
    const { file, device } = setUp();
    const context = file.createContext({ kind: 'dx' });
    expect(device.statistics.perCommand.DX_DEFINE_CONTEXT).toBe(0);
    file.submit(nothing, { context }).wait();
    file.submit(nothing, { context }).wait();
    const { DX_DEFINE_CONTEXT, DX_BIND_CONTEXT, DX_SET_COTABLE } = device.statistics.perCommand;
    expect([DX_DEFINE_CONTEXT, DX_BIND_CONTEXT, DX_SET_COTABLE]).toEqual([1, 1, 11]);
  });

  it('go with their handles, from the device and from memory', () => {
    const { file, device, driver } = setUp();
    const context = file.createContext({ kind: 'dx' });
    file.submit(nothing, { context }).wait();
    expect(driver.state.graphicsMemory.used).toBeGreaterThan(0);
    file.closeHandle(context);
    expect(device.statistics.perCommand.DX_DESTROY_CONTEXT).toBe(1);
    expect(driver.state.graphicsMemory.used).toBe(0);
    expect(() => file.submit(nothing, { context })).toThrow(error('ENOENT'));
  });

  it('are one file’s alone, and of a kind that the device has', () => {
    const { file } = setUp();
    for (const kind of ['dx', 'legacy'] as const) {
      expect(() => file.share(file.createContext({ kind }))).toThrow(error('EINVAL'));
    }
    expect(() => setUp({ dx: false }).file.createContext({ kind: 'dx' })).toThrow(error('EINVAL'));
  });

  it('are what a submission may name, and nothing else is', () => {
    const { file } = setUp();
    const context = file.createContext({ kind: 'legacy' });
    const { handle } = file.createBuffer(4096);
    expect(() => file.submit(nothing, { context })).toThrow(error('EINVAL'));
    expect(() => file.submit(nothing, { context: handle })).toThrow(error('EINVAL'));
    expect(() => file.submit(nothing, { context: SVGA3D_INVALID_ID })).toThrow(error('ENOENT'));
  });
});

describe('shaders', () => {
  it('are bytes of a buffer object, which they keep', () => {
    const { file } = setUp();
    const { handle: buffer } = file.createBuffer(8192);
    const shader = file.createShader({ type: 1, bytes: 400, buffer, offset: 4000 });
    file.closeHandle(buffer);
    expect(() => file.share(shader)).toThrow(error('EINVAL'));
    file.closeHandle(shader);
  });

  it.each([
    ['a type that contexts without DX do not have', { type: 3, bytes: 400 }],
    ['no whole dwords', { type: 1, bytes: 402 }],
    ['nothing', { type: 1, bytes: 0 }],
    ['a place that leaves the buffer object', { type: 1, bytes: 400, offset: 4000 }],
    ['a place between dwords', { type: 1, bytes: 400, offset: 2 }],
  ])('are refused: %s', (_, wanted) => {
    const { file } = setUp();
    const { handle: buffer } = file.createBuffer(4096);
    expect(() => file.createShader({ ...wanted, buffer })).toThrow(error('EINVAL'));
  });
});
