import {
  CommandWriter,
  encodeCommand,
  type CommandFields,
  type CommandName,
  type SvgaDeviceOptions,
} from '@cg/svga-device';
import { bench } from './driver.fixture.js';
import type { DriverOptions } from './driver.js';

const SIDE = 64;
export const SQUARE_BYTES = SIDE * SIDE * 4;
export const square = { format: 2, width: SIDE, height: SIDE };
/** BUFFER. */
export const BUFFER = 37;
const TEXTURE2D = 3;

/** A file with a context of each kind, and ways to send commands. */
export function setUpContexts(options: DriverOptions = {}, device: SvgaDeviceOptions = {}) {
  const base = bench(options, { dx: true, sm41: true, ...device });
  const { cpu, addressSpace } = base.process();
  const file = base.driver.open();
  const context = file.createContext({ kind: 'dx' });
  const cid = file.createContext({ kind: 'legacy' });
  /** Sends what is written, for the DX context. */
  const submit = (write: (writer: CommandWriter) => void, named: number | undefined = context) => {
    const writer = new CommandWriter();
    write(writer);
    return file.submit(writer.bytes, named === undefined ? {} : { context: named });
  };
  const send = <N extends CommandName>(name: N, fields: CommandFields<N>) =>
    file.submit(encodeCommand(name, fields), { context });
  const canvas = (coherent = true) => {
    const { handle } = file.createSurface({ ...square, coherent });
    return { handle, start: file.mapSurface(handle, addressSpace).start };
  };
  const buffer = (bytes = 4096, coherent = true) => {
    const { handle } = file.createSurface({ format: BUFFER, width: bytes, height: 1, coherent });
    return { handle, start: file.mapSurface(handle, addressSpace).start };
  };
  /** Names of the commands that the device has had since it was last asked, without fences. */
  const counts = () => base.device.statistics.perCommand;
  /** The resource behind a handle's backing, as the tests may look at it. */
  const backing = (handle: number) => {
    const { handle: object, mapOffset } = file.backingOf(handle);
    file.closeHandle(object);
    return base.driver.context.fakeOffsets.find(mapOffset / 4096)!;
  };
  return { ...base, cpu, addressSpace, file, context, cid, submit, send, canvas, buffer, counts, backing };
}

export type ContextSetUp = ReturnType<typeof setUpContexts>;

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
