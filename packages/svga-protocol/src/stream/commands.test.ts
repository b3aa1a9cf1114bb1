import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SvgaProtocolError } from '../errors.js';
import {
  commandBytes,
  commandNames,
  commandTable,
  CommandWriter,
  decodeCommands,
  encodeCommand,
  formatCommand,
} from '../index.js';
import type { CommandName, DecodedCommand } from '../index.js';
import { randomCommand, seededDraw } from '../random-commands.js';

const anyCommand = fc.integer().map((seed) =>
  randomCommand(
    seededDraw(seed),
    commandNames.filter((name) => !name.startsWith('DC_')),
  ),
);

/** The id of a command in the table, and the bytes of its body. */
function idAndBody(name: CommandName): number[] {
  return [commandTable[name].id, commandBytes(name) - 8];
}

function decodeAll(bytes: Uint8Array): { commands: DecodedCommand[]; error: SvgaProtocolError | undefined } {
  const commands: DecodedCommand[] = [];
  try {
    for (const command of decodeCommands(bytes)) {
      commands.push(command);
    }
  } catch (error) {
    return { commands, error: error as SvgaProtocolError };
  }
  return { commands, error: undefined };
}

describe('the wire protocol', () => {
  it('every field of every command survives encoding and decoding, in streams of any length', () => {
    fc.assert(
      fc.property(fc.array(anyCommand, { maxLength: 8 }), (commands) => {
        const writer = new CommandWriter();
        const offsets = commands.map(({ name, fields }) => writer.write(name, fields));
        const decoded = [...decodeCommands(writer.bytes)];
        expect(decoded.map(({ name, offset }) => ({ name, offset }))).toEqual(
          commands.map(({ name }, i) => ({ name, offset: offsets[i] })),
        );
        expect(decoded.map((command) => (command as { fields?: unknown }).fields)).toEqual(
          commands.map(({ fields }) => fields),
        );
      }),
    );
  });

  it('a command that is copied from a stream is the same, with other ids where these are overwritten', () => {
    fc.assert(
      fc.property(fc.array(anyCommand, { minLength: 1, maxLength: 4 }), (commands) => {
        const stream = new CommandWriter();
        const copied = new CommandWriter();
        for (const { name, fields } of commands) {
          const start = stream.write(name, fields);
          expect(copied.copy(stream.bytes, start, stream.length)).toBe(start);
        }
        expect([...copied.bytes]).toEqual([...stream.bytes]);
        const last = copied.length - 4;
        copied.setU32(last, 0x12345678);
        expect([...copied.bytes.subarray(last)]).toEqual([0x78, 0x56, 0x34, 0x12]);
        const full = new CommandWriter(new Uint8Array(3));
        expect(() => full.copy(stream.bytes, 0, 4)).toThrow(expect.objectContaining({ code: 'ENOSPC' }));
      }),
    );
  });

  it('device context commands have separate ids', () => {
    const bytes = encodeCommand('DC_CMD_START_STOP_CONTEXT', { enable: 1, context: 0 });
    expect([...bytes]).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
    expect([...decodeCommands(bytes, true)]).toMatchObject([
      { name: 'DC_CMD_START_STOP_CONTEXT', fields: { enable: 1, context: 0 } },
    ]);
    expect(() => [...decodeCommands(bytes)]).toThrow(SvgaProtocolError);
  });

  it('body sizes and ids are those measured with a Linux guest', () => {
    expect(idAndBody('UPDATE_GB_IMAGE')).toEqual([1101, 36]);
    expect(idAndBody('DX_UPDATE_SUBRESOURCE')).toEqual([1182, 32]);
    expect(idAndBody('DEFINE_GB_MOB64')).toEqual([1135, 20]);
    expect(idAndBody('SET_OTABLE_BASE64')).toEqual([1115, 24]);
    expect(idAndBody('DEFINE_GB_SURFACE')).toEqual([1097, 36]);
    expect(idAndBody('DEFINE_GB_SURFACE_V2')).toEqual([1134, 44]);
    expect(commandBytes('FENCE')).toBe(8);
    expect(commandBytes('SURFACE_COPY', 2)).toBe(8 + 24 + 2 * 36);
  });

  it('UPDATE_GB_IMAGE has exactly these bytes', () => {
    const bytes = encodeCommand('UPDATE_GB_IMAGE', {
      sid: 7,
      face: 5,
      mipmap: 2,
      x: 1,
      y: 2,
      z: 3,
      w: 4,
      h: 5,
      d: 6,
    });
    expect([...new Uint32Array(bytes.buffer)]).toEqual([1101, 36, 7, 5, 2, 1, 2, 3, 4, 5, 6]);
  });

  it('an id of -1 is the invalid id', () => {
    const bytes = encodeCommand('BIND_GB_SURFACE', { sid: 1, mobid: -1 });
    expect([...decodeCommands(bytes)]).toMatchObject([{ fields: { mobid: 0xffff_ffff } }]);
  });

  it('a writer over given memory refuses what does not fit, and stays as it was', () => {
    const memory = new Uint8Array(20);
    const writer = new CommandWriter(memory.subarray(0, 12));
    writer.write('FENCE', { fence: 1 });
    expect(() => writer.write('FENCE', { fence: 2 })).toThrow(expect.objectContaining({ code: 'ENOSPC' }));
    expect(writer.length).toBe(8);
    expect(memory.subarray(8).every((byte) => byte === 0)).toBe(true);
    writer.truncate();
    expect(writer.write('FENCE', { fence: 3 })).toBe(0);
    expect(memory[4]).toBe(3);
    expect(() => writer.truncate(9)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
  });

  it('a growing writer keeps what it has', () => {
    const writer = new CommandWriter();
    for (let fence = 0; fence < 2000; fence++) {
      writer.write('FENCE', { fence });
    }
    const fences = [...decodeCommands(writer.bytes)].map(
      (command) => (command as { fields: { fence: number } }).fields.fence,
    );
    expect(fences).toEqual(Array.from({ length: 2000 }, (_, i) => i));
  });
});

describe('a damaged stream', () => {
  const fence = encodeCommand('FENCE', { fence: 1 });

  it.each([
    ['a cut id', [30, 0], 'stream ends inside a command id'],
    ['a cut fence', [30, 0, 0, 0, 1], 'stream ends inside a command'],
    ['a cut header', [0x4d, 4, 0, 0, 9], 'stream ends inside a command header'],
    ['a cut body', [0x4d, 4, 0, 0, 36, 0, 0, 0, 1], 'stream ends inside a command'],
    ['a wrong size', [0x4d, 4, 0, 0, 1, 0, 0, 0, 1], 'size is not that of the command'],
    ['an id without a length', [99, 0, 0, 0], 'not a command'],
  ])('%s: reports place and reason, after the commands before it', (_, tail, why) => {
    const { commands, error } = decodeAll(Uint8Array.from([...fence, ...tail]));
    expect(commands).toMatchObject([{ name: 'FENCE' }]);
    expect(error).toMatchObject({ code: 'EBADMSG', values: { offset: 8 } });
    expect(error?.message).toContain(why);
  });

  it('boxes must be whole', () => {
    const copy = encodeCommand('SURFACE_COPY', {
      srcSid: 1,
      srcFace: 0,
      srcMipmap: 0,
      destSid: 2,
      destFace: 0,
      destMipmap: 0,
      boxes: [],
    });
    const bytes = new Uint8Array(copy.length + 4);
    bytes.set(copy);
    bytes[4] += 4;
    expect(decodeAll(bytes).error).toMatchObject({ code: 'EBADMSG', values: { offset: 0 } });
  });

  it('a 3D command outside the table is skipped', () => {
    const bytes = Uint8Array.from([...new Uint8Array(Uint32Array.of(1299, 4, 5).buffer), ...fence]);
    expect(decodeAll(bytes)).toMatchObject({
      commands: [
        { id: 1299, name: undefined },
        { offset: 12, name: 'FENCE' },
      ],
    });
  });

  it('any bytes at all either decode or end in EBADMSG', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const { error } = decodeAll(bytes);
        expect(error?.code ?? 'EBADMSG').toBe('EBADMSG');
      }),
    );
  });
});

describe('printing', () => {
  it('a command is one line', () => {
    const writer = new CommandWriter();
    writer.write('FENCE', { fence: 9 });
    const image = { srcSid: 1, srcFace: 0, srcMipmap: 0, destSid: 2, destFace: 0, destMipmap: 0 };
    writer.write('SURFACE_COPY', {
      ...image,
      boxes: [{ x: 0, y: 0, z: 0, w: 4, h: 3, d: 1, srcx: 7, srcy: 8, srcz: 0 }],
    });
    expect([...decodeCommands(writer.bytes)].map(formatCommand)).toEqual([
      '0: FENCE fence=9',
      '8: SURFACE_COPY srcSid=1 srcFace=0 srcMipmap=0 destSid=2 destFace=0 destMipmap=0 ' +
        'boxes[0]={x=0 y=0 z=0 w=4 h=3 d=1 srcx=7 srcy=8 srcz=0}',
    ]);
    const [unknown] = decodeCommands(new Uint8Array(Uint32Array.of(1299, 0).buffer));
    expect(formatCommand(unknown)).toBe('0: command 1299, 0 bytes');
  });
});
