import { formatByName, SurfaceLayout } from '@cg/surface-layout';
import { describe, expect, it } from 'vitest';
import {
  commandNames,
  definitionOf,
  type CommandFields,
  type CommandName,
} from '../commands/command-table.js';
import { idDescriptions } from '../objects/object-kinds.js';
import { groupOf, type SlotGroup } from '../state/context-slots.js';
import { idTypes, SVGA3D_INVALID_ID } from '../structures/header-types.js';
import type { PlacedField } from '../structures/struct.js';
import type { Extent } from './command-effect.js';
import { effectsOf, forEachReference } from './command-effects.js';
import { forEachTouched } from './touched-boxes.js';

/** A place in a command that holds numbers: a field, or the elements of a part. */
interface Place {
  readonly path: string;
  readonly name: string;
  readonly type: PlacedField['type'];
}

function placesOf(name: CommandName): Place[] {
  const { body, tail } = definitionOf(name);
  const ofBody = body.fields.map((field) => ({ path: field.name, name: field.name, type: field.type }));
  const ofParts = Object.entries(tail).flatMap(([part, { kind, struct, type = 'u32' as const }]) =>
    kind === 'dwords'
      ? [{ path: part, name: part, type }]
      : (struct?.fields ?? []).map((field) => ({
          path: `${part}.${field.name}`,
          name: field.name,
          type: field.type,
        })),
  );
  return [...ofBody, ...ofParts];
}

const isId = ({ type }: Place): boolean => typeof type === 'string' && type in idTypes;

/** What fields with ids are called. */
const ID_NAME = /^(dest|src|id|[csn]id|shid|soid|stid)$|(Id|ID|Ids|Sid|mobid|Mobid)$/;

/** Fields of such a name, or dwords, that hold no id of an object. */
const noIds: Readonly<Record<string, string>> = {
  'DEFINE_CURSOR.id': 'there is one cursor; it must be 0',
  'DEFINE_ALPHA_CURSOR.id': 'there is one cursor; it must be 0',
  'ESCAPE.nsid': 'a name space',
  'SCREEN_COPY.mustBeInvalidId': 'reserved',
  'DX_HINT.hintId': 'what kind of hint',
  'REMAP_GMR2.descriptors': 'page numbers, or a guest pointer to them',
  'DX_HINT.data': 'by the hint, which the headers do not describe',
  'NOP.data': 'nothing',
};

describe.each(commandNames)('%s', (name) => {
  const places = placesOf(name);
  const { references } = effectsOf(name);

  it('has a type for every field that holds an id', () => {
    const untyped = places.filter((place) => ID_NAME.test(place.name) && !isId(place));
    expect(untyped.map(({ path }) => path).filter((path) => !(`${name}.${path}` in noIds))).toEqual([]);
    const misnamed = places.filter((place) => isId(place) && !ID_NAME.test(place.name));
    expect(misnamed).toEqual([]);
  });

  it('has the effects on every object that it names', () => {
    const listed = references.map(({ part, field }) => [part, field].filter(Boolean).join('.'));
    const conditional = references.filter(({ uses }) => uses[0].idType !== undefined);
    const ids = places.filter(isId).map(({ path }) => path);
    expect(listed.toSorted()).toEqual(
      [...ids, ...conditional.map(({ part, field }) => `${part}.${field}`)].toSorted(),
    );
    expect(references.every(({ uses }) => uses.length > 0)).toBe(true);
  });

  it('names only its own fields in extents, slots and conditions', () => {
    const ofBody = new Set(definitionOf(name).body.fields.map((field) => field.name));
    const inPart = (part: string): Set<string> =>
      new Set(definitionOf(name).tail[part].struct?.fields.map((field) => field.name));
    const check = (fields: Set<string>, named: readonly (number | string | undefined)[]): void => {
      const strange = named.filter((field) => typeof field === 'string' && !fields.has(field));
      expect(strange).toEqual([]);
    };
    const checkExtent = ({ images, box, part, inverted, rows }: Extent): void => {
      check(ofBody, Object.values(images ?? {}) as (number | string)[]);
      check(part === undefined ? ofBody : inPart(part), Object.values<number | string>(box ?? {}));
      check(ofBody, [inverted, rows?.offset, rows?.pitch, rows?.slicePitch, rows?.texture]);
      check(ofBody, Object.values<number | string>(rows?.box ?? {}));
    };
    for (const { part, uses } of references) {
      for (const { extent, slot, when } of uses) {
        checkExtent(extent ?? {});
        check(slot?.perElement === true ? inPart(part as string) : ofBody, [slot?.start]);
        check(ofBody, [slot?.type]);
        check(part === undefined ? ofBody : inPart(part), [when?.field]);
      }
    }
  });

  it('has the part of a surface that it touches, and the slot of an object', () => {
    for (const { kind, uses } of references) {
      for (const { action, extent, slot } of uses) {
        const moves = ['read', 'write', 'upload', 'readBack', 'invalidate'].includes(action);
        expect(extent !== undefined, action).toBe(kind === 'surface' && moves);
        const isPipelines = effectsOf(name).pipeline !== undefined;
        expect(slot !== undefined, action).toBe(action === 'set' && isPipelines);
      }
    }
  });

  it('fills slots with a command that the slots are set by', () => {
    const groups = references.flatMap(({ uses }) => uses.flatMap(({ slot }) => slot?.groups ?? []));
    for (const group of groups) {
      const { name: setter } = (group as SlotGroup).command(0, () => ({ id: 7 }), 3);
      const same = effectsOf(setter).references.flatMap(({ uses }) =>
        uses.flatMap(({ slot }) => slot?.groups ?? []),
      );
      expect(same).toContain(group);
    }
  });
});

describe('definitions', () => {
  const commandsThat = (action: string, type: string): CommandName[] =>
    commandNames.filter((name) =>
      effectsOf(name).references.some(
        (reference) => reference.type === type && reference.uses.some((use) => use.action === action),
      ),
    );

  it.each(Object.keys(idTypes))('a %s is created and destroyed by a command', (type) => {
    expect(commandsThat('define', type)).not.toEqual([]);
    // A GMR of no pages is none.
    expect(commandsThat('destroy', type).length > 0).toBe(type !== 'GmrId');
  });

  it('an object of a DX context is of one kind with one table', () => {
    const tables = Object.values(idDescriptions).flatMap(({ coTable }) => coTable ?? []);
    expect(tables.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, type) => type));
  });
});

const plain = { format: 2, width: 32, height: 16, depth: 1, mipLevels: 2, layers: 6, samples: 1 };
const bufferFormat = formatByName('BUFFER')!.id;
const ofBuffer = { ...plain, format: bufferFormat, width: 4096, height: 1, mipLevels: 1, layers: 1 };
/** Two cubes and a buffer. */
const layouts: Readonly<Record<number, SurfaceLayout>> = {
  1: new SurfaceLayout(plain),
  2: new SurfaceLayout(plain),
  3: new SurfaceLayout(ofBuffer),
};

/** What a command touches, a line each: surface, action, subresource, box. */
function touched<N extends CommandName>(name: N, fields: CommandFields<N>): string[] {
  const lines: string[] = [];
  const layoutOf = (sid: number) => layouts[sid];
  forEachTouched(
    name,
    fields,
    layoutOf,
    (sid, { action }, subresource, { x, y, z, width, height, depth }) => {
      lines.push(`${action} ${sid}/${subresource} ${x},${y},${z} ${width}x${height}x${depth}`);
    },
  );
  return lines;
}

const staging = { unsynchronized: 0, mustBeZero: [0, 0] };
const box = { x: 1, y: 2, z: 0, w: 3, h: 4, d: 1 };

describe('forEachTouched', () => {
  it('a copy reads boxes of one image and writes boxes of another', () => {
    const images = { srcSid: 1, srcFace: 1, srcMipmap: 1, destSid: 2, destFace: 0, destMipmap: 1 };
    const boxes = [
      { ...box, srcx: 5, srcy: 6, srcz: 0 },
      { ...box, x: 9, srcx: 0, srcy: 0, srcz: 0 },
    ];
    expect(touched('SURFACE_COPY', { ...images, boxes })).toEqual([
      'read 1/3 5,6,0 3x4x1',
      'read 1/3 0,0,0 3x4x1',
      'write 2/1 1,2,0 3x4x1',
      'write 2/1 9,2,0 3x4x1',
    ]);
  });

  it('an update of a surface uploads each image of it whole', () => {
    expect(touched('UPDATE_GB_SURFACE', { sid: 1 })).toEqual(
      Array.from({ length: 12 }, (_, i) => `upload 1/${i} 0,0,0 ${i % 2 === 0 ? '32x16x1' : '16x8x1'}`),
    );
  });

  it('a box of a read-back is the box, and inverted no more than the image', () => {
    const fields = { sid: 1, face: 0, mipmap: 1, ...box };
    expect(touched('READBACK_GB_IMAGE_PARTIAL', { ...fields, invertBox: 0 })).toEqual([
      'readBack 1/1 1,2,0 3x4x1',
    ]);
    expect(touched('READBACK_GB_IMAGE_PARTIAL', { ...fields, invertBox: 1 })).toEqual([
      'readBack 1/1 0,0,0 16x8x1',
    ]);
  });

  it('rows in a buffer are the run from the first to the last', () => {
    const rows = { srcSid: 3, srcOffset: 64, srcPitch: 40, srcSlicePitch: 999 };
    const to = { destSid: 1, destSubResource: 2, destBoxX: 1, destBoxY: 2, destBoxZ: 0, destBoxW: 3 };
    expect(touched('DX_TRANSFER_FROM_BUFFER', { ...rows, ...to, destBoxH: 4, destBoxD: 1 })).toEqual([
      'read 3/0 64,0,0 132x1x1',
      'write 1/2 1,2,0 3x4x1',
    ]);
  });

  it('a staging copy reads back if its flag is set', () => {
    const fields = { srcSid: 3, dstSid: 3, ...staging };
    const copy = ['read 3/0 0,0,0 4096x1x1', 'write 3/0 0,0,0 4096x1x1'];
    expect(touched('DX_STAGING_COPY', { ...fields, readback: 0 })).toEqual(copy);
    expect(touched('DX_STAGING_COPY', { ...fields, readback: 1 })).toEqual([
      ...copy,
      'readBack 3/0 0,0,0 4096x1x1',
    ]);
  });

  it.each([
    [1, 'write'],
    [2, 'read'],
  ])('SURFACE_DMA in direction %i: a %s of the surface', (transfer, action) => {
    const guest = { guestGmrId: 0, guestOffset: 0, guestPitch: 0 };
    const fields = { ...guest, hostSid: 1, hostFace: 0, hostMipmap: 0, transfer, suffix: [] };
    expect(touched('SURFACE_DMA', { ...fields, boxes: [{ ...box, srcx: 0, srcy: 0, srcz: 0 }] })).toEqual([
      `${action} 1/0 1,2,0 3x4x1`,
    ]);
  });

  it('omits unknown surfaces, and images outside a surface', () => {
    expect(touched('WHOLE_SURFACE_COPY', { srcSid: 9, destSid: 3 })).toEqual(['write 3/0 0,0,0 4096x1x1']);
    expect(touched('READBACK_GB_IMAGE', { sid: 1, face: 5, mipmap: 9 })).toEqual([]);
  });
});

describe('forEachReference', () => {
  const seen = <N extends CommandName>(name: N, fields: CommandFields<N>): string[] => {
    const lines: string[] = [];
    forEachReference(name, fields, (id, { action }, { kind }) => lines.push(`${action} ${kind} ${id}`));
    return lines;
  };

  it('goes through the ids of the body, then through those of parts', () => {
    expect(seen('DX_SET_RENDERTARGETS', { depthStencilViewId: 4, renderTargetViewIds: [5, 6] })).toEqual([
      'set depthStencilView 4',
      'set renderTargetView 5',
      'set renderTargetView 6',
    ]);
  });

  it('a texture state names a surface where it binds one', () => {
    const states = [
      { stage: 0, name: 1, value: 7 },
      { stage: 0, name: 2, value: 8 },
      { stage: 1, name: 1, value: SVGA3D_INVALID_ID },
    ];
    expect(seen('SETTEXTURESTATE', { cid: 3, states })).toEqual([
      'use context 3',
      'set surface 7',
      `set surface ${SVGA3D_INVALID_ID}`,
    ]);
  });

  it('a conditional binding has only the effects of its flags', () => {
    const fields = { sid: 1, testMobid: 2, mobid: 3 };
    expect(seen('COND_BIND_GB_SURFACE', { ...fields, flags: 1 })).toEqual([
      'readBack surface 1',
      'bind surface 1',
      'use mob 2',
      'back mob 3',
    ]);
  });
});

describe('slots', () => {
  it('are numbered through, each in one group', () => {
    let slot = 0;
    let group = groupOf(slot) as SlotGroup | undefined;
    while (group !== undefined) {
      expect(slot).toBe(group.first);
      slot += group.count;
      group = groupOf(slot) as SlotGroup | undefined;
    }
    expect(slot).toBeGreaterThan(1000);
  });
});
