import {
  definitionOf,
  effectsOf,
  hasLimitedFields,
  takesPlace,
  type Action,
  type CommandName,
  type Extent,
  type Reference,
  type Use,
} from '@cg/svga-protocol';
import type { SurfaceEffect } from '../effects.js';
import type { CommandScope } from '../command-scope.js';
import type { CommandRule } from './command-rule.js';
import { contextEffectOf } from './context-effects.js';

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

/** A part of a surface that a command touches and that is checked. */
export interface CheckedExtent {
  /** Index of the rule's surface. */
  readonly operand: number;
  readonly use: Use;
  readonly extent: Extent;
  /** Index of the surface whose layout determines the rows of a buffer; -1 without rows. */
  readonly texture: number;
  /**
   * The fields `face` and `mipmap` name the image, and `x` to `d` the box in it, as in the transfers that a program
   * sends by the thousand: reading them by fixed names is faster than by a variable.
   */
  readonly isBareImage: boolean;
  readonly hasBareBox: boolean;
  readonly isConditional: boolean;
}

/** The driver's rule for a user command. */
export interface UserRule {
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

const BOX_FIELDS = ['x', 'y', 'z', 'w', 'h', 'd'] as const;

function extentsOf(surfaces: readonly SurfaceOperand[]): CheckedExtent[] {
  return surfaces.flatMap(({ uses }, operand) =>
    uses.flatMap((use) => {
      const { extent } = use;
      if (extent?.images === undefined) {
        return [];
      }
      const texture = surfaces.findIndex(({ field }) => field === extent.rows?.texture);
      const { images, box, part, rows } = extent;
      const isBare = 'face' in images && images.face === 'face' && images.mipmap === 'mipmap';
      const isWhole = part === undefined && rows === undefined;
      const hasBareBox = box !== undefined && BOX_FIELDS.every((name) => box[name] === name);
      const isBareImage = isBare && isWhole && (box === undefined || hasBareBox);
      const isConditional = use.when !== undefined;
      return [{ operand, use, extent, texture, isBareImage, hasBareBox, isConditional }];
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
  return {
    level: hasLimitedFields(name) ? undefined : definitionOf(name).level,
    surfaces,
    extents: extentsOf(surfaces),
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
  };
}
