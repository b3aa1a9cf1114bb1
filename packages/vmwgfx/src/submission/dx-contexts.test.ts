import { CommandWriter, encodeCommand, type CommandFields, type CommandName } from '@cg/svga-device';
import { describe, expect, it } from 'vitest';
import { bench } from '../driver.fixture.js';
import type { DriverOptions } from '../driver.js';

const SIDE = 64;
const BYTES = SIDE * SIDE * 4;
const square = { format: 2, width: SIDE, height: SIDE };
const TEXTURE2D = 3;

const error = (code: string, facts: object = {}) =>
  expect.objectContaining({ code, facts: expect.objectContaining(facts) as object }) as Error;

/** A file with a DX context, and a way to write commands for it. */
function setUp(options: DriverOptions = {}) {
  const base = bench(options, { dx: true, sm41: true });
  const { cpu, addressSpace } = base.process();
  const file = base.driver.open();
  const context = file.createContext({ kind: 'dx' });
  const submit = (write: (writer: CommandWriter) => void) => {
    const writer = new CommandWriter();
    write(writer);
    return file.submit(writer.bytes, { context });
  };
  const send = <N extends CommandName>(name: N, fields: CommandFields<N>) =>
    file.submit(encodeCommand(name, fields), { context });
  const canvas = (coherent = true) => {
    const { handle } = file.createSurface({ ...square, coherent });
    return { handle, start: file.mapSurface(handle, addressSpace).start };
  };
  return { ...base, cpu, addressSpace, file, context, submit, send, canvas };
}

const targetView = (renderTargetViewId: number, sid: number) => ({
  renderTargetViewId,
  sid,
  format: 2,
  resourceDimension: TEXTURE2D,
  mipSlice: 0,
  firstArraySlice: 0,
  arraySize: 1,
});
const red = { r: 1, g: 0, b: 0, a: 1 };

describe('render target views', () => {
  it('1.2, 6.2: a clear through one writes its surface, and the CPU sees it', () => {
    const { cpu, submit, canvas } = setUp();
    const { handle, start } = canvas();
    cpu.store32(start, 0x11223344);
    submit((writer) => {
      writer.write('DX_DEFINE_RENDERTARGET_VIEW', targetView(3, handle));
      writer.write('DX_CLEAR_RENDERTARGET_VIEW', { renderTargetViewId: 3, ...red });
    }).wait();
    expect(cpu.load32(start).toString(16)).toBe('ffff0000');
    expect(cpu.load32(start + BYTES - 4).toString(16)).toBe('ffff0000');
  });

  it('1.5: of a submission that is refused leave nothing', () => {
    const { submit, send, canvas } = setUp();
    const { handle } = canvas();
    expect(() =>
      submit((writer) => {
        writer.write('DX_DEFINE_RENDERTARGET_VIEW', targetView(3, handle));
        writer.write('DX_CLEAR_RENDERTARGET_VIEW', { renderTargetViewId: 4, ...red });
      }),
    ).toThrow(error('ENOENT', { id: 4, command: 'DX_CLEAR_RENDERTARGET_VIEW' }));
    expect(() => send('DX_CLEAR_RENDERTARGET_VIEW', { renderTargetViewId: 3, ...red })).toThrow(
      error('ENOENT', { id: 3 }),
    );
  });
});
