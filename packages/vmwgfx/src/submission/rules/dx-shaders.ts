import { SVGA3D_INVALID_ID, SVGA_COTABLE, dxSlots } from '@cg/svga-protocol';
import { VmwgfxError } from '../../errors.js';
import type { BufferObject } from '../../memory/buffer-object.js';
import type { DxContext } from '../../resource/contexts/dx-context.js';
import { DxShader, StreamOutput, type TableEntry } from '../../resource/contexts/table-entry.js';
import type { CommandScope } from '../command-scope.js';
import type { CommandRules } from './command-rule.js';
import { shaderTypeIndex } from './slot-settings.js';

/** @throws VmwgfxError ENOENT */
function known<T>(entries: ReadonlyMap<number, T>, id: number): T {
  const entry = entries.get(id);
  if (entry === undefined) {
    throw new VmwgfxError('ENOENT', `the context has no such object ${id}`, { id });
  }
  return entry;
}

/** Places an entry's content in a buffer object. @throws VmwgfxError EINVAL if it is not all inside */
function place(scope: CommandScope, entry: TableEntry, object: BufferObject, offset: number): void {
  if (offset + entry.backingBytes > object.bytes) {
    throw new VmwgfxError('EINVAL', `${entry.backingBytes} bytes at ${offset} leave the buffer object`, {
      offset,
    });
  }
  const { backing, backingOffset } = entry;
  const held = scope.changes.reserve(object);
  scope.changes.checkEntry(entry.table, entry.stateId);
  scope.changes.defineEntry(entry.table, entry.stateId);
  scope.changes.need(entry, false);
  if (backing === undefined) {
    entry.attach(held, offset);
    entry.setBound(true);
    scope.changes.change(() => {
      entry.setBound(false);
      entry.detach(held);
    });
  } else {
    const from = scope.changes.reserve(backing);
    const wasBound = entry.isBound;
    entry.moveTo(from, held, offset);
    entry.setBound(true);
    scope.changes.change(() => {
      entry.moveTo(held, from, backingOffset);
      entry.setBound(wasBound);
    });
  }
  scope.effects.refused.push(() => entry.setBound(false));
  scope.effects.translations.push(() => ({ mobid: object.mobId() }));
}

/** Removes an entry, after emptying the slots with it. */
function end<T extends TableEntry>(scope: CommandScope, entries: Map<number, T>, id: number): void {
  const entry = entries.get(id);
  if (entry !== undefined) {
    scope.unbindAll(entry);
    scope.put(entries, id, undefined, () => entry.retire());
  }
}

/** The context in a `cid`, or the submission's. @throws VmwgfxError ENOENT, EINVAL */
function namedContext(scope: CommandScope, cid: number): DxContext {
  const context = cid === SVGA3D_INVALID_ID ? scope.dx : scope.handles.dxContext(cid);
  if (context !== scope.dx) {
    throw new VmwgfxError('EINVAL', 'the command is for another context than the submission', {
      handle: cid,
    });
  }
  scope.effects.translations.push(() => ({ cid: context.id }));
  return context;
}

/** Shaders and stream outputs of DX contexts. */
export const dxShaderRules: CommandRules = {
  DX_DEFINE_SHADER: {
    apply({ shaderId, type, sizeInBytes }, scope) {
      shaderTypeIndex(type);
      const { shaders } = scope.dx;
      if (shaders.has(shaderId)) {
        throw new VmwgfxError('EINVAL', `the context has a shader ${shaderId} already`, { id: shaderId });
      }
      if (sizeInBytes === 0) {
        throw new VmwgfxError('EINVAL', 'a shader has bytes', { id: shaderId });
      }
      const table = scope.define(SVGA_COTABLE.DXSHADER, shaderId);
      const shader = new DxShader(table, shaderId, type, sizeInBytes);
      scope.put(shaders, shaderId, shader);
      scope.effects.refused.push(() => shader.refused());
    },
  },
  DX_DESTROY_SHADER: {
    apply({ shaderId }, scope) {
      known(scope.dx.shaders, shaderId);
      scope.undefine(SVGA_COTABLE.DXSHADER, shaderId);
      end(scope, scope.dx.shaders, shaderId);
    },
  },
  DX_BIND_SHADER: {
    apply({ cid, shid, mobid, offsetInBytes }, scope) {
      const { shaders } = namedContext(scope, cid);
      place(scope, known(shaders, shid), scope.handles.buffer(mobid), offsetInBytes);
    },
  },
  DX_SET_SHADER: {
    apply({ shaderId, type }, scope) {
      const group = dxSlots.shaders[shaderTypeIndex(type)];
      const target = shaderId === SVGA3D_INVALID_ID ? undefined : known(scope.dx.shaders, shaderId);
      if (target !== undefined && target.type !== type) {
        throw new VmwgfxError('EINVAL', `shader ${shaderId} is of another type`, { id: shaderId });
      }
      scope.bind(scope.dx.state, group, 0, [{ target }]);
    },
  },
  DX_DESTROY_STREAMOUTPUT: {
    apply({ soid }, scope) {
      scope.undefine(SVGA_COTABLE.STREAMOUTPUT, soid);
      end(scope, scope.dx.streamOutputs, soid);
    },
  },
  DX_BIND_STREAMOUTPUT: {
    apply({ soid, mobid, offsetInBytes, sizeInBytes }, scope) {
      const { streamOutputs, tables } = scope.dx;
      if (sizeInBytes === 0) {
        throw new VmwgfxError('EINVAL', 'declarations have bytes', { id: soid });
      }
      const before = streamOutputs.get(soid);
      const entry =
        before?.backingBytes === sizeInBytes
          ? before
          : new StreamOutput(tables[SVGA_COTABLE.STREAMOUTPUT], soid, sizeInBytes);
      place(scope, entry, scope.handles.buffer(mobid), offsetInBytes);
      if (entry !== before) {
        scope.put(streamOutputs, soid, entry, () => before?.retire());
      }
    },
  },
  DX_SET_STREAMOUTPUT: {
    apply({ soid }, scope) {
      scope.name(SVGA_COTABLE.STREAMOUTPUT, soid);
      const target = scope.dx.streamOutputs.get(soid);
      scope.bind(scope.dx.state, dxSlots.streamOutput, 0, [{ target }]);
    },
  },
};
