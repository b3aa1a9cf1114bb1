import { type SvgaDeviceOptions } from '@cg/svga-device';
import { CommandWriter, encodeCommand, type CommandFields, type CommandName } from '@cg/svga-protocol';
import { PAGE_SIZE } from '@cg/pagetable';
import { bench, copyCommand, processOf, type Bench } from './driver.fixture.js';
import type { SubmitOptions } from './file/drm-file.js';
import type { DriverOptions } from './driver.js';
import type { BufferObject } from './memory/buffer-object.js';

const SIDE = 64;
export const SQUARE_BYTES = SIDE * SIDE * 4;
export const square = { format: 2, width: SIDE, height: SIDE };
/** BUFFER. */
const BUFFER = 37;
const TEXTURE2D = 3;

/** A file with a context of each kind that the device has, and helpers to send commands. */
export function setUpContexts(
  options: DriverOptions = {},
  device: SvgaDeviceOptions = {},
  pages = 1024,
  make: (...args: Parameters<typeof bench>) => Omit<Bench, 'process'> = bench,
) {
  const offered = { dx: true, sm41: true, sm5: device.sm41 ?? true, ...device };
  const base = make(options, offered, pages);
  const { cpu, addressSpace } = processOf(base.memory);
  const file = base.driver.open();
  const hasDx = base.driver.state.limits.hasDx;
  const context = hasDx ? file.createContext({ kind: 'dx' }) : undefined;
  const cid = file.createContext({ kind: 'legacy' });
  /** Submits what `write` writes, for the DX context. */
  const submit = (write: (writer: CommandWriter) => void, named: number | undefined = context) => {
    const writer = new CommandWriter();
    write(writer);
    return file.submit(writer.bytes, forContext(named));
  };
  const send = <N extends CommandName>(name: N, fields: CommandFields<N>) =>
    file.submit(encodeCommand(name, fields), forContext(context));
  const canvas = (coherent = true) => {
    const { handle } = file.createSurface({ ...square, coherent });
    return { handle, start: file.mapSurface(handle, addressSpace).start };
  };
  const buffer = (bytes = 4096, coherent = true) => {
    const { handle } = file.createSurface({ format: BUFFER, width: bytes, height: 1, coherent });
    return { handle, start: file.mapSurface(handle, addressSpace).start };
  };
  /** How many of each command the device has executed. */
  const counts = () => base.device.statistics.perCommand;
  /** Whether a surface, alone in its backing, is GPU-dirty. */
  const gpuDirty = (handle: number) => {
    const { handle: object, mapOffset } = file.backingOf(handle);
    file.closeHandle(object);
    const backing = base.driver.state.fakeOffsets.find(mapOffset / PAGE_SIZE) as BufferObject;
    return [...backing.resources.overlapping(0, backing.bytes)].some(({ value }) => value.gpuDirty);
  };
  /** Evicts every buffer object. */
  const evictAll = () => base.driver.state.placed.candidates().forEach((candidate) => candidate.evict());
  /** Uses many other surfaces, so that earlier ones lose their ids if ids are few. */
  const crowdOut = () => {
    const others = Array.from({ length: 20 }, () => file.createSurface(square).handle);
    others.reduce((from, to) => {
      file.submit(copyCommand(from, to, 1, 1)).wait();
      return to;
    });
    return others;
  };
  const sends = { submit, send, counts };
  return {
    ...base,
    cpu,
    addressSpace,
    file,
    context,
    cid,
    ...sends,
    canvas,
    buffer,
    gpuDirty,
    evictAll,
    crowdOut,
  };
}

function forContext(context: number | undefined): SubmitOptions {
  return context === undefined ? {} : { context };
}

export const red = { r: 1, g: 0, b: 0, a: 1 };
export const RED = 0xffff0000;

/** Fields of a view of a square's only image. */
export const wholeView = (sid: number) => {
  return { sid, format: 2, resourceDimension: TEXTURE2D, mipSlice: 0, firstArraySlice: 0, arraySize: 1 };
};

export const targetView = (renderTargetViewId: number, sid: number) => ({
  renderTargetViewId,
  ...wholeView(sid),
});

export const resourceView = (shaderResourceViewId: number, sid: number) => ({
  shaderResourceViewId,
  sid,
  format: 2,
  resourceDimension: TEXTURE2D,
  mostDetailedMip: 0,
  firstArraySlice: 0,
  mipLevels: 1,
  arraySize: 1,
});

export const draw = { vertexCount: 3, startVertexLocation: 0 };
