import { SVGA3D_MOBFMT, coTableEntryBytes, SVGA_COTABLE, objectTableEntryBytes } from '@cg/svga-protocol';
import { box, command, copyBox, many, prefixed, ROOT, square, surfaces, view, wide } from './costly-guest.js';
import type { CostlyBuffer, CostlyGuest, Step } from './costly-guest.js';
import { costlyTexels } from './costly-texels.js';

const PAGE = 4096;

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

/** Two surfaces, of which the first is newer on the device: there is something to read back. */
const drawnSurfaces = (fields: Parameters<typeof surfaces>[0]) => (guest: CostlyGuest) => {
  surfaces(fields)(guest);
  guest.do('UPDATE_GB_SURFACE', { sid: 2 }); // a buffer's work is one image of this size
  guest.do('WHOLE_SURFACE_COPY', { srcSid: 2, destSid: 1 });
};

const withMob = (guest: CostlyGuest): void => guest.mob(1);

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
        numMipLevels: [12, 12, 12, 12, 12, 12],
        mipSizes: many(6 * 12, (i) => {
          const size = 2048 >> (i % 12);
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
    prepare: surfaces({ width: 128, height: 128, depth: 4096 }),
    steps: [command('UPDATE_GB_IMAGE', { sid: 1, ...box({ h: 128, d: 4096 }) })],
  },
  {
    name: 'updates of a column in eight samples',
    prepare: surfaces({ width: 2048, height: 4096, multisampleCount: 8 }),
    steps: [command('UPDATE_GB_IMAGE', { sid: 1, ...box({ h: 4096 }) })],
  },
  { name: 'updates of all', prepare: surfaces(wide), steps: [command('UPDATE_GB_SURFACE', { sid: 1 })] },
  {
    name: 'updates of a buffer by a byte',
    prepare: surfaces({ format: 37, width: 2 ** 28 }),
    steps: [command('DX_BUFFER_UPDATE', { sid: 1, x: 2 ** 27, width: 1 })],
  },
  {
    name: 'read-backs of all',
    prepare: drawnSurfaces(wide),
    steps: [
      command('WHOLE_SURFACE_COPY', { srcSid: 2, destSid: 1 }),
      command('READBACK_GB_SURFACE', { sid: 1 }),
    ],
  },
  { name: 'nothing read back', prepare: surfaces(wide), steps: [command('READBACK_GB_SURFACE', { sid: 1 })] },
  {
    name: 'read-backs of a column',
    prepare: drawnSurfaces(wide),
    steps: [command('READBACK_GB_IMAGE_PARTIAL', { sid: 1, ...box({ h: 8192 }) })],
  },
  {
    name: 'read-backs of all but a texel',
    prepare: drawnSurfaces({ width: 8192, height: 8192 }),
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
    name: 'an image lost and updated as a whole',
    prepare: surfaces(wide),
    steps: [command('INVALIDATE_GB_SURFACE', { sid: 1 }), command('UPDATE_GB_SURFACE', { sid: 1 })],
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
    prepare: drawnSurfaces({ width: 8192, height: 8192 }),
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
  ...costlyTexels,
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
      steps: [command('DX_SET_COTABLE', { mobid: 1, type: SVGA_COTABLE[type], validSizeInBytes: 2 ** 28 })],
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
    name: 'large COTables grown',
    prepare: coTable('STREAMOUTPUT'),
    steps: [command('DX_GROW_COTABLE', { mobid: 1, type: SVGA_COTABLE.STREAMOUTPUT })],
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
