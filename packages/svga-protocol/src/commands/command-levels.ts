import type { HeaderType } from '../structures/header-types.js';
import { commandNames, definitionOf } from './command-table.js';
import type { CommandFields, CommandName } from './command-table.js';
import { LEVEL, type Level } from './levels.js';
import type { FieldTypes, PlacedField, Struct } from '../structures/struct.js';

/** By level, one above the last value; higher levels include lower ones. */
type ValueLimits = readonly [legacy: number, dx: number, sm41: number, sm5: number];

/** SVGA3D_PRIMITIVE_PREDX_MAX, _DX10_MAX and _MAX: adjacencies came with DX, patches with shader model 5. */
const primitives: ValueLimits = [7, 11, 11, 43];

/** Rasterized stream of geometry output: any but the first needs shader model 5, and so does none. */
const streams: ValueLimits = [1, 1, 1, Infinity];

/** Values of types that not every level has, as svga3d_types.h ends their lists (…_PREDX_MAX, …_DX10_MAX, …_MAX). */
const typeLimits: Partial<Record<HeaderType, ValueLimits>> = {
  SVGA3dPrimitiveType: primitives,
  // Without DX there are only occlusion queries.
  SVGA3dQueryType: [1, 8, 8, 16],
  SVGA3dResourceType: [6, 6, 6, 7],
  // Vertex and pixel; geometry; hull, domain and compute.
  SVGA3dShaderType: [3, 4, 4, 7],
};

/** A number in a command: in its body, in each element of a part, or in each of a counted number of elements. */
interface LimitedField {
  readonly field: string;
  readonly of?: string;
  /** The field with the number of elements that count. */
  readonly count?: string;
  readonly limits: ValueLimits;
}

/** Limits that do not follow from the types of fields. */
const limitedFields: Partial<Record<CommandName, readonly LimitedField[]>> = {
  DRAW: [{ field: 'primitiveType', limits: primitives }],
  DRAW_INDEXED: [{ field: 'primitiveType', limits: primitives }],
  DX_DEFINE_STREAMOUTPUT: [
    { field: 'rasterizedStream', limits: streams },
    { field: 'stream', of: 'decl', count: 'numOutputStreamEntries', limits: streams },
  ],
};

function limitedIn(struct: Struct<FieldTypes>, of?: string): LimitedField[] {
  return struct.fields.flatMap(({ name: field, type }: PlacedField) => {
    const limits = typeof type === 'string' ? typeLimits[type as HeaderType] : undefined;
    return limits === undefined ? [] : [{ field, limits, ...(of !== undefined && { of }) }];
  });
}

function limitedOf(name: CommandName): readonly LimitedField[] {
  const { body, tail } = definitionOf(name);
  const parts = Object.entries(tail).flatMap(([part, { struct }]) =>
    struct === undefined ? [] : limitedIn(struct, part),
  );
  return [...limitedIn(body), ...parts, ...(limitedFields[name] ?? [])];
}

const limited: ReadonlyMap<CommandName, readonly LimitedField[]> = new Map(
  commandNames.map((name) => [name, limitedOf(name)]),
);

type Values = Readonly<Record<string, unknown>>;

function numbersOf(values: Values, { field, of, count }: LimitedField): readonly number[] {
  if (of === undefined) {
    return [values[field] as number];
  }
  const elements = values[of] as readonly Readonly<Record<string, number>>[];
  const counted = count === undefined ? elements : elements.slice(0, values[count] as number);
  return counted.map((element) => element[field]);
}

/** The requirement of a command with these fields. */
export interface Need {
  /** Infinity for a value that no level supports. */
  readonly level: number;
  /** The field that needs it; undefined if the command does. */
  readonly field?: string;
}

/** Whether the level that a command needs depends on its fields. */
export function hasLimitedFields(name: CommandName): boolean {
  return (limited.get(name) as readonly LimitedField[]).length > 0;
}

/**
 * The level that a command with these fields needs, and the field that needs it. A command for contexts without DX is
 * limited to `LEVEL.LEGACY` on any device (`levelAvailable`).
 */
export function levelNeeded<N extends CommandName>(name: N, fields: CommandFields<N>): Need {
  let need: Need = { level: definitionOf(name).level };
  for (const each of limited.get(name) as readonly LimitedField[]) {
    for (const value of numbersOf(fields as Values, each)) {
      const first = each.limits.findIndex((limit) => value < limit);
      const level = first < 0 ? Infinity : first;
      if (level > need.level) {
        need = { level, field: each.field };
      }
    }
  }
  return need;
}

/** The highest level of a command on a device of a level: commands that are not of DX are for contexts without DX. */
export function levelAvailable(name: CommandName, device: Level): Level {
  return definitionOf(name).level === LEVEL.LEGACY ? LEVEL.LEGACY : device;
}
