import { describe, expect, it } from 'vitest';
import { commandOffsets, decodeCommands, encodeCommand, formatCommand } from '../index.js';
import { dxShaderEntry, elementLayoutEntry, streamOutputEntry, surfaceEntry } from '../index.js';
import type { DecodedCommand } from '../index.js';

/** Dwords, bytes in hex (`h`), and floats (`f`) in a row: what the headers' structures look like in memory. */
function memory(...parts: (number | string)[]): number[] {
  return parts.flatMap((part) => {
    if (typeof part === 'number') {
      return [...new Uint8Array(Uint32Array.of(part).buffer)];
    }
    return part.startsWith('f')
      ? [...new Uint8Array(Float32Array.of(Number(part.slice(1))).buffer)]
      : [...Buffer.from(part.slice(1), 'hex')];
  });
}

function only(bytes: Uint8Array): DecodedCommand {
  const [command, ...others] = decodeCommands(bytes);
  expect(others).toEqual([]);
  return command;
}

const box = { x: 1, y: 2, z: 3, w: 4, h: 5, d: 6 };
const copyBox = { ...box, srcx: 7, srcy: 8, srcz: 9 };

describe('bytes of commands, written by hand from the headers', () => {
  it('SURFACE_DMA: boxes, and behind them the suffix where there is one', () => {
    const fields = {
      guestGmrId: 1,
      guestOffset: 2,
      guestPitch: 3,
      hostSid: 4,
      hostFace: 5,
      hostMipmap: 6,
      transfer: 1,
      boxes: [copyBox],
    };
    const suffix = { suffixSize: 12, maximumOffset: 4096, flags: 2 };
    const body = [1, 2, 3, 4, 5, 6, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9];
    const long = encodeCommand('SURFACE_DMA', { ...fields, suffix: [suffix] });
    expect([...long]).toEqual(memory(1044, 76, ...body, 12, 4096, 2));
    expect(only(long)).toMatchObject({ fields: { ...fields, suffix: [suffix] } });
    const short = encodeCommand('SURFACE_DMA', { ...fields, suffix: [] });
    expect([...short]).toEqual(memory(1044, 64, ...body));
    expect(only(short)).toMatchObject({ fields: { ...fields, suffix: [] } });
  });

  it('DRAW_PRIMITIVES: as many declarations and ranges as it says, and divisors or none', () => {
    const decl = {
      type: 1,
      method: 2,
      usage: 3,
      usageIndex: 4,
      surfaceId: 5,
      offset: 6,
      stride: 7,
      first: 8,
      last: 9,
    };
    const range = {
      primType: 1,
      primitiveCount: 2,
      surfaceId: 3,
      offset: 4,
      stride: 5,
      indexWidth: 6,
      indexBias: -1,
    };
    const counts = { cid: 1, numVertexDecls: 1, numRanges: 1 };
    const both = encodeCommand('DRAW_PRIMITIVES', {
      ...counts,
      vertexDecls: [decl],
      ranges: [range],
      divisors: [0x4000_0001],
    });
    const body = [1, 1, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5, 6, 0xffff_ffff];
    expect([...both]).toEqual(memory(1063, 80, ...body, 0x4000_0001));
    const parts = { ...counts, vertexDecls: [decl], ranges: [range], divisors: [] };
    expect([...encodeCommand('DRAW_PRIMITIVES', parts)]).toEqual(memory(1063, 76, ...body));
    expect(() => encodeCommand('DRAW_PRIMITIVES', { ...parts, numRanges: 2 })).toThrow(
      expect.objectContaining({ code: 'EINVAL', values: { length: 1, expected: 2 } }),
    );
  });

  it('DRAW_INDEXED is packed: its dwords lie where its bytes end', () => {
    const bytes = encodeCommand('DRAW_INDEXED', {
      cid: 1,
      primitiveType: 2,
      indexBufferSid: 3,
      indexBufferOffset: 4,
      indexBufferStride: 2,
      baseVertexLocation: -5,
      primitiveCount: 6,
    });
    expect([...bytes]).toEqual(memory(1142, 28, 1, 'h02', 3, 4, 'h02', 0xffff_fffb, 6, 0, 'h0000'));
    expect(commandOffsets('DRAW_INDEXED')).toMatchObject({ indexBufferSid: 5, baseVertexLocation: 14 });
  });

  it('DEFINE_GB_SURFACE_V4 has 64 bits of flags behind the id', () => {
    const size = { width: 64, height: 32, depth: 1 };
    const bytes = encodeCommand('DEFINE_GB_SURFACE_V4', {
      sid: 7,
      surfaceFlags: 2 ** 33 + 1,
      format: 2,
      numMipLevels: 3,
      multisampleCount: 4,
      multisamplePattern: 1,
      qualityLevel: 2,
      autogenFilter: 0,
      ...size,
      arraySize: 6,
      bufferByteStride: 16,
    });
    expect([...bytes]).toEqual(memory(1267, 56, 7, 1, 2, 2, 3, 4, 1, 2, 0, 64, 32, 1, 6, 16));
  });

  it('DX_DEFINE_BLEND_STATE: eight render targets of 12 bytes; what is not given is zero', () => {
    const target = {
      blendEnable: 1,
      srcBlend: 2,
      destBlend: 3,
      blendOp: 4,
      srcBlendAlpha: 5,
      destBlendAlpha: 6,
      blendOpAlpha: 7,
      renderTargetWriteMask: 15,
      logicOpEnable: 0,
      logicOp: 9,
    };
    const bytes = encodeCommand('DX_DEFINE_BLEND_STATE', {
      blendId: 3,
      alphaToCoverageEnable: 1,
      independentBlendEnable: 0,
      perRT: [target],
    });
    expect([...bytes]).toEqual(
      memory(1193, 104, 3, 'h01000000', 'h010203040506070f00090000', ...Array<number>(21).fill(0)),
    );
  });

  it('DX_SET_VIEWPORTS and DX_CLEAR_DEPTHSTENCIL_VIEW hold floats', () => {
    const viewport = { x: 0.5, y: -1, width: 64, height: 32, minDepth: 0, maxDepth: 1 };
    expect([...encodeCommand('DX_SET_VIEWPORTS', { viewports: [viewport] })]).toEqual(
      memory(1174, 28, 0, 'f0.5', 'f-1', 'f64', 'f32', 'f0', 'f1'),
    );
    const clear = encodeCommand('DX_CLEAR_DEPTHSTENCIL_VIEW', {
      flags: 3,
      stencil: 255,
      depthStencilViewId: 9,
      depth: 0.25,
    });
    expect([...clear]).toEqual(memory(1177, 12, 'h0300ff00', 9, 'f0.25'));
  });

  it('LOGICOPS_STRETCHBLT: two images, two words, three boxes', () => {
    const images = { srcSid: 1, srcFace: 0, srcMipmap: 0, dstSid: 2, dstFace: 0, dstMipmap: 0 };
    const source = { srcBoxX: 1, srcBoxY: 2, srcBoxZ: 3, srcBoxW: 4, srcBoxH: 5, srcBoxD: 6 };
    const dest = { dstBoxX: -1, dstBoxY: 2, dstBoxZ: 3, dstBoxW: 4, dstBoxH: 5, dstBoxD: 6 };
    const clip = { clipBoxX: 7, clipBoxY: 8, clipBoxZ: 9, clipBoxW: 10, clipBoxH: 11, clipBoxD: 12 };
    const bytes = encodeCommand('LOGICOPS_STRETCHBLT', {
      ...images,
      mode: 1,
      flags: 2,
      ...source,
      ...dest,
      ...clip,
    });
    const boxes = [1, 2, 3, 4, 5, 6, 0xffff_ffff, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
    expect([...bytes]).toEqual(memory(1261, 100, 1, 0, 0, 2, 0, 0, 'h01000200', ...boxes));
  });
});

describe('bytes of FIFO commands, whose length follows from their fields', () => {
  const cursor = { id: 0, hotspotX: 1, hotspotY: 2, width: 33, height: 2 };

  it('DEFINE_CURSOR: rows of its masks are whole dwords', () => {
    const andMask = new Uint8Array(16).fill(1);
    const xorMask = new Uint8Array(2 * 4 * 33).fill(2);
    const fields = { ...cursor, andMaskDepth: 1, xorMaskDepth: 32, andMask, xorMask };
    const bytes = encodeCommand('DEFINE_CURSOR', fields);
    expect(bytes.length).toBe(4 + 28 + 16 + 264);
    expect(only(bytes)).toMatchObject({ bytes: bytes.length, fields });
  });

  it('DEFINE_ALPHA_CURSOR has four bytes a pixel, ESCAPE whole dwords of data', () => {
    const pixels = new Uint8Array(4 * 66).fill(3);
    expect(only(encodeCommand('DEFINE_ALPHA_CURSOR', { ...cursor, pixels }))).toMatchObject({ bytes: 288 });
    const data = Uint8Array.of(1, 2, 3, 4, 5, 0, 0, 0);
    expect([...encodeCommand('ESCAPE', { nsid: 1, size: 5, data })]).toEqual(
      memory(33, 1, 5, 'h0102030405000000'),
    );
  });

  it('DEFINE_SCREEN with and without a backing store, by structSize', () => {
    const screen = { id: 1, flags: 1, width: 640, height: 480, x: -640, y: 0 };
    const store = { gmrId: 5, offset: 6, pitch: 7, cloneCount: 8 };
    const short = [1, 1, 640, 480, 0xffff_fd80, 0];
    expect([...encodeCommand('DEFINE_SCREEN', { ...screen, structSize: 28, backingStore: [] })]).toEqual(
      memory(34, 28, ...short),
    );
    const long = encodeCommand('DEFINE_SCREEN', { ...screen, structSize: 44, backingStore: [store] });
    expect([...long]).toEqual(memory(34, 44, ...short, 5, 6, 7, 8));
    long[4] = 40;
    expect(() => only(long)).toThrow(expect.objectContaining({ code: 'EBADMSG' }));
  });

  it.each([
    ['a GMR holds the list', 1, 3, 2],
    ['page numbers of 32 bits', 0, 3, 3],
    ['page numbers of 64 bits', 2, 3, 6],
    ['one page number of 64 bits', 6, 3, 2],
  ])('REMAP_GMR2: %s', (_, flags, numPages, count) => {
    const descriptors = Array.from({ length: count }, (__, i) => i + 1);
    const fields = { gmrId: 1, flags, offsetPages: 0, numPages, descriptors };
    const bytes = encodeCommand('REMAP_GMR2', fields);
    expect([...bytes]).toEqual(memory(42, 1, flags, 0, numPages, ...descriptors));
    expect(only(bytes)).toMatchObject({ fields });
  });
});

describe('table entries', () => {
  it('lie where the headers have their fields', () => {
    expect(surfaceEntry.offsets).toMatchObject({
      mobid: 32,
      surface2Flags: 44,
      bufferByteStride: 50,
      minLOD: 52,
    });
    expect(elementLayoutEntry.offsets).toMatchObject({ elid: 0, numDescs: 4, descs: 8 });
    expect(streamOutputEntry.offsets).toMatchObject({ rasterizedStream: 1044, mobid: 1052, usesMob: 1060 });
    expect(dxShaderEntry.offsets).toEqual({ type: 0, sizeInBytes: 4, offsetInBytes: 8, mobid: 12 });
  });
});

describe('names of values', () => {
  it.each([
    [
      'flags, those without a name in hex',
      'DEFINE_GB_SURFACE',
      { surfaceFlags: 0x41 },
      'CUBEMAP|HINT_RENDERTARGET',
    ],
    ['formats', 'DEFINE_GB_SURFACE', { format: 37 }, 'format=BUFFER'],
    ['values that have none', 'DEFINE_GB_SURFACE', { format: 9999 }, 'format=9999'],
  ] as const)('%s', (_, name, fields, text) => {
    const surface = {
      sid: 1,
      surfaceFlags: 0,
      format: 2,
      numMipLevels: 1,
      multisampleCount: 0,
      autogenFilter: 0,
      width: 1,
      height: 1,
      depth: 1,
    };
    expect(formatCommand(only(encodeCommand(name, { ...surface, ...fields })))).toContain(text);
  });

  it('flags beyond those with names are hex', () => {
    const bytes = encodeCommand('REMAP_GMR2', {
      gmrId: 1,
      flags: 17,
      offsetPages: 0,
      numPages: 0,
      descriptors: [0, 0],
    });
    expect(formatCommand(only(bytes))).toContain('flags=VIA_GMR|0x10 ');
  });
});
