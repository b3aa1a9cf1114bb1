import { describe, expect, it } from 'vitest';
import { levelAvailable, levelNeeded } from './command-levels.js';
import { commandNames, definitionOf, type CommandFields, type CommandName } from './command-table.js';
import { LEVEL } from './levels.js';
import type { PlacedField } from '../structures/struct.js';

/*
 * From the kernel's checks (vmwgfx_execbuf.c: has_sm4_1_context, has_sm5_context), the sentences on SVGA_CAP2_DX2 and
 * _DX3 in svga_reg.h, and the order in which ids were given.
 */
const sm41: ReadonlySet<string> = new Set([
  'DX_RESOLVE_COPY',
  'DX_PRED_RESOLVE_COPY',
  'DX_PRED_CONVERT_REGION',
  'DX_PRED_CONVERT',
  'DX_TRANSFER_TO_BUFFER',
  'DX_PRED_STAGING_COPY',
  'DX_STAGING_COPY',
  'DX_PRED_STAGING_COPY_REGION',
  'DX_PRED_STAGING_CONVERT_REGION',
  'DX_PRED_STAGING_CONVERT',
  'DX_STAGING_BUFFER_COPY',
  'DEFINE_GB_SURFACE_V3',
  'WRITE_ZERO_SURFACE',
  'UPDATE_ZERO_SURFACE',
]);
const sm5: ReadonlySet<string> = new Set([
  'DX_SET_VS_CONSTANT_BUFFER_OFFSET',
  'DX_SET_PS_CONSTANT_BUFFER_OFFSET',
  'DX_SET_GS_CONSTANT_BUFFER_OFFSET',
  'DX_SET_HS_CONSTANT_BUFFER_OFFSET',
  'DX_SET_DS_CONSTANT_BUFFER_OFFSET',
  'DX_SET_CS_CONSTANT_BUFFER_OFFSET',
  'DX_DEFINE_UA_VIEW',
  'DX_DESTROY_UA_VIEW',
  'DX_CLEAR_UA_VIEW_UINT',
  'DX_CLEAR_UA_VIEW_FLOAT',
  'DX_COPY_STRUCTURE_COUNT',
  'DX_SET_STRUCTURE_COUNT',
  'DX_SET_UA_VIEWS',
  'DX_SET_CS_UA_VIEWS',
  'DX_DRAW_INDEXED_INSTANCED_INDIRECT',
  'DX_DRAW_INSTANCED_INDIRECT',
  'DX_DISPATCH',
  'DX_DISPATCH_INDIRECT',
  'DX_SET_MIN_LOD',
  'DX_DEFINE_DEPTHSTENCIL_VIEW_V2',
  'DX_DEFINE_STREAMOUTPUT_WITH_MOB',
  'DX_BIND_STREAMOUTPUT',
  'DX_SET_SHADER_IFACE',
  'DX_BIND_SHADER_IFACE',
  'DX_DEFINE_RASTERIZER_STATE_V2',
  'DEFINE_GB_SURFACE_V4',
]);

function levelByHand(name: CommandName): number {
  if (sm5.has(name)) {
    return LEVEL.SM5;
  }
  if (sm41.has(name)) {
    return LEVEL.SM41;
  }
  return name.startsWith('DX_') || name === 'DEFINE_GB_SURFACE_V2' ? LEVEL.DX : LEVEL.LEGACY;
}

const { LEGACY, DX, SM41, SM5 } = LEVEL;
const none = Infinity;

/** The level of each value of a type, from 0 on. */
const levelsByType: Readonly<Record<string, readonly number[]>> = {
  SVGA3dShaderType: [LEGACY, LEGACY, LEGACY, DX, SM5, SM5, SM5, none],
  SVGA3dQueryType: [LEGACY, DX, DX, DX, DX, DX, DX, DX, SM5, SM5, SM5, SM5, SM5, SM5, SM5, SM5, none],
  SVGA3dResourceType: [LEGACY, LEGACY, LEGACY, LEGACY, LEGACY, LEGACY, SM5, none],
  SVGA3dPrimitiveType: [
    ...Array.from({ length: 7 }, () => LEGACY),
    ...Array.from({ length: 4 }, () => DX),
    ...Array.from({ length: 32 }, () => SM5),
    none,
  ],
};

type Fields = Readonly<Record<string, unknown>>;

/** A command of zeros, with one element in each part. */
function zeros(name: CommandName): Record<string, unknown> {
  const { body, tail } = definitionOf(name);
  const view = new DataView(new ArrayBuffer(4096));
  const parts = Object.entries(tail).map(([part, { struct }]) => [part, [struct?.read(view, 0) ?? 0]]);
  return { ...body.read(view, 0), ...(Object.fromEntries(parts) as Fields) };
}

const needOf = (name: CommandName, fields: Fields) =>
  levelNeeded(name, fields as unknown as CommandFields<CommandName>);

describe.each(commandNames)('%s', (name) => {
  const { body, tail } = definitionOf(name);

  it('needs the level that the headers and the kernel give it', () => {
    expect(needOf(name, zeros(name))).toEqual({ level: levelByHand(name) });
  });

  it('needs no less for any value of its fields', () => {
    const check = (field: PlacedField, make: (value: number) => Fields) => {
      levelsByType[String(field.type)]?.forEach((level, value) => {
        const least = levelByHand(name);
        expect(needOf(name, make(value)), `${field.name} ${value}`).toEqual(
          level > least ? { level, field: field.name } : { level: least },
        );
      });
    };
    for (const field of body.fields) {
      check(field, (value) => ({ ...zeros(name), [field.name]: value }));
    }
    for (const [part, { struct }] of Object.entries(tail)) {
      for (const field of struct?.fields ?? []) {
        const [element] = zeros(name)[part] as Fields[];
        check(field, (value) => ({ ...zeros(name), [part]: [element, { ...element, [field.name]: value }] }));
      }
    }
  });

  it('has what its device has, and without DX no more than contexts without it', () => {
    const available = [LEGACY, DX, SM41, SM5].map((device) => levelAvailable(name, device));
    expect(available).toEqual(levelByHand(name) === LEGACY ? [0, 0, 0, 0] : [0, 1, 2, 3]);
  });
});

describe('fields whose type does not say it', () => {
  it.each(['DRAW', 'DRAW_INDEXED'] as const)('%s: adjacencies need DX, patches shader model 5', (name) => {
    const levels = [6, 7, 10, 11, 42, 43].map((primitiveType) =>
      needOf(name, { ...zeros(name), primitiveType }),
    );
    expect(levels.map(({ level }) => level)).toEqual([LEGACY, DX, DX, SM5, SM5, none]);
  });

  it('DX_DEFINE_STREAMOUTPUT: streams behind the first need shader model 5, of declarations that count', () => {
    const name = 'DX_DEFINE_STREAMOUTPUT';
    const decl = (stream: number) => ({ outputSlot: 0, registerIndex: 0, registerMask: 0, stream });
    const level = (fields: Fields) => needOf(name, { ...zeros(name), ...fields }).level;
    expect(level({ rasterizedStream: 1 })).toBe(SM5);
    expect(level({ rasterizedStream: 0xffff_ffff })).toBe(SM5);
    expect(level({ numOutputStreamEntries: 1, decl: [decl(0), decl(3)] })).toBe(DX);
    expect(level({ numOutputStreamEntries: 2, decl: [decl(0), decl(3)] })).toBe(SM5);
  });
});
