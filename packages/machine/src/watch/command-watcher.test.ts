import { formatByName, SurfaceLayout } from '@cg/surface-layout';
import {
  CommandReader,
  encodeCommand,
  SVGA3D_INVALID_ID,
  type CommandFields,
  type CommandName,
} from '@cg/svga-protocol';
import { describe, expect, it } from 'vitest';
import { CommandWatcher, type CommandListener } from './command-watcher.js';

const plain = { format: 2, width: 32, height: 16, depth: 1, mipLevels: 2, layers: 1, samples: 1 };
const buffer = formatByName('BUFFER')!.id;

interface Seen {
  readonly sid: number;
  readonly layout: SurfaceLayout;
}

/** Two textures and a buffer; other ids are unknown. */
const surfaces = new Map<number, Seen>([
  [1, { sid: 1, layout: new SurfaceLayout(plain) }],
  [2, { sid: 2, layout: new SurfaceLayout(plain) }],
  [
    3,
    { sid: 3, layout: new SurfaceLayout({ ...plain, format: buffer, width: 512, height: 1, mipLevels: 1 }) },
  ],
]);

/** The calls of a listener for a command of the device. */
function told<N extends CommandName>(name: N, fields: CommandFields<N>): string[] {
  const lines: string[] = [];
  const onBox = (what: string): NonNullable<CommandListener<Seen>['reads']> => {
    return ({ sid }, subresource, { x, y, width, height }) =>
      lines.push(`${what} ${sid}/${subresource} ${x},${y} ${width}x${height}`);
  };
  const watcher = new CommandWatcher<Seen>({
    surfaceOf: (sid) => surfaces.get(sid),
    uploads: onBox('uploads'),
    reads: onBox('reads'),
    written: onBox('written'),
    readBack: ({ sid }) => lines.push(`read back ${sid}`),
    fenced: (seqno) => lines.push(`fenced ${seqno}`),
    bound: ({ sid }, mobid) => lines.push(`bound ${sid} to ${mobid === SVGA3D_INVALID_ID ? 'none' : mobid}`),
    starts: (_, from, to) => lines.push(['starts', from?.sid ?? '-', to?.sid ?? '-'].join(' ')),
  });
  const reader = new CommandReader().aim(encodeCommand(name, fields));
  reader.next();
  watcher.hear({ kind: 'command-starts', reader, dxContextId: undefined });
  lines.push('runs');
  watcher.hear({ kind: 'command-done', reader, dxContextId: undefined });
  return lines;
}

const box = { x: 1, y: 2, z: 0, w: 4, h: 3, d: 1 };
const copyBox = { ...box, srcx: 5, srcy: 6, srcz: 0 };
const images = { srcSid: 1, srcFace: 0, srcMipmap: 0, destSid: 2, destFace: 0, destMipmap: 1 };
const staging = { unsynchronized: 0, mustBeZero: [0, 0] };

describe('CommandWatcher', () => {
  it('reports updates before they run: a box, a run, or all of a surface', () => {
    expect(told('UPDATE_GB_IMAGE', { sid: 1, face: 0, mipmap: 1, ...box })).toEqual([
      'uploads 1/1 1,2 4x3',
      'runs',
    ]);
    expect(told('DX_UPDATE_SUBRESOURCE', { sid: 1, subResource: 1, ...box })).toEqual([
      'uploads 1/1 1,2 4x3',
      'runs',
    ]);
    expect(told('DX_BUFFER_UPDATE', { sid: 3, x: 7, width: 8 })).toEqual(['uploads 3/0 7,0 8x1', 'runs']);
    expect(told('UPDATE_GB_SURFACE', { sid: 1 })).toEqual([
      'uploads 1/0 0,0 32x16',
      'uploads 1/1 0,0 16x8',
      'runs',
    ]);
  });

  it('reports the reads of a copy before it runs, and its writes after', () => {
    const copy = ['starts 1 2', 'reads 1/0 5,6 4x3', 'runs', 'written 2/1 1,2 4x3'];
    expect(told('SURFACE_COPY', { ...images, boxes: [copyBox] })).toEqual(copy);
    const region = { srcSid: 1, srcSubResource: 0, dstSid: 2, dstSubResource: 1, ...copyBox };
    expect(told('DX_PRED_COPY_REGION', region)).toEqual(copy);
    expect(told('WHOLE_SURFACE_COPY', { srcSid: 3, destSid: 3 })).toEqual([
      'starts 3 3',
      'reads 3/0 0,0 512x1',
      'runs',
      'written 3/0 0,0 512x1',
    ]);
    expect(told('INTRA_SURFACE_COPY', { sid: 1, face: 0, mipmap: 0, ...copyBox })).toEqual([
      'starts 1 1',
      'reads 1/0 5,6 4x3',
      'runs',
      'written 1/0 1,2 4x3',
    ]);
  });

  it('reports a surface that was read back whole, also by a staging copy', () => {
    expect(told('READBACK_GB_SURFACE', { sid: 1 })).toEqual(['starts 1 -', 'runs', 'read back 1']);
    const fields = { srcSid: 3, dstSid: 3, ...staging };
    expect(told('DX_STAGING_COPY', { ...fields, readback: 1 }).at(-1)).toBe('read back 3');
    expect(told('DX_STAGING_COPY', { ...fields, readback: 0 }).at(-1)).toBe('written 3/0 0,0 512x1');
  });

  it('reports bindings to a MOB, and fences', () => {
    expect(told('BIND_GB_SURFACE', { sid: 1, mobid: 0 })).toEqual(['runs', 'bound 1 to 0']);
    expect(told('BIND_GB_SURFACE', { sid: 1, mobid: SVGA3D_INVALID_ID })).toEqual([
      'runs',
      'bound 1 to none',
    ]);
    expect(told('FENCE', { fence: 5 })).toEqual(['starts - -', 'runs', 'fenced 5']);
  });

  it('omits unknown surfaces, and boxes outside a surface', () => {
    expect(told('SURFACE_COPY', { ...images, destSid: 9, boxes: [copyBox] })).toEqual(['runs']);
    expect(told('UPDATE_GB_IMAGE', { sid: 9, face: 0, mipmap: 0, ...box })).toEqual(['runs']);
    expect(told('UPDATE_GB_IMAGE', { sid: 1, face: 0, mipmap: 0, ...box, x: 30 })).toEqual(['runs']);
    expect(told('DX_DRAW', { vertexCount: 3, startVertexLocation: 0 })).toEqual(['runs']);
  });
});
