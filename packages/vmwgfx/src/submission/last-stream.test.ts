import { CommandWriter } from '@cg/svga-protocol';
import { describe, expect, it, vi } from 'vitest';
import { bench, copyCommand } from '../driver.fixture.js';
import { HandleTable } from '../file/handle-table.js';
import { LastStream } from './last-stream.js';
import { CheckedStream } from './checked-stream.js';
import * as rules from './rules/command-rules.js';

const SIDE = 4;
const square = { format: 2, width: SIDE, height: SIDE };

function setUp(device = {}) {
  const base = bench({}, device);
  const { cpu, addressSpace } = base.process();
  const file = base.driver.open();
  const surface = () => file.createSurface({ ...square, coherent: true }).handle;
  const [from, to, other] = [surface(), surface(), surface()];
  const { start } = file.mapSurface(from, addressSpace);
  const first = (handle: number) => base.device.image(file.deviceId(handle), 0)![0];
  return { ...base, cpu, file, from, to, other, start, first };
}

describe('a stream that a file submits again', () => {
  it('is not checked again, and does the same with what is stored meanwhile', () => {
    const { file, cpu, from, to, start, first } = setUp();
    const ruleOf = vi.spyOn(rules, 'ruleOf');
    const stream = copyCommand(from, to, SIDE, SIDE);
    for (let i = 1; i < 4; i++) {
      cpu.store8(start, i);
      // The same bytes, not the same array.
      file.submit(stream.slice()).wait();
      expect(first(to)).toBe(i);
    }
    expect(ruleOf).toHaveBeenCalledTimes(1);
    ruleOf.mockRestore();
  });

  it('is checked again after a handle was closed: it may be one of those named', () => {
    const { file, from, to } = setUp();
    const stream = copyCommand(from, to, SIDE, SIDE);
    file.submit(stream).wait();
    file.closeHandle(to);
    expect(() => file.submit(stream)).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  });

  it('is compared by value: the array of a program may hold another stream next time', () => {
    const { file, cpu, from, to, other, start, first } = setUp();
    const stream = copyCommand(from, to, SIDE, SIDE);
    cpu.store8(start, 1);
    file.submit(stream).wait();
    stream.set(copyCommand(from, other, SIDE, SIDE));
    cpu.store8(start, 2);
    file.submit(stream).wait();
    expect([first(to), first(other)]).toEqual([1, 2]);
  });

  it.each([0, 1])('differs wherever a byte does, at any length and alignment (%i)', (shift) => {
    const last = new LastStream();
    const handles = new HandleTable();
    for (const length of [3, 76, 256, 257, 1003]) {
      const stream = new Uint8Array(shift + length).subarray(shift);
      const checked = new CheckedStream().begin(stream);
      last.remember(checked, handles);
      expect(last.find(stream, handles)).toBe(checked);
      for (let at = 0; at < length; at++) {
        stream[at] ^= 0x40;
        expect(last.find(stream, handles), `byte ${at} of ${length}`).toBeUndefined();
        stream[at] ^= 0x40;
      }
      expect(last.find(new Uint8Array(length + 1), handles)).toBeUndefined();
    }
  });

  it('is checked each time where it has commands of a context', () => {
    const { file, driver } = setUp({ dx: true });
    const context = file.createContext({ kind: 'dx' });
    const names: string[] = [];
    driver.state.events.listen((event) => event.kind === 'command-emitted' && names.push(event.command));
    const writer = new CommandWriter();
    writer.write('DX_SET_PREDICATION', { queryId: 0xffffffff, predicateValue: 0 });
    file.submit(writer.bytes, { context }).wait();
    // Without the context it is refused, although the bytes are the same.
    expect(() => file.submit(writer.bytes)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
    expect(names.filter((name) => name === 'DX_SET_PREDICATION')).toHaveLength(1);
  });
});
