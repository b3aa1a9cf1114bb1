import { seeds, seedsTimeout } from '@cg/vitest-config/seeds';
import { describe, expect, it } from 'vitest';
import { randomCommand, seededDraw } from '../random-commands.js';
import type { Draw } from '../random-commands.js';
import {
  CommandReader,
  CommandWriter,
  decodeCommands,
  encodeCommand,
  formatCommand,
  SvgaProtocolError,
} from '../index.js';

/** Streams that each kind of damage is tried on. */
const STREAMS = 3000;

/** Decodes as far as it goes, and prints; anything thrown but EBADMSG is a failure. */
function decode(bytes: Uint8Array, deviceContext: boolean): { commands: number; text: number } {
  let commands = 0;
  let covered = 0;
  let text = 0;
  try {
    for (const command of decodeCommands(bytes, deviceContext)) {
      expect(command.offset).toBe(covered);
      expect(command.bytes).toBeGreaterThanOrEqual(4);
      covered += command.bytes;
      commands++;
      text += formatCommand(command).length;
    }
    expect(covered).toBe(bytes.length);
  } catch (error) {
    if (!(error instanceof SvgaProtocolError)) {
      throw error;
    }
    expect({ code: error.code, offset: error.values.offset }).toEqual({ code: 'EBADMSG', offset: covered });
  }
  return { commands, text };
}

function validStream(draw: Draw): Uint8Array {
  const writer = new CommandWriter();
  for (let i = draw(6); i >= 0; i--) {
    const { name, fields } = randomCommand(draw);
    if (!name.startsWith('DC_')) {
      writer.write(name, fields);
    }
  }
  return writer.bytes.slice();
}

/** Changes a few bytes or dwords, or cuts the stream. */
function damage(draw: Draw, bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer);
  for (let i = draw(3); i >= 0 && bytes.length >= 4; i--) {
    const dword = 4 * draw(Math.floor(bytes.length / 4));
    switch (draw(4)) {
      case 0:
        view.setUint32(dword, [0, 1, 0x7fff_ffff, 0xffff_ffff, 1000 + draw(400)][draw(5)], true);
        break;
      case 1:
        view.setUint32(dword, view.getUint32(dword, true) + draw(9) - 4, true);
        break;
      case 2:
        bytes[draw(bytes.length)] = draw(256);
        break;
      case 3:
        return bytes.subarray(0, draw(bytes.length + 1));
    }
  }
  return bytes;
}

describe('any bytes decode, or end in EBADMSG at the damage', () => {
  it(
    'valid commands with damage',
    () => {
      let streams = 0;
      let commands = 0;
      for (const seed of seeds(STREAMS)) {
        const draw = seededDraw(seed);
        streams++;
        commands += decode(damage(draw, validStream(draw)), draw(8) === 0).commands;
      }
      expect(commands).toBeGreaterThan(streams);
    },
    seedsTimeout,
  );

  it(
    'noise, and noise behind a plausible header',
    () => {
      let streams = 0;
      let printed = 0;
      for (const seed of seeds(STREAMS)) {
        const draw = seededDraw(seed);
        streams++;
        const noise = Uint8Array.from({ length: 4 + draw(120) }, () => draw(256));
        const id = draw(3) === 0 ? draw(47) : 1000 + draw(400);
        new DataView(noise.buffer).setUint32(0, id, true);
        if (noise.length >= 8 && draw(4) !== 0) {
          new DataView(noise.buffer).setUint32(4, noise.length - 8, true);
        }
        printed += decode(noise, draw(8) === 0).text;
      }
      expect(printed).toBeGreaterThan(streams);
    },
    seedsTimeout,
  );

  it('lengths that fields come to do not allocate: they end the stream', () => {
    const huge = 0xffff_ffff;
    for (const dwords of [
      [19, 0, 0, 0, huge, huge, huge, huge],
      [22, 0, 0, 0, huge, huge],
      [33, 0, huge],
      [42, 0, 0, 0, huge],
      [1063, 12, 0, huge, huge],
      [1138, 8, 0, huge],
    ]) {
      expect(decode(new Uint8Array(Uint32Array.from(dwords).buffer), false).commands).toBe(0);
    }
  });
});

describe('decode is the inverse of encode', () => {
  it(
    'for random commands of every name',
    () => {
      for (const seed of seeds(STREAMS)) {
        const { name, fields } = randomCommand(seededDraw(seed));
        const bytes = encodeCommand(name, fields);
        const [command, ...others] = decodeCommands(bytes, name.startsWith('DC_'));
        expect(others).toEqual([]);
        expect(command).toEqual({ offset: 0, id: command.id, name, bytes: bytes.length, fields });
      }
    },
    seedsTimeout,
  );

  it(
    'and a stream in pieces gives the same commands: next says how many bytes it wants',
    () => {
      for (const seed of seeds(STREAMS / 10)) {
        const draw = seededDraw(seed);
        const bytes = validStream(draw);
        const whole = [...decodeCommands(bytes)].map(({ offset }) => offset);
        const found: number[] = [];
        const reader = new CommandReader();
        let end = 0;
        for (let start = 0; start < bytes.length;) {
          reader.aim(bytes, start, end, false);
          while (reader.next()) {
            found.push(reader.offset);
          }
          expect(reader.wanted === 0).toBe(reader.offset === end);
          start = reader.offset;
          end = Math.min(bytes.length, end + 1 + draw(40));
          if (start === bytes.length) {
            break;
          }
        }
        expect(found).toEqual(whole);
      }
    },
    seedsTimeout,
  );
});
