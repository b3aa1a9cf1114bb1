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

/** A surface whose handle is in a field of a command's body, and what the command does to it. */
export interface SurfaceOperand {
  readonly field: string;
  readonly uses: readonly Use[];
  /** By all of the uses, also those that depend on other fields. */
  readonly effect: SurfaceEffect;
  readonly isConditional: boolean;
}

/** A part of a surface that a command touches, to be checked. */
export interface CheckedExtent {
  /** Which of the rule's surfaces. */
  readonly operand: number;
  readonly use: Use;
  readonly extent: Extent;
  /** The surface by whose layout rows of a buffer lie, of those too; -1 where there are no rows. */
  readonly texture: number;
  /**
   * The fields `face` and `mipmap` say which image, and `x` to `d` which box of it, as in the transfers that a program
   * sends by the thousand: these are read by their names, which is faster than by a variable.
   */
  readonly isBareImage: boolean;
  readonly hasBareBox: boolean;
  readonly isConditional: boolean;
}

/** What the driver has to know of a command that a user may send. */
export interface UserRule {
  /** The level that the command needs whatever its fields; `undefined` where these decide. */
  readonly level: number | undefined;
  readonly surfaces: readonly SurfaceOperand[];
  /** Found once: a submission may have thousands of commands. */
  readonly extents: readonly CheckedExtent[];
  /** Fields with handles of buffer objects; a command that is for a context resolves its own. */
  readonly buffers: readonly string[];
  /** Its surface lies in its buffer object from then on; the driver does it in its own way. */
  readonly bindsBacking: boolean;
  /** It moves a surface's content between device and backing: the driver's work where the surface is tracked. */
  readonly explicit: boolean;
  /** From backing to device: of an explicit surface its program may know bytes from before the backing was tracked. */
  readonly uploads: boolean;
  /** What it does to the context that it is for. */
  readonly apply: ((fields: never, scope: CommandScope) => void) | undefined;
  readonly inspect: CommandRule['inspect'];
}

const transfers: ReadonlySet<Action> = new Set(['upload', 'readBack', 'invalidate']);

/** The context's part of a command looks up a surface that it does this to. */
const lasting: ReadonlySet<Action> = new Set(['set', 'view']);

function effectOf(uses: readonly Use[]): SurfaceEffect {
  if (uses.some(({ action }) => action === 'write')) {
    return 'write';
  }
  const settles = uses.some(({ action, extent }) => transfers.has(action) && extent?.images === undefined);
  return settles ? 'settle' : 'read';
}

/** What a command with these fields does to the surface. */
export function effectIn(
  { uses, effect, isConditional }: SurfaceOperand,
  fields: Readonly<Record<string, unknown>>,
): SurfaceEffect {
  return isConditional ? effectOf(uses.filter((use) => takesPlace(use, fields))) : effect;
}

function operandOf({ field, uses }: Reference): SurfaceOperand {
  const isConditional = uses.some(({ when }) => when !== undefined);
  return { field: field as string, uses, effect: effectOf(uses), isConditional };
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

/** Completes a rule by what the protocol says of the command. */
export function userRule(name: CommandName, { check, apply, inspect }: CommandRule): UserRule {
  const ofBody = effectsOf(name).references.filter(({ part }) => part === undefined);
  const surfaces = ofBody
    .filter(({ kind, uses }) => kind === 'surface' && !uses.every(({ action }) => lasting.has(action)))
    .map(operandOf);
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
