import { SVGA3D_INVALID_ID } from '@cg/svga-protocol';
import type { Draw } from '@cg/svga-protocol/random-commands';
import type { AnyCommand } from './render-guest.js';
import type { SceneSurface, SceneSurfaces } from './scene-surfaces.js';

const MOST_BUFFERS = 3;
const MOST_ELEMENTS = 6;
const MOST_VERTICES = 80;
const NO_REGISTER = 0xffff_ffff;
/** Registers that every stage before the rasterizer gives out. */
const REGISTERS = [0, 1, 2, 3];
const MASKS = [1, 3, 7, 15, 15, 2, 6, 12, 8, 5];
/** A COTable of a page has room for so many. */
const OBJECTS = 2;

/** The commands that set a stream output, and the buffers that it writes. */
export interface SceneStream {
  readonly commands: readonly AnyCommand[];
  readonly written: readonly SceneSurface[];
}

/** No stream output. */
export const noStream: SceneStream = {
  commands: [
    ['DX_SET_STREAMOUTPUT', { soid: SVGA3D_INVALID_ID }],
    ['DX_SET_SOTARGETS', { targets: [] }],
  ],
  written: [],
};

/** A stream output of some registers, with gaps, to buffers that have room or not. */
export function randomStream(surfaces: SceneSurfaces, draw: Draw, id: number): SceneStream {
  const of = <T>(values: readonly T[]): T => values[draw(values.length)];
  const soid = id % OBJECTS;
  const buffers = 1 + draw(MOST_BUFFERS);
  const decl = Array.from({ length: 1 + draw(MOST_ELEMENTS) }, () => ({
    outputSlot: draw(buffers),
    registerIndex: draw(6) === 0 ? NO_REGISTER : of(REGISTERS),
    registerMask: of(MASKS),
    stream: 0,
  }));
  const strides = Array.from({ length: buffers }, (_, slot) => {
    const words = decl.map(({ outputSlot, registerMask }) =>
      outputSlot === slot ? wordsIn(registerMask) : 0,
    );
    return 4 * (words.reduce((sum, each) => sum + each, 0) + draw(3));
  });
  const written: SceneSurface[] = [];
  const targets = strides.map((stride) => {
    const bytes = 64 + stride * draw(MOST_VERTICES);
    if (draw(8) === 0) {
      return { sid: SVGA3D_INVALID_ID, offset: 0, sizeInBytes: 0 };
    }
    const surface = surfaces.buffer(Uint8Array.from({ length: bytes }, () => draw(256)));
    written.push(surface);
    return {
      sid: surface.sid,
      offset: 4 * draw(4),
      sizeInBytes: draw(4) === 0 ? 4 * draw(bytes / 4) : bytes,
    };
  });
  return {
    commands: [
      [
        'DX_DEFINE_STREAMOUTPUT',
        {
          soid,
          numOutputStreamEntries: decl.length,
          decl,
          streamOutputStrideInBytes: [...strides, 0, 0, 0].slice(0, 4),
          rasterizedStream: 0,
        },
      ],
      ['DX_SET_STREAMOUTPUT', { soid }],
      ['DX_SET_SOTARGETS', { targets }],
    ],
    written,
  };
}

function wordsIn(mask: number): number {
  return [0, 1, 2, 3].filter((bit) => (mask >> bit) & 1).length;
}
