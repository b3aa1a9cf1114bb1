import { CommandWriter, SVGA3D_MOBFMT, SVGA_CB_MAX_SIZE, SVGA_CB_STATUS, SVGA_OTABLE } from '../src/index.js';
import type { CommandFields, CommandName, SvgaDeviceOptions } from '../src/index.js';
import { definitionOf } from '../src/protocol/command-table.js';
import { objectTableEntryBytes } from '../src/protocol/object-table-entries.js';
import { coTableEntryBytes, SVGA_COTABLE } from '../src/protocol/cotable-entries.js';
import { DxGuest } from './dx-guest.js';

const PAGE = 4096;
const PAGES = 4096;

/** Pages that page tables in these tests occupy; the data pages behind them are shared and overlap. */
const ROOT = 400;
const LEAVES = 128;
const TWO_GIB = 2 ** 31;

type Fields<N extends CommandName> = Partial<CommandFields<N>>;
/** A command as a function that appends it. */
type Step = (writer: CommandWriter) => void;

/** A command whose fields are 0, and whose tail is empty, but for those given. */
function command<N extends CommandName>(name: N, fields: Fields<N> = {}): Step {
  const { body, tail } = definitionOf(name);
  const zeros = body.read(new DataView(new ArrayBuffer(body.bytes)), 0);
  const parts = Object.entries(tail).map(([part, { kind }]) => [
    part,
    kind === 'bytes' ? new Uint8Array() : [],
  ]);
  const all = { ...zeros, ...Object.fromEntries(parts), ...fields } as CommandFields<N>;
  return (writer) => writer.write(name, all);
}

/** A guest with default limits, DX and SM4.1, and the largest object tables. */
export class CostlyGuest extends DxGuest {
  constructor(options: SvgaDeviceOptions = {}) {
    super({ dx: true, sm41: true, ...options }, PAGES);
    this.start();
    this.#writePageTable();
    for (const type of Object.values(SVGA_OTABLE)) {
      this.do('SET_OTABLE_BASE64', { ...this.table(type), validSizeInBytes: 0 });
    }
    this.do('DX_DEFINE_CONTEXT', { cid: 0 });
  }

  /** A table with room for every id that the device allows, behind a page table of two levels. */
  table(type: number): { type: number; sizeInBytes: number; baseAddress: number; ptDepth: number } {
    const sizeInBytes = 32_768 * objectTableEntryBytes[type];
    return { type, sizeInBytes, baseAddress: ROOT, ptDepth: SVGA3D_MOBFMT.PTDEPTH64_2 };
  }

  /** Every page number of every list leads to another page than its neighbours, and to another view slot. */
  #writePageTable(): void {
    const view = new DataView(this.memory.buffer);
    for (let i = 0; i < 512; i++) {
      view.setUint32(ROOT * PAGE + 8 * i, ROOT + 1 + (i % LEAVES), true);
    }
    for (let leaf = 0; leaf < LEAVES; leaf++) {
      for (let i = 0; i < 512; i++) {
        const page = 600 + ((i * 66 + leaf * 7) % 3000);
        view.setUint32((ROOT + 1 + leaf) * PAGE + 8 * i, page, true);
      }
    }
  }

  /** Does so many commands, as many of them in a buffer as fit. */
  doAll(count: number, step: (i: number) => Step): void {
    const writer = new CommandWriter();
    for (let i = 0; i < count; i++) {
      step(i)(writer);
      if (i === count - 1 || writer.length > SVGA_CB_MAX_SIZE - 1024) {
        this.#must(writer);
        writer.truncate();
      }
    }
  }

  do<N extends CommandName>(name: N, fields: Fields<N> = {}): void {
    const writer = new CommandWriter();
    command(name, fields)(writer);
    this.#must(writer);
  }

  #must(writer: CommandWriter): void {
    if (this.submit(writer.bytes).status !== SVGA_CB_STATUS.COMPLETED) {
      throw this.device.lastError ?? new Error('not done');
    }
  }

  /** A MOB of the largest size, whose pages lie apart. */
  mob(mobid: number, sizeInBytes = 2 ** 29): void {
    this.do('DEFINE_GB_MOB64', { mobid, base: ROOT, ptDepth: SVGA3D_MOBFMT.PTDEPTH64_2, sizeInBytes });
  }

  surface(fields: Fields<'DEFINE_GB_SURFACE_V2'>): void {
    const { sid = 1 } = fields;
    const one = { numMipLevels: 1, width: 1, height: 1, depth: 1, format: 2 };
    this.do('DEFINE_GB_SURFACE_V2', { ...one, ...fields, sid });
    this.do('BIND_GB_SURFACE', { sid, mobid: 1 });
  }

  coTable(type: number): void {
    this.do('DX_SET_COTABLE', { cid: 0, mobid: 1, type, validSizeInBytes: 0 });
  }

  /** Submits a buffer that holds the steps again and again, as often as fits. */
  submitFull(steps: readonly Step[], context = 0): { status: number; commands: number } {
    const writer = new CommandWriter();
    const before = this.device.statistics.commands;
    for (;;) {
      const length = writer.length;
      steps.forEach((step) => step(writer));
      if (writer.length > SVGA_CB_MAX_SIZE) {
        writer.truncate(length);
        break;
      }
    }
    const { status } = this.submit(writer.bytes, { context });
    return { status, commands: this.device.statistics.commands - before };
  }
}

/** A command buffer that costs as much as its kind can. */
export interface CostlyBuffer {
  readonly name: string;
  prepare?(guest: CostlyGuest): void;
  readonly steps: readonly Step[];
}

const box = (fields: Partial<Record<'x' | 'y' | 'z' | 'w' | 'h' | 'd', number>>) => {
  return { x: 0, y: 0, z: 0, w: 1, h: 1, d: 1, ...fields };
};
const copyBox = (fields: Parameters<typeof box>[0] = {}) => {
  return { ...box(fields), srcx: 0, srcy: 0, srcz: 0 };
};
const prefixed = (prefix: string, [w, h, d = 1]: readonly number[]) => {
  return Object.fromEntries(
    Object.entries({ X: 0, Y: 0, Z: 0, W: w, H: h, D: d }).map(([k, v]) => [prefix + k, v]),
  );
};
const many = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));

/** So many MOBs, each with one page. */
export function withMobs(guest: CostlyGuest, count = 32_768): void {
  const mob = { base: ROOT, ptDepth: SVGA3D_MOBFMT.PTDEPTH64_2, sizeInBytes: PAGE };
  guest.doAll(count, (mobid) => command('DEFINE_GB_MOB64', { mobid, ...mob }));
}

function withSurfaces(guest: CostlyGuest, count = 32_768): void {
  const texel = { format: 2, numMipLevels: 1, width: 1, height: 1, depth: 1 };
  guest.doAll(count, (sid) => command('DEFINE_GB_SURFACE', { sid, ...texel }));
}

function withShaders(guest: CostlyGuest): void {
  guest.doAll(20_000, (shid) => command('DEFINE_GB_SHADER', { shid, type: 1, sizeInBytes: 4 }));
}

const withMob = (guest: CostlyGuest): void => guest.mob(1);

/** Two surfaces, and a MOB that is large enough for both. */
function surfaces(fields: Fields<'DEFINE_GB_SURFACE_V2'>, other: Fields<'DEFINE_GB_SURFACE_V2'> = {}) {
  return (guest: CostlyGuest): void => {
    guest.mob(1);
    guest.surface({ sid: 1, ...fields });
    guest.surface({ sid: 2, ...fields, ...other });
  };
}

function view(type: keyof typeof SVGA_COTABLE, more: object, fields: Fields<'DEFINE_GB_SURFACE_V2'>) {
  return (guest: CostlyGuest): void => {
    surfaces(fields)(guest);
    guest.coTable(SVGA_COTABLE[type]);
    const { format = 2 } = fields;
    const shown = { sid: 1, format, resourceDimension: 3, firstArraySlice: 0, arraySize: -1 >>> 0, ...more };
    if (type === 'RTVIEW') {
      guest.do('DX_DEFINE_RENDERTARGET_VIEW', { ...shown, mipSlice: 0 });
    } else if (type === 'DSVIEW') {
      guest.do('DX_DEFINE_DEPTHSTENCIL_VIEW', { ...shown, mipSlice: 0 });
    } else if (type === 'UAVIEW') {
      guest.do('DX_DEFINE_UA_VIEW', { ...shown, mipSlice: 0 });
    } else {
      guest.do('DX_DEFINE_SHADERRESOURCE_VIEW', { ...shown, mostDetailedMip: 0, mipLevels: -1 >>> 0 });
    }
  };
}

const wide = { width: 8192, height: 8192 };
const square = { width: 256, height: 256 };
const all = (size: { width: number; height: number }) => [size.width, size.height];
const stretch = (from: readonly number[], to: readonly number[], mode: number): Step =>
  command('SURFACE_STRETCHBLT', {
    srcSid: 1,
    destSid: 2,
    mode,
    ...prefixed('boxSrc', from),
    ...prefixed('boxDest', to),
  });
const coTable = (type: keyof typeof SVGA_COTABLE) => (guest: CostlyGuest) => {
  guest.mob(1);
  guest.coTable(SVGA_COTABLE[type]);
};
const updateScreen = (w: number, h: number): Step => command('UPDATE_GB_SCREENTARGET', { w, h });
const screen =
  (format: number, size = square) =>
  (guest: CostlyGuest) => {
    surfaces({ format, ...size })(guest);
    guest.do('DEFINE_GB_SCREENTARGET', size);
    guest.do('BIND_GB_SCREENTARGET', { sid: 1 });
  };
const defineSurface = command('DEFINE_GB_SURFACE_V4', {
  sid: 9,
  format: 2,
  numMipLevels: 24,
  width: 8192,
  height: 8192,
  depth: 1,
});
const region = (fields: object) =>
  command('DX_TRANSFER_FROM_BUFFER', {
    srcSid: 3,
    destSid: 1,
    srcPitch: 4,
    srcSlicePitch: 4,
    ...fields,
  });

/** One buffer for each way to make the device work hard. */
export const costlyBuffers: readonly CostlyBuffer[] = [
  { name: 'nothing', steps: [command('CMD_NOP')] },
  { name: 'FENCE', steps: [command('FENCE', { fence: 1 })] },
  {
    name: 'state that is not executed',
    steps: [command('SETRENDERSTATE', { states: [{ state: 1, uintValue: 1 } as never] })],
  },
  { name: 'DX state that is not executed', steps: [command('DX_SET_SHADER')] },
  { name: 'draws', steps: [command('DX_DRAW')] },
  // Object tables
  { name: 'READBACK_OTABLE of MOBs', prepare: withMobs, steps: [command('READBACK_OTABLE', { type: 0 })] },
  {
    name: 'READBACK_OTABLE of surfaces',
    prepare: withSurfaces,
    steps: [command('READBACK_OTABLE', { type: 1 })],
  },
  {
    name: 'READBACK_OTABLE of shaders',
    prepare: withShaders,
    steps: [command('READBACK_OTABLE', { type: 3 })],
  },
  {
    name: 'GROW_OTABLE of MOBs',
    prepare: withMobs,
    steps: [
      command('GROW_OTABLE', {
        type: 0,
        sizeInBytes: 32_768 * 16,
        baseAddress: ROOT,
        ptDepth: SVGA3D_MOBFMT.PTDEPTH64_2,
        validSizeInBytes: 0,
      }),
    ],
  },
  ...([0, 1] as const).map((type) => ({
    name: `SET_OTABLE_BASE64 over type ${type}`,
    prepare: type === 0 ? withMobs : withSurfaces,
    steps: [
      command('SET_OTABLE_BASE64', {
        type,
        sizeInBytes: 32_768 * objectTableEntryBytes[type],
        validSizeInBytes: 32_768 * objectTableEntryBytes[type],
        baseAddress: ROOT,
        ptDepth: SVGA3D_MOBFMT.PTDEPTH64_2,
      }),
    ],
  })),
  // Objects
  {
    name: 'MOBs come and go',
    steps: [
      command('DEFINE_GB_MOB64', { mobid: 9, base: ROOT, ptDepth: 6, sizeInBytes: PAGE }),
      command('DESTROY_GB_MOB', { mobid: 9 }),
    ],
  },
  { name: 'surfaces come and go', steps: [defineSurface, command('DESTROY_GB_SURFACE', { sid: 9 })] },
  {
    name: 'host surfaces come and go',
    steps: [
      command('SURFACE_DEFINE', {
        sid: 9,
        surfaceFlags: 1,
        format: 2,
        numMipLevels: [13, 13, 13, 13, 13, 13],
        mipSizes: many(6 * 13, (i) => {
          const size = 4096 >> (i % 13);
          return { width: size, height: size, depth: 1 };
        }),
      }),
      command('SURFACE_DESTROY', { sid: 9 }),
    ],
  },
  {
    name: 'BIND_GB_SURFACE',
    prepare: surfaces({}),
    steps: [command('BIND_GB_SURFACE', { sid: 1, mobid: 1 })],
  },
  {
    name: 'COND_BIND_GB_SURFACE',
    prepare: surfaces({}),
    steps: [command('COND_BIND_GB_SURFACE', { sid: 1, testMobid: 1, mobid: 1, flags: 3 })],
  },
  {
    name: 'DX contexts come and go',
    steps: [command('DX_DEFINE_CONTEXT', { cid: 9 }), command('DX_DESTROY_CONTEXT', { cid: 9 })],
  },
  {
    name: 'contexts come and go',
    steps: [command('DEFINE_GB_CONTEXT', { cid: 9 }), command('DESTROY_GB_CONTEXT', { cid: 9 })],
  },
  {
    name: 'shaders come and go',
    prepare: withMob,
    steps: [
      command('DEFINE_GB_SHADER', { shid: 9, type: 1, sizeInBytes: 4 }),
      command('BIND_GB_SHADER', { shid: 9, mobid: 1 }),
      command('DESTROY_GB_SHADER', { shid: 9 }),
    ],
  },
  { name: 'GB_MOB_FENCE', prepare: withMob, steps: [command('GB_MOB_FENCE', { mobId: 1, mobOffset: 4095 })] },
  {
    name: 'WAIT_FOR_GB_QUERY',
    prepare: withMob,
    steps: [command('WAIT_FOR_GB_QUERY', { mobid: 1, offset: 4095 })],
  },
  // Updates
  {
    name: 'updates of a texel',
    prepare: surfaces(wide),
    steps: [command('UPDATE_GB_IMAGE', { sid: 1, ...box({ x: 1023 }) })],
  },
  {
    name: 'updates of a column',
    prepare: surfaces(wide),
    steps: [command('UPDATE_GB_IMAGE', { sid: 1, ...box({ h: 8192 }) })],
  },
  {
    name: 'updates of 88 bytes a row',
    prepare: surfaces(wide),
    steps: [command('UPDATE_GB_IMAGE', { sid: 1, ...box({ h: 8192, w: 22 }) })],
  },
  {
    name: 'updates of 100 bytes a row',
    prepare: surfaces(wide),
    steps: [command('UPDATE_GB_IMAGE', { sid: 1, ...box({ h: 8192, w: 25 }) })],
  },
  {
    name: 'updates of a column of a volume',
    prepare: surfaces({ width: 128, height: 128, depth: 8192 }),
    steps: [command('UPDATE_GB_IMAGE', { sid: 1, ...box({ h: 128, d: 8192 }) })],
  },
  {
    name: 'updates of a column in eight samples',
    prepare: surfaces({ width: 4096, height: 4096, multisampleCount: 8 }),
    steps: [command('UPDATE_GB_IMAGE', { sid: 1, ...box({ h: 4096 }) })],
  },
  { name: 'updates of all', prepare: surfaces(wide), steps: [command('UPDATE_GB_SURFACE', { sid: 1 })] },
  {
    name: 'updates of a buffer by a byte',
    prepare: surfaces({ format: 37, width: 2 ** 28 }),
    steps: [command('DX_BUFFER_UPDATE', { sid: 1, x: 2 ** 27, width: 1 })],
  },
  { name: 'read-backs of all', prepare: surfaces(wide), steps: [command('READBACK_GB_SURFACE', { sid: 1 })] },
  {
    name: 'read-backs of a column',
    prepare: surfaces(wide),
    steps: [command('READBACK_GB_IMAGE_PARTIAL', { sid: 1, ...box({ h: 8192 }) })],
  },
  {
    name: 'read-backs of all but a texel',
    prepare: surfaces({ width: 8192, height: 8192 }),
    steps: [
      command('READBACK_GB_IMAGE_PARTIAL', { sid: 1, ...box({ x: 5, w: 8186, h: 8191 }), invertBox: 1 }),
    ],
  },
  {
    name: 'an image lost and made again',
    prepare: surfaces({ width: 8192, height: 8192 }),
    steps: [command('INVALIDATE_GB_SURFACE', { sid: 1 }), command('UPDATE_GB_IMAGE', { sid: 1, ...box({}) })],
  },
  {
    name: 'a small image lost and made again',
    prepare: surfaces(square),
    steps: [command('INVALIDATE_GB_SURFACE', { sid: 1 }), command('UPDATE_GB_IMAGE', { sid: 1, ...box({}) })],
  },
  {
    name: 'a column invalidated',
    prepare: (guest) => {
      surfaces(wide)(guest);
      guest.do('UPDATE_GB_IMAGE', { sid: 1, ...box({}) });
    },
    steps: [command('INVALIDATE_GB_IMAGE_PARTIAL', { sid: 1, ...box({ h: 8192 }) })],
  },
  // Copies
  {
    name: 'copies of a texel, by boxes',
    prepare: surfaces(square),
    steps: [command('SURFACE_COPY', { srcSid: 1, destSid: 2, boxes: many(1000, () => copyBox()) })],
  },
  {
    name: 'copies of a column',
    prepare: surfaces({ width: 4096, height: 8192 }),
    steps: [command('SURFACE_COPY', { srcSid: 1, destSid: 2, boxes: [copyBox({ h: 8192 })] })],
  },
  {
    name: 'copies of 100 bytes a row',
    prepare: surfaces({ width: 4096, height: 8192 }),
    steps: [command('SURFACE_COPY', { srcSid: 1, destSid: 2, boxes: [copyBox({ h: 8192, w: 25 })] })],
  },
  {
    name: 'copies of a texel in eight samples',
    prepare: surfaces({ width: 64, height: 64, multisampleCount: 8 }),
    steps: [command('DX_PRED_COPY_REGION', { srcSid: 1, dstSid: 2, ...copyBox() })],
  },
  {
    name: 'copies within a surface',
    prepare: surfaces({ width: 4096, height: 4096 }),
    steps: [command('INTRA_SURFACE_COPY', { sid: 1, ...copyBox({ x: 1, y: 1, w: 4095, h: 4095 }) })],
  },
  {
    name: 'whole copies',
    prepare: surfaces({ width: 8192, height: 8192 }),
    steps: [command('WHOLE_SURFACE_COPY', { srcSid: 1, destSid: 2 })],
  },
  {
    name: 'whole copies of a texel',
    prepare: surfaces({}),
    steps: [command('DX_STAGING_COPY', { srcSid: 1, dstSid: 2, readback: 1 })],
  },
  {
    name: 'copies of a byte of a buffer',
    prepare: surfaces({ format: 37, width: 2 ** 20 }),
    steps: [command('DX_BUFFER_COPY', { src: 1, dest: 2, width: 1 })],
  },
  {
    name: 'transfers of a column from a buffer',
    prepare: (guest) => {
      surfaces(wide)(guest);
      guest.surface({ sid: 3, format: 37, width: 2 ** 20 });
    },
    steps: [region(prefixed('destBox', [1, 8192]))],
  },
  // DMA
  {
    name: 'DMA of texels',
    prepare: surfaces(square),
    steps: [
      command('SURFACE_DMA', { hostSid: 1, guestGmrId: 1, transfer: 1, boxes: many(1000, () => copyBox()) }),
    ],
  },
  {
    name: 'DMA of a column',
    prepare: surfaces(wide),
    steps: [
      command('SURFACE_DMA', { hostSid: 1, guestGmrId: 1, transfer: 2, boxes: [copyBox({ h: 8192 })] }),
    ],
  },
  {
    name: 'DMA of a column of VRAM',
    prepare: surfaces(wide),
    steps: [
      command('SURFACE_DMA', {
        hostSid: 1,
        guestGmrId: -2 >>> 0,
        guestPitch: 4,
        transfer: 2,
        boxes: [copyBox({ h: 8192 })],
      }),
    ],
  },
  // Texels
  ...(
    [
      ['8 bits', 2, 68],
      ['half floats', 123, 24],
      ['32-bit floats', 122, 2],
      ['5 bits', 3, 4],
      ['sRGB', 69, 115],
      ['shared exponents', 98, 66],
      ['depth', 80, 80],
    ] as const
  ).flatMap(([what, format, other]) =>
    [0, 1, 2].map((mode) => ({
      name: `stretch of ${what}, mode ${mode}`,
      prepare: surfaces({ format, ...square }, { format: other }),
      steps: [stretch([255, 255], all(square), mode)],
    })),
  ),
  { name: 'stretch to a texel', prepare: surfaces(square), steps: [stretch([2, 2], [1, 1], 1)] },
  {
    name: 'stretch to a column',
    prepare: surfaces({ width: 1, height: 8192 }),
    steps: [stretch([1, 8191], [1, 8192], 1)],
  },
  {
    name: 'conversion of many small mips',
    prepare: surfaces({ width: 64, height: 64, numMipLevels: 24, arraySize: 512 }, { format: 68 }),
    steps: [command('DX_PRED_CONVERT', { srcSid: 1, dstSid: 2 })],
  },
  {
    name: 'stretch within a surface',
    prepare: surfaces(wide),
    steps: [
      command('SURFACE_STRETCHBLT', {
        srcSid: 1,
        destSid: 1,
        ...prefixed('boxSrc', [2, 2]),
        ...prefixed('boxDest', [1, 1]),
      }),
    ],
  },
  {
    name: 'resolve of eight samples',
    prepare: surfaces({ ...square, multisampleCount: 8 }, { multisampleCount: 0 }),
    steps: [command('DX_RESOLVE_COPY', { srcSid: 1, dstSid: 2, copyFormat: 2 })],
  },
  {
    name: 'resolve of a texel',
    prepare: surfaces({ multisampleCount: 8 }, { multisampleCount: 0 }),
    steps: [command('DX_RESOLVE_COPY', { srcSid: 1, dstSid: 2, copyFormat: 2 })],
  },
  {
    name: 'mips of a large surface',
    prepare: surfaces({ ...square, numMipLevels: 9 }),
    steps: [command('GENERATE_MIPMAPS', { sid: 1 })],
  },
  {
    name: 'mips of half floats',
    prepare: surfaces({ ...square, numMipLevels: 9, format: 123 }),
    steps: [command('GENERATE_MIPMAPS', { sid: 1 })],
  },
  {
    name: 'mips of many texels',
    prepare: surfaces({ numMipLevels: 24, arraySize: 2048 }),
    steps: [command('GENERATE_MIPMAPS', { sid: 1 })],
  },
  {
    name: 'mips of a view',
    prepare: view('SRVIEW', {}, { numMipLevels: 24, arraySize: 2048 }),
    steps: [command('DX_GENMIPS')],
  },
  // Clears
  {
    name: 'clears of a texel',
    prepare: view('RTVIEW', {}, {}),
    steps: [command('DX_CLEAR_RENDERTARGET_VIEW')],
  },
  {
    name: 'clears of all',
    prepare: view('RTVIEW', {}, wide),
    steps: [command('DX_CLEAR_RENDERTARGET_VIEW')],
  },
  {
    name: 'clears of a texel in many layers',
    prepare: view('RTVIEW', {}, { arraySize: 2048, multisampleCount: 8 }),
    steps: [command('DX_CLEAR_RENDERTARGET_VIEW')],
  },
  {
    name: 'clears of the stencil',
    prepare: view('DSVIEW', {}, { ...square, format: 80 }),
    steps: [command('DX_CLEAR_DEPTHSTENCIL_VIEW', { flags: 4 })],
  },
  {
    name: 'clears through a UA view',
    prepare: view('UAVIEW', {}, {}),
    steps: [command('DX_CLEAR_UA_VIEW_UINT')],
  },
  // Screens and pointer
  { name: 'screen updates of bytes', prepare: screen(2), steps: [updateScreen(256, 256)] },
  { name: 'screen updates of 5 bits', prepare: screen(3), steps: [updateScreen(256, 256)] },
  { name: 'screen updates of half floats', prepare: screen(123), steps: [updateScreen(256, 256)] },
  { name: 'screen updates of a pixel', prepare: screen(123), steps: [updateScreen(1, 1)] },
  { name: 'screen updates of a column', prepare: screen(2, wide), steps: [updateScreen(1, 8192)] },
  {
    name: 'screens come and go',
    prepare: surfaces(wide),
    steps: [
      command('DEFINE_GB_SCREENTARGET', { stid: 1, ...wide }),
      command('BIND_GB_SCREENTARGET', { stid: 1, sid: 1 }),
      command('UPDATE_GB_SCREENTARGET', { stid: 1, w: 1, h: 1 }),
      command('DESTROY_GB_SCREENTARGET', { stid: 1 }),
    ],
  },
  {
    name: 'alpha cursors',
    steps: [
      command('DEFINE_ALPHA_CURSOR', {
        width: 256,
        height: 256,
        pixels: new Uint8Array(256 * 256 * 4).fill(7),
      }),
    ],
  },
  {
    name: 'mask cursors',
    steps: [
      command('DEFINE_CURSOR', {
        width: 256,
        height: 256,
        andMaskDepth: 1,
        xorMaskDepth: 16,
        andMask: new Uint8Array(256 * 32),
        xorMask: new Uint8Array(256 * 512).fill(0x5a),
      }),
    ],
  },
  // GMRs
  { name: 'GMRs defined', steps: [command('DEFINE_GMR2', { gmrId: 1, numPages: 65_536 })] },
  {
    name: 'GMRs mapped to one page',
    prepare: (guest) => guest.do('DEFINE_GMR2', { gmrId: 1, numPages: 65_536 }),
    steps: [command('REMAP_GMR2', { gmrId: 1, flags: 4, numPages: 65_536, descriptors: [7] })],
  },
  {
    name: 'GMRs mapped by a GMR',
    prepare: (guest) => {
      guest.do('DEFINE_GMR2', { gmrId: 1, numPages: 60_000 });
      guest.do('DEFINE_GMR2', { gmrId: 2, numPages: 256 });
      guest.do('REMAP_GMR2', { gmrId: 2, flags: 4, numPages: 256, descriptors: [ROOT] });
    },
    steps: [command('REMAP_GMR2', { gmrId: 1, flags: 1, numPages: 60_000, descriptors: [2, 0] })],
  },
  // COTables
  ...(['ELEMENTLAYOUT', 'STREAMOUTPUT'] as const).flatMap((type) => [
    {
      name: `COTables set, ${type}`,
      prepare: coTable(type),
      steps: [
        command('DX_SET_COTABLE', { mobid: 1, type: SVGA_COTABLE[type], validSizeInBytes: TWO_GIB / 8 }),
      ],
    },
    {
      name: `COTables read back, ${type}`,
      prepare: coTable(type),
      steps: [command('DX_READBACK_COTABLE', { type: SVGA_COTABLE[type] })],
    },
  ]),
  {
    name: 'COTables grown',
    prepare: coTable('DXQUERY'),
    steps: [command('DX_GROW_COTABLE', { mobid: 1, type: SVGA_COTABLE.DXQUERY })],
  },
  {
    name: 'small COTables set',
    prepare: (guest) => guest.mob(1, coTableEntryBytes[0]),
    steps: [command('DX_SET_COTABLE', { mobid: 1, type: 0, validSizeInBytes: coTableEntryBytes[0] })],
  },
  {
    name: 'all queries bound',
    prepare: coTable('DXQUERY'),
    steps: [command('DX_BIND_ALL_QUERY', { cid: 0, mobid: 1 })],
  },
  {
    name: 'element layouts',
    prepare: coTable('ELEMENTLAYOUT'),
    steps: [
      command('DX_DEFINE_ELEMENTLAYOUT', {
        descs: many(32, () => {
          return {
            inputSlot: 0,
            alignedByteOffset: 0,
            format: 0,
            inputSlotClass: 0,
            instanceDataStepRate: 0,
            inputRegister: 0,
          };
        }),
      }),
    ],
  },
  {
    name: 'an empty element layout',
    prepare: coTable('ELEMENTLAYOUT'),
    steps: [command('DX_DEFINE_ELEMENTLAYOUT')],
  },
  { name: 'blend states', prepare: coTable('BLENDSTATE'), steps: [command('DX_DEFINE_BLEND_STATE')] },
  { name: 'stream output', prepare: coTable('STREAMOUTPUT'), steps: [command('DX_DEFINE_STREAMOUTPUT')] },
  {
    name: 'stream output with a MOB',
    prepare: coTable('STREAMOUTPUT'),
    steps: [command('DX_DEFINE_STREAMOUTPUT_WITH_MOB')],
  },
  {
    name: 'stream output bound',
    prepare: coTable('STREAMOUTPUT'),
    steps: [command('DX_BIND_STREAMOUTPUT', { mobid: 1 })],
  },
  { name: 'queries moved', prepare: coTable('DXQUERY'), steps: [command('DX_MOVE_QUERY', { mobid: 1 })] },
  {
    name: 'queries ended',
    prepare: (guest) => {
      coTable('DXQUERY')(guest);
      guest.do('DX_DEFINE_QUERY');
      guest.do('DX_MOVE_QUERY', { mobid: 1, mobOffset: 4095 });
    },
    steps: [command('DX_END_QUERY')],
  },
  { name: 'shaders bound', prepare: coTable('DXSHADER'), steps: [command('DX_BIND_SHADER', { mobid: 1 })] },
  {
    name: 'structure counts',
    prepare: coTable('UAVIEW'),
    steps: [command('DX_SET_STRUCTURE_COUNT')],
  },
  { name: 'samplers', prepare: coTable('SAMPLER'), steps: [command('DX_DEFINE_SAMPLER_STATE')] },
];
