import {
  definitionOf,
  SVGA3D_INVALID_ID,
  SVGA3D_NUM_SHADERTYPE,
  takesPlace,
  type CommandName,
  type Reference,
  type SlotFields,
  type SlotGroup,
  type SlotPlace,
} from '@cg/svga-protocol';
import { VmwgfxError } from '../../errors.js';
import type { ContextState } from '../../resource/contexts/context-state.js';
import type { CommandScope, SlotSetting } from '../command-scope.js';

type Fields = Readonly<Record<string, unknown>>;
type Element = Readonly<Record<string, number>>;

/** The effect of a command through one of its references. */
export type Act = (fields: Fields, scope: CommandScope, state: ContextState) => void;

/** Fields of bodies that a slot keeps, with their names there. */
const keptFields: Readonly<Record<string, keyof SlotFields>> = {
  face: 'face',
  format: 'format',
  mipmap: 'mipmap',
  offset: 'offset',
  offsetInBytes: 'offset',
  sizeInBytes: 'sizeInBytes',
  uavSpliceIndex: 'spliceIndex',
};

/** SVGA3dShaderType, from 1 on. @throws VmwgfxError EINVAL for an unknown type */
export function shaderTypeIndex(type: number): number {
  if (type < 1 || type > SVGA3D_NUM_SHADERTYPE) {
    throw new VmwgfxError('EINVAL', `there are no shaders of type ${type}`);
  }
  return type - 1;
}

function groupIn({ groups, type }: SlotPlace, fields: Fields): SlotGroup {
  return type === undefined
    ? (groups as SlotGroup)
    : (groups as readonly SlotGroup[])[shaderTypeIndex(fields[type] as number)];
}

function startIn({ start }: SlotPlace, fields: Fields): number {
  return typeof start === 'number' ? start : (fields[start] as number);
}

/** The setting that binds a surface, a view, or nothing; the object has to be ready by then. */
function settingOf(scope: CommandScope, { coTable }: Reference, id: number, fields: SlotFields): SlotSetting {
  if (coTable === undefined) {
    const surface = scope.surface(id);
    if (surface !== undefined) {
      scope.use(surface, 'read');
    }
    return { target: surface, fields };
  }
  const view = scope.view(coTable, id);
  if (view !== undefined) {
    scope.useView(view, 'read');
  }
  return { target: view, fields };
}

export function idOf({ target }: Pick<SlotSetting, 'target'>): number {
  return target?.stateId ?? SVGA3D_INVALID_ID;
}

/** State objects: the context does not record which are set. */
function namesState({ coTable, part, field, uses }: Reference): Act {
  const slot = uses[0].slot as SlotPlace;
  return (fields, scope) => {
    const ids =
      part === undefined ? [fields[field as string] as number] : (fields[part] as readonly number[]);
    scope.checkSlots(groupIn(slot, fields), startIn(slot, fields), ids.length);
    ids.forEach((id) => scope.name(coTable as number, id));
  };
}

/** Binds one object, named by a field of the body. */
function setsOne(name: CommandName, reference: Reference): Act {
  const { kind, field = '', uses } = reference;
  const slot = uses[0].slot as SlotPlace;
  const kept = Object.entries(keptFields).filter(([own]) => own in definitionOf(name).body.offsets);
  return (fields, scope, state) => {
    const slotFields = Object.fromEntries(kept.map(([own, theirs]) => [theirs, fields[own]])) as SlotFields;
    const setting = settingOf(scope, reference, fields[field] as number, slotFields);
    scope.bind(state, groupIn(slot, fields), startIn(slot, fields), [setting]);
    if (kind === 'surface') {
      scope.effects.translations.push(() => ({ [field]: idOf(setting) }));
    }
  };
}

/** Binds the objects whose ids are the elements of a part to consecutive slots. */
function setsAll(name: CommandName, reference: Reference): Act {
  const { part = '', uses } = reference;
  const slot = uses[0].slot as SlotPlace;
  const kept = Object.entries(keptFields).filter(([own]) => own in definitionOf(name).body.offsets);
  return (fields, scope, state) => {
    const slotFields = Object.fromEntries(kept.map(([own, theirs]) => [theirs, fields[own]])) as SlotFields;
    const ids = fields[part] as readonly number[];
    const settings = ids.map((id) => settingOf(scope, reference, id, slotFields));
    scope.bind(state, groupIn(slot, fields), startIn(slot, fields), settings);
  };
}

/** Binds the surfaces named by the elements of a part, to consecutive slots or each to its own. */
function setsEach(reference: Reference): Act {
  const { part = '', field = '', uses } = reference;
  const [use] = uses;
  const slot = use.slot as SlotPlace;
  return (fields, scope, state) => {
    const elements = fields[part] as readonly Element[];
    const settings = elements.map((element) => {
      const { [field]: id, ...rest } = element;
      return takesPlace(use, element)
        ? settingOf(scope, reference, id, slot.perElement === true ? {} : rest)
        : undefined;
    });
    if (slot.perElement === true) {
      settings.forEach((setting, i) => {
        if (setting !== undefined) {
          scope.bind(state, groupIn(slot, fields), startIn(slot, elements[i]), [setting]);
        }
      });
    } else {
      scope.bind(state, groupIn(slot, fields), startIn(slot, fields), settings as readonly SlotSetting[]);
    }
    scope.effects.translations.push(() => ({
      [part]: elements.map((element, i) => {
        const setting = settings[i];
        return setting === undefined ? element : { ...element, [field]: idOf(setting) };
      }),
    }));
  };
}

/** The bindings that a command makes through a reference. */
export function slotsSetBy(name: CommandName, reference: Reference): Act {
  const { coTable, isView, part, field } = reference;
  if (coTable !== undefined && isView !== true) {
    return namesState(reference);
  }
  if (part === undefined) {
    return setsOne(name, reference);
  }
  return field === undefined ? setsAll(name, reference) : setsEach(reference);
}
