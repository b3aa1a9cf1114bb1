import {
  definitionOf,
  effectsOf,
  hasLimitedFields,
  takesPlace,
  type Action,
  type CommandName,
  type Reference,
  type Use,
} from '@cg/svga-protocol';
import type { SurfaceEffect } from '../effects.js';
import type { CommandScope } from '../command-scope.js';
import type { CommandRule } from './command-rule.js';
import { contextEffectOf } from './context-effects.js';
import type { CheckedExtent } from './extents.js';
import { extentsInPlace, type ExtentInPlace } from './extents-in-place.js';

/** A surface whose handle is in a field of a command's body, and the command's effect on it. */
export interface SurfaceOperand {
  readonly field: string;
  /** Where the field is, in bytes from the start of the command. */
  readonly at: number;
  readonly uses: readonly Use[];
  /** By all of the uses, including those that depend on other fields. */
  readonly effect: SurfaceEffect;
  readonly isConditional: boolean;
}

/** The driver's rule for a user command. */
export interface UserRule {
  readonly name: CommandName;
  /** The level that the command needs whatever its fields; `undefined` where it depends on these. */
  readonly level: number | undefined;
  readonly surfaces: readonly SurfaceOperand[];
  /** Computed once: a submission may have thousands of commands. */
  readonly extents: readonly CheckedExtent[];
  /** Fields with handles of buffer objects; a context's command resolves its own. */
  readonly buffers: readonly string[];
  /** It places its surface in its buffer object; the driver does this itself. */
  readonly bindsBacking: boolean;
  /** It moves a surface's content between device and backing: the driver's task if the surface is tracked. */
  readonly explicit: boolean;
  /** It uploads: an explicit surface may have bytes in its backing from before that was tracked. */
  readonly uploads: boolean;
  /** Its effect on its context. */
  readonly apply: ((fields: never, scope: CommandScope) => void) | undefined;
  readonly inspect: CommandRule['inspect'];
  /** Where the extents are, if they and the surfaces are all that has to be checked. */
  readonly inPlace: readonly ExtentInPlace[] | undefined;
}

const transfers: ReadonlySet<Action> = new Set(['upload', 'readBack', 'invalidate']);

/** Actions on surfaces that the context's part of a command looks up. */
const lasting: ReadonlySet<Action> = new Set(['set', 'view']);

function effectOf(uses: readonly Use[]): SurfaceEffect {
  if (uses.some(({ action }) => action === 'write')) {
    return 'write';
  }
  const settles = uses.some(({ action, extent }) => transfers.has(action) && extent?.images === undefined);
  return settles ? 'settle' : 'read';
}

/** The uses of an operand that take place with these fields. */
export function usesIn(
  { uses, isConditional }: SurfaceOperand,
  fields: Readonly<Record<string, unknown>>,
): readonly Use[] {
  return isConditional ? uses.filter((use) => takesPlace(use, fields)) : uses;
}

/** A command's effect on the surface of an operand, by the uses that take place. */
export function effectOn({ effect, isConditional }: SurfaceOperand, uses: readonly Use[]): SurfaceEffect {
  return isConditional ? effectOf(uses) : effect;
}

function operandOf(name: CommandName, { field = '', uses }: Reference): SurfaceOperand {
  const { headerBytes, body } = definitionOf(name);
  const at = headerBytes + body.offsetOf(field);
  const isConditional = uses.some(({ when }) => when !== undefined);
  return { field, at, uses, effect: effectOf(uses), isConditional };
}

function extentsOf(surfaces: readonly SurfaceOperand[]): CheckedExtent[] {
  return surfaces.flatMap(({ uses }, operand) =>
    uses.flatMap((use) => {
      const { extent } = use;
      if (extent?.images === undefined) {
        return [];
      }
      const texture = surfaces.findIndex(({ field }) => field === extent.rows?.texture);
      return [{ operand, use, extent, texture, isConditional: use.when !== undefined }];
    }),
  );
}

/** Completes a rule with the protocol's description of the command. */
export function userRule(name: CommandName, { check, apply, inspect }: CommandRule): UserRule {
  const ofBody = effectsOf(name).references.filter(({ part }) => part === undefined);
  const surfaces = ofBody
    .filter(({ kind, uses }) => kind === 'surface' && !uses.every(({ action }) => lasting.has(action)))
    .map((reference) => operandOf(name, reference));
  const actions = surfaces.flatMap(({ uses }) => uses.map(({ action }) => action));
  const explicit = actions.length > 0 && actions.every((action) => transfers.has(action));
  const applied = apply ?? contextEffectOf(name);
  const buffers = applied === undefined ? ofBody.filter(({ kind }) => kind === 'mob' || kind === 'gmr') : [];
  const extents = extentsOf(surfaces);
  const isPlain =
    applied === undefined && check === undefined && inspect === undefined && buffers.length === 0;
  const isFixed = surfaces.every(({ isConditional }) => !isConditional);
  return {
    name,
    level: hasLimitedFields(name) ? undefined : definitionOf(name).level,
    surfaces,
    extents,
    buffers: buffers.map(({ field }) => field as string),
    bindsBacking: actions.includes('bind'),
    explicit,
    uploads: explicit && actions.includes('upload'),
    apply:
      check === undefined
        ? applied
        : (fields, scope) => {
            check(fields, scope);
            applied?.(fields, scope);
          },
    inspect,
    inPlace: isPlain && isFixed ? extentsInPlace(name, extents) : undefined,
  };
}
