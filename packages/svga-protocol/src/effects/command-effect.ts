import type { CommandDefinition } from '../commands/command-definition.js';
import type { commandTable, CommandName } from '../commands/command-table.js';
import type { SlotGroup } from '../state/context-slots.js';
import type { IdType } from '../structures/header-types.js';

/**
 * The effect of a command on an object that it names.
 *
 * - `define`, `destroy`: the object is created or destroyed;
 * - `bind`: its memory is set, changed or removed; `back`: it is that memory, a MOB or GMR;
 * - `set`: it is set in a slot of a context's or screen's state; `view`: a view of it is defined;
 * - `read`, `write`: its content: of a surface the device's image, of a view the surface's, of a query the result;
 * - `upload`, `readBack`, `invalidate`: between image and memory: the image becomes what the memory has, the memory
 *   what the image has, the image may lose what it has;
 * - `use`: it is named, and its content is unchanged.
 */
export type Action =
  | 'back'
  | 'bind'
  | 'define'
  | 'destroy'
  | 'invalidate'
  | 'read'
  | 'readBack'
  | 'set'
  | 'upload'
  | 'use'
  | 'view'
  | 'write';

/** Images of a surface: by face and mip, or by subresource, as the names of fields or as a number. */
export type Images =
  { readonly face: string; readonly mipmap: string } | { readonly subresource: number | string };

/** A box, by the names of the fields that have its numbers, or the numbers. */
export type BoxFields = Readonly<Record<'d' | 'h' | 'w' | 'x' | 'y' | 'z', number | string>>;

/** The layout of a texture's box in a buffer: names of fields. */
export interface PitchedRows {
  readonly offset: string;
  readonly pitch: string;
  readonly slicePitch: string;
  /** The box, and its surface. */
  readonly box: BoxFields;
  readonly texture: string;
}

/** The part of a surface. Undefined fields mean everything; the part is at least what the device touches. */
export interface Extent {
  readonly images?: Images;
  readonly box?: BoxFields;
  /** The part of the command whose elements each have such a box; without it the body has one. */
  readonly part?: string;
  /** The field that, if not 0, inverts the box: all of the image except the box. */
  readonly inverted?: string;
  readonly rows?: PitchedRows;
}

/** The slot of an object: in a group, or in one for each SVGA3dShaderType. */
export interface SlotPlace {
  readonly groups: SlotGroup | readonly SlotGroup[];
  /** The first slot in the group: a number, or the field with it. Further objects use the following slots. */
  readonly start: number | string;
  /** `start` is a field of each element of the part, with a slot for each. */
  readonly perElement?: boolean;
  /** The field with the shader type, if there is a group for each. */
  readonly type?: string;
}

/** The condition of a use: a field has a value, has a bit set, or by default is not 0. */
export interface Condition {
  readonly field: string;
  readonly is?: number;
  readonly bit?: number;
}

/** What a command does to an object. */
export interface Use {
  readonly action: Action;
  readonly extent?: Extent;
  readonly slot?: SlotPlace;
  readonly when?: Condition;
  /** The type of the id, if not that of the field: the field holds an id only under the condition. */
  readonly idType?: IdType;
}

/** The form in the table: the action alone if there is nothing else. */
export type UseEntry = Action | Use | readonly Use[];

/**
 * The effect of a command on the pipeline of a context: it sets state for draws, draws or dispatches with the content
 * of slots, clears it, or counts. A device that does not render ignores these.
 */
export type PipelineEffect = 'clear' | 'dispatch' | 'draw' | 'query' | 'state';

/** The effects of a command, by the fields with the ids. A field `f` of the elements of a part `p` is `p.f`. */
export interface CommandEffect<Uses = Readonly<Record<string, UseEntry>>> {
  readonly uses: Uses;
  readonly pipeline?: PipelineEffect;
}

/** The fields of a body that hold ids. */
type IdField<F> = { [K in keyof F & string]: F[K] extends IdType ? K : never }[keyof F & string];

/** All ids of the body, and those in parts. */
type UsesOf<N extends CommandName> =
  (typeof commandTable)[N] extends CommandDefinition<infer F, infer T>
    ? { readonly [K in IdField<F>]: UseEntry } & {
        readonly [P in (keyof T & string) | `${keyof T & string}.${string}`]?: UseEntry;
      }
    : never;

/** Effects of some commands; one that leaves out an id of its body does not compile. */
export type EffectFamily = { readonly [N in CommandName]?: CommandEffect<UsesOf<N>> };

/** The effects of every command. */
export type EffectTable = Required<EffectFamily>;
