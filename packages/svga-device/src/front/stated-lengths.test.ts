import { describe, expect, it } from 'vitest';
import { DxGuest } from '../../test/dx-guest.js';
import { randomCommand, seededDraw } from '@cg/svga-protocol/random-commands';
import {
  commandNames,
  decodeCommands,
  encodeCommand,
  SVGA_CB_STATUS,
  definitionOf,
  viewOf,
  SvgaProtocolError,
} from '@cg/svga-protocol';
import type { CommandFields, CommandName } from '@cg/svga-protocol';

/** A field with the length of the command, or with a count of its elements: its place, and wrong values. */
interface Stated {
  readonly what: string;
  readonly at: number;
  readonly wrong: readonly number[];
}

const HUGE = 0xffff_ffff;

/** Every length that a command states about itself, of the command in `bytes`. */
function statedLengths(name: CommandName, bytes: Uint8Array): Stated[] {
  const { headerBytes, body, tail } = definitionOf(name);
  const view = viewOf(bytes);
  const fieldAt = (field: string, index = 0): number => headerBytes + body.offsetOf(field) + 4 * index;
  const near = (at: number): number[] => {
    const value = view.getUint32(at, true);
    return value === 0 ? [1, HUGE] : [value - 1, value + 1, HUGE];
  };
  const stated: Stated[] = [];
  if (headerBytes === 8) {
    stated.push({ what: 'size', at: 4, wrong: near(4) });
  }
  for (const { countedBy, length } of body.countedArrays) {
    stated.push({ what: countedBy!, at: fieldAt(countedBy!), wrong: [length + 1, HUGE] });
  }
  let at = headerBytes + body.bytes;
  for (const [, { count, elementBytes, sizeField, struct }] of Object.entries(tail)) {
    if (sizeField !== undefined && at < bytes.length) {
      const wrong = [0, elementBytes - 4, elementBytes + 4, HUGE];
      stated.push({ what: sizeField, at: bytes.length - elementBytes + struct!.offsetOf(sizeField), wrong });
    }
    if (typeof count === 'object' && 'field' in count) {
      stated.push({ what: count.field, at: fieldAt(count.field), wrong: near(fieldAt(count.field)) });
    } else if (name.startsWith('SURFACE_DEFINE')) {
      for (let face = 0; face < 6; face++) {
        const place = fieldAt('numMipLevels', face);
        stated.push({ what: `numMipLevels[${face}]`, at: place, wrong: near(place) });
      }
    }
    at += elementBytes;
  }
  return stated;
}

/** A valid command of each name, with data after its body where that is possible. */
function longCommand(name: CommandName): Uint8Array {
  const draw = seededDraw(1);
  let longest = new Uint8Array();
  for (let i = 0; i < 40; i++) {
    const { fields } = randomCommand(draw, [name]);
    const bytes = encodeCommand(name, fields as CommandFields<CommandName>);
    longest = bytes.length > longest.length ? bytes.slice() : longest;
  }
  return longest;
}

/** The error at the end of decoding a stream. */
function damage(stream: Uint8Array): unknown {
  try {
    Array.from(decodeCommands(stream));
    return undefined;
  } catch (error) {
    return error;
  }
}

const names = commandNames.filter((name) => !name.startsWith('DC_'));
const guest = new DxGuest({ dx: true, sm41: true, sm5: true }).withTables();

describe.each(names)('%s', (name) => {
  it('is refused by decoder and device alike where it is not as long as it says', () => {
    const bytes = longCommand(name);
    expect(damage(bytes)).toBeUndefined();
    for (const { what, at, wrong } of statedLengths(name, bytes)) {
      for (const value of wrong) {
        const bad = bytes.slice();
        viewOf(bad).setUint32(at, value, true);
        const error = damage(bad);
        expect(error, `${what} ${value}`).toBeInstanceOf(SvgaProtocolError);
        const { code, values } = error as SvgaProtocolError;
        expect(code).toBe('EBADMSG');
        if (values.offset === 0) {
          expect(guest.submit(bad), `${what} ${value}`).toMatchObject({
            status: SVGA_CB_STATUS.COMMAND_ERROR,
            errorOffset: 0,
          });
        }
      }
    }
  });
});

describe('SURFACE_DMA', () => {
  // By hand: the loop above finds suffixSize only through the command table.
  it.each([0, 8, 11, 13, 16, 24])('has a suffix of 12 bytes: not of %i', (suffixSize) => {
    const image = { guestGmrId: 1, guestOffset: 0, guestPitch: 0, hostSid: 1, hostFace: 0, hostMipmap: 0 };
    const box = { x: 0, y: 0, z: 0, w: 1, h: 1, d: 1, srcx: 0, srcy: 0, srcz: 0 };
    const suffix = [{ suffixSize: 12, maximumOffset: 4, flags: 0 }];
    const bytes = encodeCommand('SURFACE_DMA', { ...image, transfer: 1, boxes: [box], suffix }).slice();
    expect(damage(bytes)).toBeUndefined();
    viewOf(bytes).setUint32(bytes.length - 12, suffixSize, true);
    expect(damage(bytes)).toMatchObject({ code: 'EBADMSG' });
    expect(guest.submit(bytes)).toMatchObject({ status: SVGA_CB_STATUS.COMMAND_ERROR, errorOffset: 0 });
  });
});

describe('SURFACE_DEFINE', () => {
  it('is not written with other mips than its faces say', () => {
    const surface = { sid: 1, surfaceFlags: 0, format: 2, numMipLevels: [2, 0, 0, 0, 0, 1] };
    const mip = { width: 1, height: 1, depth: 1 };
    expect(() => encodeCommand('SURFACE_DEFINE', { ...surface, mipSizes: [mip, mip] })).toThrow(
      expect.objectContaining({ code: 'EINVAL' }) as Error,
    );
    expect(() => encodeCommand('SURFACE_DEFINE', { ...surface, mipSizes: [mip, mip, mip] })).not.toThrow();
  });
});
