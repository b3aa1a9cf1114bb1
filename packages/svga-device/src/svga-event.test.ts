import { CommandWriter, encodeCommand, SVGA_FIFO, SVGA_OTABLE, SVGA_REG } from '@cg/svga-protocol';
import type { CommandFields, CommandName } from '@cg/svga-protocol';
import { describe, expect, it } from 'vitest';
import { plainSurface, TestGuest } from '../test/guest.js';
import type { SvgaEvent } from './index.js';

const PAGE = 4096;

function started() {
  const guest = new TestGuest().start();
  const told: unknown[] = [];
  const stop = guest.device.events.listen((event) => told.push(described(event, guest)));
  return { guest, told, stop };
}

/** An event as of its emission: a reader is the device's own. */
function described(event: SvgaEvent, guest: TestGuest): unknown {
  switch (event.kind) {
    case 'command-starts':
    case 'command-done': {
      const { name, id } = event.reader;
      return [event.kind, name ?? id, guest.device.fifo[SVGA_FIFO.FENCE]];
    }
    case 'refused':
      return ['refused', (event.error as Error & { code?: string }).code];
    case 'fence-passed':
      return ['fence-passed', event.fence];
    case 'screen-updated':
      return ['screen-updated', event.screenTargetId, event.rect];
    case 'screen-destroyed':
      return ['screen-destroyed', event.screenTargetId];
    case 'screen-defined':
    case 'screen-resized':
      return [event.kind, event.screenTargetId, event.width, event.height];
    case 'pointer-defined':
    case 'pointer-moved':
      return [event.kind, event.pointer.x, event.pointer.y, event.pointer.visible];
    case 'restored':
      return ['restored'];
  }
}

function commands(
  ...list: readonly (readonly [name: CommandName, fields: CommandFields<CommandName>])[]
): Uint8Array {
  const writer = new CommandWriter();
  list.forEach(([name, fields]) => writer.write(name, fields));
  return writer.bytes;
}

describe('SvgaDevice.events', () => {
  it('tells of each command of a buffer before and after it runs, and of fences when guests can read them', () => {
    const { guest, told } = started();
    guest.submit(commands(['FENCE', { fence: 7 }], ['FENCE', { fence: 8 }]));
    expect(told).toEqual([
      ['command-starts', 'FENCE', 0],
      ['fence-passed', 7],
      ['command-done', 'FENCE', 7],
      ['command-starts', 'FENCE', 7],
      ['fence-passed', 8],
      ['command-done', 'FENCE', 8],
    ]);
  });

  it('a refused command of a buffer starts and is never done; what is behind it does not start', () => {
    const { guest, told } = started();
    guest.submit(commands(['BIND_GB_SURFACE', { sid: 77, mobid: 1 }], ['FENCE', { fence: 7 }]));
    expect(told).toEqual([
      ['command-starts', 'BIND_GB_SURFACE', 0],
      ['refused', 'ENOENT'],
    ]);
  });

  it('tells of the ring’s commands as well, those behind a refused one too', () => {
    const { guest, told } = started();
    const { fifo } = guest.device;
    const bytes = commands(['NOP_ERROR', { data: new Uint8Array() }], ['FENCE', { fence: 8 }]);
    new Uint8Array(fifo.buffer).set(bytes, PAGE);
    fifo.set([PAGE, fifo.byteLength, PAGE + bytes.length, PAGE], SVGA_FIFO.MIN);
    guest.writeRegister(SVGA_REG.SYNC, 1);
    expect(told).toEqual([
      ['command-starts', 'NOP_ERROR', 0],
      ['refused', 'EINVAL'],
      ['command-starts', 'FENCE', 0],
      ['fence-passed', 8],
      ['command-done', 'FENCE', 8],
    ]);
  });

  it('what this device has not, what is no command, and a header that is none, are refused without a start', () => {
    const { guest, told } = started();
    guest.submit(commands(['DX_DRAW', { vertexCount: 3, startVertexLocation: 0 }]));
    guest.submit(Uint8Array.of(0xff, 0xff, 0, 0, 0, 0, 0, 0));
    guest.writeRegister(SVGA_REG.COMMAND_HIGH, 0xffff);
    guest.writeRegister(SVGA_REG.COMMAND_LOW, 0);
    expect(told).toEqual([
      ['refused', 'ENOSYS'],
      ['refused', 'EBADMSG'],
      ['refused', 'EFAULT'],
    ]);
  });

  it('tells of the rectangle of a screen that an update has changed, cut to the screen', () => {
    const { guest, told } = started();
    const table = { type: SVGA_OTABLE.SCREENTARGET, sizeInBytes: PAGE, validSizeInBytes: 0 };
    guest.must('SET_OTABLE_BASE64', { ...table, baseAddress: guest.allocatePage(), ptDepth: 0 });
    guest.defineMob(1, 4 * 64 * 64);
    guest.must('DEFINE_GB_SURFACE_V2', { ...plainSurface, sid: 5 });
    guest.must('BIND_GB_SURFACE', { sid: 5, mobid: 1 });
    const size = { width: 64, height: 64 };
    guest.must('DEFINE_GB_SCREENTARGET', { stid: 3, ...size, xRoot: 0, yRoot: 0, flags: 0, dpi: 0 });
    guest.must('BIND_GB_SCREENTARGET', { stid: 3, sid: 5, face: 0, mipmap: 0 });
    told.length = 0;
    guest.must('UPDATE_GB_SCREENTARGET', { stid: 3, x: 60, y: 2, w: 20, h: 8 });
    expect(told).toEqual([
      ['command-starts', 'UPDATE_GB_SCREENTARGET', 0],
      ['screen-updated', 3, { x: 60, y: 2, w: 4, h: 8 }],
      ['command-done', 'UPDATE_GB_SCREENTARGET', 0],
    ]);
  });

  it('tells nothing once the listener is removed, and still counts', () => {
    const { guest, told, stop } = started();
    stop();
    const before = guest.device.statistics.commands;
    guest.submit(encodeCommand('FENCE', { fence: 7 }));
    expect([told, guest.device.statistics.commands - before]).toEqual([[], 1]);
  });
});
