import { boxRows, formatByName, SurfaceLayout } from '@cg/surface-layout';
import {
  commandNames,
  commandTable,
  CommandWriter,
  encodeCommand,
  forEachTouched,
  type CommandFields,
  type CommandName,
} from '@cg/svga-protocol';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { bench } from '../driver.fixture.js';
import { ruleOf, userCommandNames } from './rules/command-rules.js';
import { driverCommandNames } from './rules/driver-commands.js';

const PAGE = 4096;
const SIDE = 64;
const BYTES = SIDE * SIDE * 4;
const texture = { format: 2, width: SIDE, height: SIDE, mipLevels: 2 };
const buffer = { format: formatByName('BUFFER')!.id, width: 8192, height: 1 };

const error = (code: string, facts: object = {}) =>
  expect.objectContaining({ code, facts: expect.objectContaining(facts) as object }) as Error;

function setUp(coherent = false) {
  const base = bench({}, { dx: true, sm41: true });
  const { cpu, addressSpace } = base.process();
  const file = base.driver.open();
  const make = (wanted: typeof buffer, fill: number) => {
    const { handle, bytes } = file.createSurface({ ...wanted, coherent });
    const { start } = file.mapSurface(handle, addressSpace);
    cpu.storeBytes(
      start,
      Uint8Array.from({ length: bytes }, (_, i) => (fill + Math.floor(i / 5)) % 251),
    );
    file.submit(encodeCommand('UPDATE_GB_SURFACE', { sid: handle })).wait();
    return { handle, bytes, start };
  };
  const [a, b, from, to] = [make(texture, 1), make(texture, 2), make(buffer, 3), make(buffer, 4)];
  const guest = file.createBuffer(2 * BYTES);
  const guestStart = file.mapBuffer(guest.handle, addressSpace).start;
  cpu.storeBytes(guestStart, new Uint8Array(2 * BYTES).fill(5));
  return { ...base, cpu, addressSpace, file, a, b, from, to, guest, guestStart };
}

type SetUp = ReturnType<typeof setUp>;
type Fields = Readonly<Record<string, unknown>>;

const box = { x: 4, y: 4, z: 0, w: 8, h: 8, d: 1 };
const copyBox = { ...box, srcx: 0, srcy: 8, srcz: 0 };
const prefixed = (name: string, fields: Fields) =>
  Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [name + key.charAt(0).toUpperCase() + key.slice(1), value]),
  );
const staging = { readback: 0, unsynchronized: 0, mustBeZero: [0, 0] };

/** A valid command of each kind. */
function goodFields({ a, b, from, to, guest }: SetUp): Partial<Record<CommandName, Fields>> {
  const images = {
    srcSid: a.handle,
    srcFace: 0,
    srcMipmap: 0,
    destSid: b.handle,
    destFace: 0,
    destMipmap: 0,
  };
  const image = { sid: a.handle, face: 0, mipmap: 0 };
  const subresource = { sid: a.handle, subResource: 0 };
  const whole = { srcSid: a.handle, dstSid: b.handle };
  const regions = { ...whole, srcSubResource: 0, dstSubResource: 0 };
  const stretch = {
    ...images,
    ...prefixed('boxSrc', box),
    ...prefixed('boxDest', { ...box, w: 16 }),
    mode: 0,
  };
  const convert = { ...regions, ...prefixed('srcBox', box), ...prefixed('destBox', box) };
  const pitched = { srcOffset: 64, srcPitch: 32, srcSlicePitch: 256, destSid: b.handle, destSubResource: 0 };
  const fromBuffer = { srcSid: from.handle, ...pitched, ...prefixed('destBox', box) };
  const runs = { dest: to.handle, src: from.handle, destX: 100, srcX: 0, width: 500 };
  return {
    NOP: { data: new Uint8Array(4) },
    SURFACE_COPY: { ...images, boxes: [copyBox] },
    SURFACE_STRETCHBLT: stretch,
    INTRA_SURFACE_COPY: { ...image, ...copyBox },
    WHOLE_SURFACE_COPY: { srcSid: a.handle, destSid: b.handle },
    GENERATE_MIPMAPS: { sid: a.handle, filter: 2 },
    BIND_GB_SURFACE: { sid: a.handle, mobid: guest.handle },
    UPDATE_GB_IMAGE: { ...image, ...box },
    UPDATE_GB_SURFACE: { sid: a.handle },
    READBACK_GB_IMAGE: image,
    READBACK_GB_IMAGE_PARTIAL: { ...image, ...box, invertBox: 0 },
    READBACK_GB_SURFACE: { sid: a.handle },
    INVALIDATE_GB_IMAGE: image,
    INVALIDATE_GB_IMAGE_PARTIAL: { ...image, ...box, invertBox: 0 },
    INVALIDATE_GB_SURFACE: { sid: a.handle },
    DX_UPDATE_SUBRESOURCE: { ...subresource, ...box },
    DX_READBACK_SUBRESOURCE: subresource,
    DX_INVALIDATE_SUBRESOURCE: subresource,
    DX_BUFFER_UPDATE: { sid: from.handle, x: 100, width: 50 },
    SURFACE_DMA: {
      guestGmrId: guest.handle,
      guestOffset: 128,
      guestPitch: 0,
      ...prefixed('host', image),
      transfer: 1,
      boxes: [copyBox],
      suffix: [{ suffixSize: 12, maximumOffset: 0xffffffff, flags: 0 }],
    },
    DX_PRED_COPY_REGION: { ...regions, ...copyBox },
    DX_PRED_STAGING_COPY_REGION: { ...regions, ...copyBox, ...staging },
    DX_PRED_COPY: whole,
    DX_PRED_STAGING_COPY: { ...whole, ...staging },
    DX_STAGING_COPY: { ...whole, ...staging },
    DX_PRED_CONVERT: whole,
    DX_PRED_CONVERT_REGION: convert,
    DX_BUFFER_COPY: runs,
    DX_STAGING_BUFFER_COPY: { ...runs, ...staging },
    DX_TRANSFER_FROM_BUFFER: fromBuffer,
    DX_PRED_TRANSFER_FROM_BUFFER: fromBuffer,
    DX_TRANSFER_TO_BUFFER: {
      srcSid: a.handle,
      srcSubResource: 0,
      ...prefixed('srcBox', box),
      destSid: to.handle,
      destOffset: 64,
      destPitch: 32,
      destSlicePitch: 256,
      flags: 0,
    },
    DX_PRESENTBLT: {
      srcSid: a.handle,
      srcSubResource: 0,
      dstSid: b.handle,
      destSubResource: 0,
      ...prefixed('boxSrc', box),
      ...prefixed('boxDest', box),
      mode: 0,
    },
    DX_RESOLVE_COPY: { ...regions, copyFormat: 2 },
    DX_PRED_RESOLVE_COPY: { ...regions, copyFormat: 2 },
    DX_PRED_STAGING_CONVERT: { ...whole, ...staging },
    DX_PRED_STAGING_CONVERT_REGION: { ...convert, ...staging },
  };
}

const encode = (name: CommandName, fields: Fields) =>
  encodeCommand(name, fields as unknown as CommandFields<CommandName>);

/** The device's content of each surface, and of each one's backing. */
function contents({ device, file, memory, driver, a, b, from, to }: SetUp) {
  return [a, b, from, to].map(({ handle, bytes }) => {
    const subresources = handle === a.handle || handle === b.handle ? [0, 1] : [0];
    const image = subresources.flatMap((i) => [...(device.image(file.deviceId(handle), i) ?? [])]);
    const backing = driver.state.fakeOffsets.find(file.backingOf(handle).mapOffset / PAGE)!;
    const behind = [...backing.frames].flatMap((frame) => [
      ...memory.u8.subarray(frame * PAGE, (frame + 1) * PAGE),
    ]);
    return { handle, image: image.join(), behind: behind.slice(0, bytes).join() };
  });
}

/** How the surfaces lie in memory, by handle. */
function layoutsOf({ a, b, from, to }: SetUp): Map<number, SurfaceLayout> {
  const one = { depth: 1, layers: 1, samples: 1 };
  const image = new SurfaceLayout({ ...texture, ...one });
  const run = new SurfaceLayout({ ...buffer, ...one, mipLevels: 1 });
  return new Map([a, b, from, to].map(({ handle }) => [handle, handle < from.handle ? image : run]));
}

/** The bytes of every image and backing. */
function bytesOf({ device, file, memory, driver, a, b, from, to }: SetUp): Map<string, Uint8Array> {
  const all = new Map<string, Uint8Array>();
  for (const { handle, bytes } of [a, b, from, to]) {
    for (let i = 0; i < (handle < from.handle ? 2 : 1); i++) {
      all.set(`image ${handle}/${i}`, device.image(file.deviceId(handle), i)!.slice());
    }
    const { frames } = driver.state.fakeOffsets.find(file.backingOf(handle).mapOffset / PAGE)!;
    const behind = [...frames].flatMap((frame) => [...memory.u8.subarray(frame * PAGE, (frame + 1) * PAGE)]);
    all.set(`backing ${handle}`, Uint8Array.from(behind.slice(0, bytes)));
  }
  return all;
}

/** The bytes that a command may change according to the protocol. */
function allowedChanges(
  name: CommandName,
  fields: Fields,
  layouts: ReadonlyMap<number, SurfaceLayout>,
): Map<string, Uint8Array> {
  const allowed = new Map<string, Uint8Array>();
  const mark = (place: string, length: number, start: number, bytes: number): void => {
    const marks = allowed.get(place) ?? new Uint8Array(length);
    allowed.set(place, marks.fill(1, start, start + bytes));
  };
  const layoutOf = (sid: number) => layouts.get(sid);
  forEachTouched(
    name,
    fields as unknown as CommandFields<CommandName>,
    layoutOf,
    (sid, { action }, sub, box) => {
      const layout = layouts.get(sid)!;
      const first = layout.offsetOf(sub);
      const { offset, images, imageStride, rows, rowStride, rowBytes } = boxRows(layout, sub, box);
      for (let row = 0; row < images * rows; row++) {
        const at = offset + Math.floor(row / rows) * imageStride + (row % rows) * rowStride;
        if (action === 'write' || action === 'upload') {
          mark(`image ${sid}/${sub}`, layout.mipOf(sub).bytes, at - first, rowBytes);
        } else if (action === 'readBack') {
          mark(`backing ${sid}`, layout.bytes, at, rowBytes);
        } else if (action === 'invalidate') {
          // The image has the memory's content from the next use on.
          mark(`image ${sid}/${sub}`, layout.mipOf(sub).bytes, at - first, rowBytes);
        }
      }
    },
  );
  if (name === 'BIND_GB_SURFACE') {
    const sid = fields.sid as number;
    mark(`backing ${sid}`, layouts.get(sid)!.bytes, 0, layouts.get(sid)!.bytes);
  }
  return allowed;
}

/** Commands without a context: `dx-contexts.test.ts` and `legacy-contexts.test.ts` have the others. */
const withoutContext = userCommandNames.filter((name) => ruleOf(name)!.apply === undefined);

describe.each(withoutContext)('%s', (name) => {
  it('is known to need no more than its rule says, and to write no other surface', () => {
    const set = setUp();
    const fields = goodFields(set)[name];
    expect(fields, 'a good one in this test').toBeDefined();
    const before = contents(set);
    set.file.submit(encode(name, fields!)).wait();
    const after = contents(set);
    const rule = ruleOf(name)!;
    const writes = rule.surfaces.filter(({ effect }) => effect === 'write');
    const written = new Set(writes.map(({ field }) => fields![field]));
    after.forEach(({ handle, image, behind }, i) => {
      if (image !== before[i].image) {
        expect(rule.explicit || written.has(handle), `image of ${handle}`).toBe(true);
      }
      if (behind !== before[i].behind) {
        expect(rule.explicit || rule.bindsBacking, `backing of ${handle}`).toBe(true);
      }
    });
  });

  it('changes no byte of an image or a backing but those that its effects say', () => {
    const set = setUp();
    const fields = goodFields(set)[name]!;
    const layouts = layoutsOf(set);
    const before = bytesOf(set);
    set.file.submit(encode(name, fields)).wait();
    const after = bytesOf(set);
    const mayChange = allowedChanges(name, fields, layouts);
    for (const [place, bytes] of after) {
      const changed = bytes.findIndex(
        (byte, i) => byte !== before.get(place)![i] && !mayChange.get(place)?.[i],
      );
      expect(changed, `first byte of ${place}`).toBe(-1);
    }
  });

  it('1.1, 1.2: leaves coherent surfaces coherent', () => {
    const set = setUp(true);
    const { cpu, file, a, b, from, to, device } = set;
    [a, b, from, to].forEach(({ start }, i) => cpu.store8(start + 17, 50 + i));
    const fields = goodFields(set)[name]!;
    file.submit(encode(name, fields)).wait();
    const named = new Set(ruleOf(name)!.surfaces.map(({ field }) => fields[field]));
    for (const { handle, start } of [a, b, from, to]) {
      if (named.has(handle) && name !== 'BIND_GB_SURFACE') {
        const image = device.image(file.deviceId(handle), 0)!;
        const loaded = new Uint8Array(image.length);
        cpu.loadBytes(start, loaded);
        expect(Buffer.compare(loaded, image), `surface ${handle}`).toBe(0);
      }
    }
  });

  it('is refused whole, with place and reason, for a handle that is nobody’s', () => {
    const set = setUp();
    const fields = goodFields(set)[name]!;
    const rule = ruleOf(name)!;
    const emit = vi.spyOn(set.driver.state.queue, 'emitEncoded');
    for (const field of [...rule.surfaces.map((surface) => surface.field), ...rule.buffers]) {
      const writer = new CommandWriter();
      writer.write('SURFACE_COPY', goodFields(set).SURFACE_COPY as never);
      const offset = writer.write(name, { ...fields, [field]: 77 } as never);
      expect(() => set.file.submit(writer.bytes)).toThrow(error('ENOENT', { command: name, offset }));
    }
    expect(emit).not.toHaveBeenCalled();
  });
});

describe('every command of the device', () => {
  it('may be sent by users, under a rule, or is the driver’s: never both, never neither', () => {
    const classified = [...userCommandNames, ...driverCommandNames];
    expect(classified.toSorted()).toEqual([...commandNames].toSorted());
    expect(new Set(classified).size).toBe(classified.length);
  });

  const file = bench({}, { dx: true }).driver.open();

  it.each(driverCommandNames)('%s is refused with the reason', (name) => {
    const { id, headerBytes, body } = commandTable[name];
    const bytes = new Uint8Array(headerBytes + body.bytes);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, id, true);
    if (headerBytes === 8) {
      view.setUint32(4, body.bytes, true);
    }
    expect(() => file.submit(bytes)).toThrow(error('EINVAL'));
  });
});

describe('extents', () => {
  const far = 0xfffffff0;
  const wrong: [CommandName, Fields][] = [
    ['SURFACE_COPY', { srcMipmap: 2 }],
    ['SURFACE_COPY', { destFace: 1 }],
    ['SURFACE_COPY', { boxes: [copyBox, { ...copyBox, x: 60 }] }],
    ['SURFACE_COPY', { boxes: [{ ...copyBox, srcy: 60 }] }],
    ['SURFACE_COPY', { boxes: [{ ...copyBox, x: far, w: 32 }] }],
    ['SURFACE_COPY', { boxes: [{ ...copyBox, w: 0 }] }],
    ['SURFACE_STRETCHBLT', { boxSrcX: 60 }],
    ['SURFACE_STRETCHBLT', { boxDestH: 61 }],
    ['INTRA_SURFACE_COPY', { srcx: 57 }],
    ['UPDATE_GB_IMAGE', { x: 57 }],
    ['UPDATE_GB_IMAGE', { mipmap: 2 }],
    ['READBACK_GB_IMAGE', { face: 6 }],
    ['INVALIDATE_GB_IMAGE_PARTIAL', { y: far }],
    ['DX_UPDATE_SUBRESOURCE', { subResource: 2 }],
    ['DX_READBACK_SUBRESOURCE', { subResource: 2 }],
    ['DX_BUFFER_UPDATE', { x: 8150 }],
    ['DX_BUFFER_COPY', { srcX: 8000 }],
    ['DX_BUFFER_COPY', { destX: far }],
    ['DX_TRANSFER_FROM_BUFFER', { srcOffset: 8000 }],
    ['DX_TRANSFER_FROM_BUFFER', { srcPitch: far }],
    ['DX_TRANSFER_TO_BUFFER', { destOffset: 8000 }],
    ['DX_PRED_COPY_REGION', { dstSubResource: 2 }],
    ['DX_PRED_CONVERT_REGION', { srcBoxX: 60 }],
    ['SURFACE_DMA', { transfer: 3 }],
    ['SURFACE_DMA', { guestOffset: 2 * BYTES }],
    ['SURFACE_DMA', { guestPitch: far }],
    ['SURFACE_DMA', { hostMipmap: 2 }],
  ];

  it.each(wrong)('of %s with %j are refused, with nothing done', (name, change) => {
    const set = setUp();
    const emit = vi.spyOn(set.driver.state.queue, 'emitEncoded');
    const fields = { ...goodFields(set)[name], ...change };
    expect(() => set.file.submit(encode(name, fields))).toThrow(
      error('EINVAL', { command: name, offset: 0 }),
    );
    expect(emit).not.toHaveBeenCalled();
  });

  it('of the guest’s memory that a user allows end with the buffer object', () => {
    const set = setUp();
    const emit = vi.spyOn(set.driver.state.queue, 'emit');
    set.file.submit(encode('SURFACE_DMA', goodFields(set).SURFACE_DMA!)).wait();
    const sent = emit.mock.calls.find(([name]) => name === 'SURFACE_DMA')![1];
    expect(sent).toMatchObject({ suffix: [{ maximumOffset: 2 * BYTES - 128 }] });
  });
});

describe('lengths that a command states about itself', () => {
  /** A valid command with another dword at an offset. */
  const changed = (bytes: Uint8Array, at: number, value: number) => {
    const copy = bytes.slice();
    new DataView(copy.buffer).setUint32(at, value, true);
    return copy;
  };

  it.each([0, 8, 16, 0xffff_ffff])(
    'a suffix of %i bytes behind the boxes of a DMA is refused',
    (suffixSize) => {
      const set = setUp();
      const emit = vi.spyOn(set.driver.state.queue, 'emitEncoded');
      const bytes = encode('SURFACE_DMA', goodFields(set).SURFACE_DMA!);
      expect(() => set.file.submit(changed(bytes, bytes.length - 12, suffixSize))).toThrow(error('EINVAL'));
      expect(emit).not.toHaveBeenCalled();
      set.file.submit(bytes).wait();
    },
  );

  it.each([
    [
      'DRAW_PRIMITIVES',
      'numVertexDecls',
      { numVertexDecls: 0, numRanges: 0, vertexDecls: [], ranges: [], divisors: [] },
    ],
    [
      'DRAW_PRIMITIVES',
      'numRanges',
      { numVertexDecls: 0, numRanges: 0, vertexDecls: [], ranges: [], divisors: [] },
    ],
    ['SET_VERTEX_STREAMS', 'numStreams', { numStreams: 0, streams: [] }],
    ['SET_VERTEX_DECLS', 'numElements', { numElements: 0, elements: [] }],
    ['SET_VERTEX_DIVISORS', 'numDivisors', { numDivisors: 0, divisors: [] }],
  ] as const)('%s with more than there are as its %s is refused', (name, field, fields) => {
    const set = setUp();
    const cid = set.file.createContext({ kind: 'legacy' });
    const bytes = encode(name, { cid, ...fields });
    const at = 8 + commandTable[name].body.offsetOf(field as never);
    for (const count of [1, 0xffff_ffff]) {
      expect(() => set.file.submit(changed(bytes, at, count))).toThrow(error('EINVAL'));
    }
    set.file.submit(bytes).wait();
  });
});

describe('streams', () => {
  it('IGT vmwgfx invalid copies: of any bytes are done or refused with a reason, and harm nobody', () => {
    const set = setUp(true);
    const { file, cpu, a, b, device } = set;
    const good = Object.entries(goodFields(set)).filter(([name]) => name !== 'BIND_GB_SURFACE') as [
      CommandName,
      Fields,
    ][];
    const stream = new Uint8Array(good.flatMap(([name, fields]) => [...encode(name, fields)]));
    const change = fc.tuple(fc.nat(stream.length / 4 - 1), fc.oneof(fc.nat(80), fc.constant(0xffffffff)));
    fc.assert(
      fc.property(fc.array(change, { maxLength: 6 }), fc.nat(stream.length), (changes, length) => {
        const bytes = stream.slice(0, length);
        const view = new DataView(bytes.buffer);
        changes
          .filter(([at]) => at * 4 + 4 <= length)
          .forEach(([at, value]) => view.setUint32(at * 4, value, true));
        try {
          file.submit(bytes).wait();
        } catch (thrown) {
          expect(['EINVAL', 'ENOENT', 'EIO']).toContain((thrown as { code: string }).code);
        }
        cpu.store8(a.start, length % 251);
        file
          .submit(
            encode('SURFACE_COPY', {
              ...goodFields(set).SURFACE_COPY,
              boxes: [{ ...box, x: 0, y: 0, srcx: 0, srcy: 0, srcz: 0 }],
            }),
          )
          .wait();
        expect(device.image(file.deviceId(b.handle), 0)![0]).toBe(length % 251);
      }),
      { numRuns: 60 },
    );
  });
});
