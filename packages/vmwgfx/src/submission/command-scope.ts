import {
  SVGA3D_INVALID_ID,
  type CommandName,
  type SlotFields,
  type SlotGroup,
  type Stage,
} from '@cg/svga-protocol';
import { VmwgfxError } from '../errors.js';
import type { HandleTable } from '../file/handle-table.js';
import type { BufferObject } from '../memory/buffer-object.js';
import type { CoTable } from '../resource/contexts/co-table.js';
import { Binding, type ContextState } from '../resource/contexts/context-state.js';
import type { DxContext } from '../resource/contexts/dx-context.js';
import type { LegacyContext } from '../resource/contexts/legacy-context.js';
import { View } from '../resource/contexts/view.js';
import type { Named } from '../resource/weak-refs.js';
import { Resource } from '../resource/resource.js';
import { Surface } from '../resource/surface.js';
import type { ContextChanges } from './context-changes.js';
import type { BufferRange, SurfaceEffect } from './effects.js';

/** The new content of one slot. */
export interface SlotSetting {
  readonly target: Named | undefined;
  readonly fields?: SlotFields;
}

/** Effects of a context's command beyond its rule for fields. */
export class CommandEffects {
  readonly uses: {
    readonly field: undefined;
    readonly at: -1;
    readonly surface: Surface;
    readonly effect: SurfaceEffect;
  }[] = [];
  readonly ranges: BufferRange[] = [];
  /** Sent before it. */
  readonly before: (() => void)[] = [];
  /** Called if the device refuses it. */
  readonly refused: (() => void)[] = [];
  /** The command sent in its place, with the same and further fields. */
  sentAs: CommandName | undefined;
  /** It destroys or unbinds something, which must not fail. */
  cannotFail = false;
  /** Replacements for the user's fields, computed once all ids are known. */
  readonly translations: (() => object)[] = [];
}

/** A command being checked against its context: reads the context's state and changes it. */
export class CommandScope {
  readonly effects = new CommandEffects();

  constructor(
    readonly changes: ContextChanges,
    readonly handles: HandleTable,
  ) {}

  /** @throws VmwgfxError EINVAL if the submission names none */
  get dx(): DxContext {
    const { dxContext } = this.changes;
    if (dxContext === undefined) {
      throw new VmwgfxError('EINVAL', 'it needs a DX context, and the submission names none');
    }
    return dxContext;
  }

  /** The context in a `cid`, which is a handle. @throws VmwgfxError ENOENT, EINVAL */
  legacy(cid: number): LegacyContext {
    const context = this.handles.legacyContext(cid);
    this.changes.useContext(context);
    this.effects.translations.push(() => ({ cid: context.id }));
    return context;
  }

  /** A surface; undefined for the invalid id. @throws VmwgfxError ENOENT, EINVAL */
  surface(handle: number): Surface | undefined {
    return handle === SVGA3D_INVALID_ID ? undefined : this.handles.surface(handle);
  }

  use(surface: Surface, effect: SurfaceEffect): void {
    this.effects.uses.push({ field: undefined, at: -1, surface, effect });
  }

  /** The command defines an id of a table. @throws VmwgfxError EINVAL */
  define(type: number, id: number): CoTable {
    const table = this.dx.tables[type];
    this.changes.defineEntry(table, id);
    return table;
  }

  /** The command destroys an id of a table. @throws VmwgfxError EINVAL */
  undefine(type: number, id: number): void {
    this.changes.checkEntry(this.dx.tables[type], id);
    this.changes.defineEntry(this.dx.tables[type], id);
    this.effects.cannotFail = true;
  }

  /** The command names an id of a table, or the invalid id. @throws VmwgfxError EINVAL */
  name(type: number, id: number): void {
    if (id !== SVGA3D_INVALID_ID) {
      this.changes.checkEntry(this.dx.tables[type], id);
    }
  }

  /** A view; undefined for the invalid id. @throws VmwgfxError EINVAL, ENOENT */
  view(type: number, id: number): View | undefined {
    if (id === SVGA3D_INVALID_ID) {
      return undefined;
    }
    const view = this.viewsOf(type).get(id);
    if (view === undefined) {
      throw new VmwgfxError('ENOENT', `the context has no such view ${id}`, { id });
    }
    return view;
  }

  viewsOf(type: number): Map<number, View> {
    return this.dx.views.get(type) as Map<number, View>;
  }

  /** Uses a view, and thereby its surface. */
  useView(view: View, effect: SurfaceEffect): void {
    this.changes.checkEntry(view.table, view.id);
    this.changes.needView(view);
    this.use(view.surface, effect);
  }

  /** Adds an entry to a map of the context, or removes it. */
  put<T>(map: Map<number, T>, id: number, value: T | undefined, accept?: () => void): void {
    const before = map.get(id);
    setOrDelete(map, id, value);
    this.changes.change(() => setOrDelete(map, id, before), accept);
  }

  /** @throws VmwgfxError EINVAL if a group has fewer slots */
  checkSlots(group: SlotGroup, start: number, count: number): void {
    if (start + count > group.count) {
      const last = start + count - 1;
      throw new VmwgfxError('EINVAL', `there are ${group.count} such slots, and no number ${last}`, {
        id: last,
      });
    }
  }

  /** Fills consecutive slots of a group; throws as `checkSlots`. */
  bind(state: ContextState, group: SlotGroup, start: number, settings: readonly SlotSetting[]): void {
    this.checkSlots(group, start, settings.length);
    settings.forEach(({ target, fields }, i) => {
      const slot = group.first + start + i;
      this.#put(state, slot, target === undefined ? undefined : new Binding(state, slot, target, fields));
    });
  }

  /** Unbinds an object from all slots, before the command that destroys it. */
  unbindAll(target: Named): void {
    for (const user of target.namedBy.all()) {
      if (user instanceof Binding && user.state.at(user.slot) === user) {
        this.#put(user.state, user.slot, undefined);
        this.effects.before.push(user.state.noFailSender(user.slot));
      }
    }
  }

  /** Uses everything that a draw or a dispatch reads and writes. */
  draw(state: ContextState, stage: Stage): void {
    for (const [binding, { effect }] of state.inUse(stage)) {
      this.useBinding(binding, effect);
    }
  }

  /** Uses the object bound to a slot. */
  useBinding(binding: Binding, effect: SurfaceEffect): void {
    const { target } = binding;
    this.useTarget(target, effect);
    this.changes.needSlot(binding);
  }

  useTarget(target: Named, effect: SurfaceEffect): void {
    if (target instanceof View) {
      this.useView(target, effect);
    } else if (target instanceof Surface) {
      this.use(target, effect);
    } else if (target instanceof Resource) {
      this.changes.need(target, false);
    }
  }

  /** The command makes the device read or write bytes of a buffer object. */
  range(object: BufferObject, start: number, end: number, written: boolean): void {
    this.changes.hold(object);
    this.effects.ranges.push({ object, start, end, written });
  }

  #put(state: ContextState, slot: number, binding: Binding | undefined): void {
    const before = state.at(slot);
    state.set(slot, binding);
    binding?.target.namedBy.add(binding);
    this.changes.change(
      () => {
        binding?.target.namedBy.remove(binding);
        state.set(slot, before);
      },
      () => before?.target.namedBy.remove(before),
    );
    this.effects.before.push(() => binding?.arrive());
    this.effects.refused.push(() => state.refused(slot));
  }
}

function setOrDelete<T>(map: Map<number, T>, id: number, value: T | undefined): void {
  if (value === undefined) {
    map.delete(id);
  } else {
    map.set(id, value);
  }
}
