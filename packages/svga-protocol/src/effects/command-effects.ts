import { commandNames, definitionOf } from '../commands/command-table.js';
import type { CommandFields, CommandName } from '../commands/command-table.js';
import { idDescriptions } from '../objects/object-kinds.js';
import type { IdDescription } from '../objects/object-kinds.js';
import { idTypes } from '../structures/header-types.js';
import type { IdType } from '../structures/header-types.js';
import type { PlacedField } from '../structures/struct.js';
import type { CommandEffect, EffectTable, PipelineEffect, Use, UseEntry } from './command-effect.js';
import {
  contextEffects,
  memoryEffects,
  queryEffects,
  stateObjectEffects,
  viewEffects,
} from './object-effects.js';
import { dxPipelineEffects, legacyPipelineEffects } from './pipeline-effects.js';
import { copyEffects, displayEffects, logicOpEffects, surfaceEffects } from './surface-effects.js';

const effectTable: EffectTable = {
  ...memoryEffects,
  ...contextEffects,
  ...queryEffects,
  ...viewEffects,
  ...stateObjectEffects,
  ...surfaceEffects,
  ...copyEffects,
  ...logicOpEffects,
  ...displayEffects,
  ...legacyPipelineEffects,
  ...dxPipelineEffects,
};

/** A location of ids in a command, and the effects on their objects. */
export interface Reference extends IdDescription {
  readonly type: IdType;
  /** The part of the tail whose elements have an id each; undefined for a field of the body. */
  readonly part: string | undefined;
  /** The field of the body or element; undefined if the elements are the ids. */
  readonly field: string | undefined;
  /** In order of execution. */
  readonly uses: readonly Use[];
}

/** The effects of a command. */
export interface Effects {
  readonly references: readonly Reference[];
  readonly pipeline: PipelineEffect | undefined;
}

function usesOf(entry: UseEntry): readonly Use[] {
  if (typeof entry === 'string') {
    return [{ action: entry }];
  }
  return Array.isArray(entry) ? (entry as readonly Use[]) : [entry as Use];
}

function typeOf(fields: readonly PlacedField[] | undefined, name: string): PlacedField['type'] | undefined {
  return fields?.find((field) => field.name === name)?.type;
}

function referenceOf(command: CommandName, path: string, entry: UseEntry): Reference {
  const { body, tail } = definitionOf(command);
  const [first, second] = path.split('.');
  const part = first in tail ? first : undefined;
  const field = part === undefined ? first : second;
  const uses = usesOf(entry);
  const found =
    part === undefined
      ? typeOf(body.fields, path)
      : field === undefined
        ? tail[part].type
        : typeOf(tail[part].struct?.fields, field);
  const type = uses[0].idType ?? found;
  if (typeof type !== 'string' || !(type in idTypes)) {
    throw new TypeError(`${command} has no id ${path}`);
  }
  return { type: type as IdType, ...idDescriptions[type as IdType], part, field, uses };
}

const effects: ReadonlyMap<CommandName, Effects> = new Map(
  commandNames.map((name) => {
    const { uses, pipeline } = effectTable[name] as CommandEffect;
    const references = Object.entries(uses).map(([path, entry]) => referenceOf(name, path, entry));
    return [name, { references, pipeline }];
  }),
);

/** The effects of a command on the objects that it names and on the pipeline of its context. */
export function effectsOf(name: CommandName): Effects {
  return effects.get(name) as Effects;
}

type Values = Readonly<Record<string, unknown>>;

/** Whether a use takes place, by the fields of the body or element in the condition. */
export function takesPlace({ when }: Use, values: Values): boolean {
  if (when === undefined) {
    return true;
  }
  const value = values[when.field] as number;
  if (when.is !== undefined) {
    return value === when.is;
  }
  return (when.bit === undefined ? value : value & when.bit) !== 0;
}

/** Called for each id of a command and each use of the object. */
export type ReferenceVisitor = (id: number, use: Use, reference: Reference) => void;

function visitUses(
  reference: Reference,
  id: number,
  uses: readonly Use[],
  values: Values,
  visit: ReferenceVisitor,
): void {
  for (const use of uses) {
    if (takesPlace(use, values)) {
      visit(id, use, reference);
    }
  }
}

/**
 * Calls back for each id that a command holds, SVGA3D_INVALID_ID included, and each use of it that takes place. Ids of
 * the body come before those of parts.
 */
export function forEachReference<N extends CommandName>(
  name: N,
  fields: CommandFields<N>,
  visit: ReferenceVisitor,
): void {
  const values = fields as Values;
  for (const reference of effectsOf(name).references) {
    const { part, field, uses } = reference;
    if (part === undefined) {
      visitUses(reference, values[field as string] as number, uses, values, visit);
      continue;
    }
    for (const element of values[part] as readonly (Values | number)[]) {
      if (typeof element === 'number') {
        visitUses(reference, element, uses, values, visit);
      } else {
        visitUses(reference, element[field as string] as number, uses, element, visit);
      }
    }
  }
}
