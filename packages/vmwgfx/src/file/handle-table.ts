import { VmwgfxError } from '../errors.js';
import { BufferObject } from '../memory/buffer-object.js';
import { DxContext } from '../resource/contexts/dx-context.js';
import { LegacyContext } from '../resource/contexts/legacy-context.js';
import { Shader } from '../resource/shader.js';
import { Surface } from '../resource/surface.js';

/** What a handle may name. */
export type HandledObject = BufferObject | Surface | LegacyContext | DxContext | Shader;

/** Objects that several files may have handles of. */
export type SharedAmongFiles = BufferObject | Surface;

interface Entry {
  readonly object: HandledObject;
  /** Of a surface: how often the handle was given out, and has to be closed (the kernel's TTM reference objects). */
  opens: number;
  /** Of a buffer object: the handle was exported or imported, and an import returns it. */
  shared: boolean;
}

/**
 * The handles of one open file, each of which keeps its object.
 *
 * A surface has one handle, which counts how often it was given out. Handles of buffer objects are GEM's: not
 * counted, closed once. A file may have several of the same buffer object, but importing one that it has exported or
 * imported before returns that handle (drm-uapi, PRIME buffer sharing).
 */
export class HandleTable {
  readonly #entries = new Map<number, Entry>();
  /** The handle of each object, or several of a buffer object: a set of one would take 250 bytes. */
  readonly #handles = new Map<HandledObject, number | Set<number>>();
  #next = 1;
  /** Handles that ceased to name an object. Until that changes, every handle that names one names the same. */
  closed = 0;

  /** A handle for an object; takes over the caller's reference. */
  adopt(object: HandledObject): number {
    const handle = this.#next++;
    this.#entries.set(handle, { object, opens: 1, shared: false });
    const others = this.#handles.get(object);
    if (others instanceof Set) {
      others.add(handle);
    } else {
      this.#handles.set(object, others === undefined ? handle : new Set([others, handle]));
    }
    return handle;
  }

  /** Another handle of a buffer object, closed separately. */
  add(object: BufferObject): number {
    object.references.take();
    return this.adopt(object);
  }

  /**
   * The object of a handle, for other files: contexts and shaders cannot be shared.
   * @throws VmwgfxError ENOENT, EINVAL
   */
  export(handle: number): SharedAmongFiles {
    const entry = this.#entry(handle);
    const { object } = entry;
    if (object instanceof BufferObject || object instanceof Surface) {
      entry.shared = true;
      return object;
    }
    throw new VmwgfxError('EINVAL', `what handle ${handle} names is not for other files`, { handle });
  }

  /** The handle of a shared object: the existing one if the file has one. */
  import(object: SharedAmongFiles): number {
    const handles = this.#handles.get(object) ?? [];
    for (const handle of typeof handles === 'number' ? [handles] : handles) {
      const entry = this.#entry(handle);
      if (object instanceof Surface) {
        entry.opens++;
        return handle;
      }
      if (entry.shared) {
        return handle;
      }
    }
    object.references.take();
    const handle = this.adopt(object);
    this.#entry(handle).shared = true;
    return handle;
  }

  /** @throws VmwgfxError ENOENT for no handle of this file */
  object(handle: number): HandledObject {
    return this.#entry(handle).object;
  }

  /** @throws VmwgfxError ENOENT, EINVAL for the handle of something else */
  surface(handle: number): Surface {
    const object = this.object(handle);
    if (object instanceof Surface) {
      return object;
    }
    throw new VmwgfxError('EINVAL', `handle ${handle} is no surface`, { handle });
  }

  /** @throws VmwgfxError ENOENT, EINVAL for the handle of something else */
  buffer(handle: number): BufferObject {
    const object = this.#entries.get(handle)?.object;
    if (object instanceof BufferObject) {
      return object;
    }
    const code = object === undefined ? 'ENOENT' : 'EINVAL';
    throw new VmwgfxError(code, `handle ${handle} is no buffer object`, { handle, wanted: 'buffer' });
  }

  /** @throws VmwgfxError ENOENT, EINVAL for the handle of something else */
  legacyContext(handle: number): LegacyContext {
    const object = this.object(handle);
    if (object instanceof LegacyContext) {
      return object;
    }
    throw new VmwgfxError('EINVAL', `handle ${handle} is no context without DX`, { handle });
  }

  /** @throws VmwgfxError ENOENT, EINVAL for the handle of something else */
  dxContext(handle: number): DxContext {
    const object = this.object(handle);
    if (object instanceof DxContext) {
      return object;
    }
    throw new VmwgfxError('EINVAL', `handle ${handle} is no DX context`, { handle });
  }

  /** @throws VmwgfxError ENOENT, EINVAL for the handle of something else */
  shader(handle: number): Shader {
    const object = this.object(handle);
    if (object instanceof Shader) {
      return object;
    }
    throw new VmwgfxError('EINVAL', `handle ${handle} is no shader`, { handle });
  }

  /** Whether the file may map a buffer object: it has a handle of it, or of a surface that lies in it. */
  mayMap(object: BufferObject): boolean {
    if (this.#handles.has(object)) {
      return true;
    }
    for (const handled of this.#handles.keys()) {
      if (handled instanceof Surface && handled.backing === object) {
        return true;
      }
    }
    return false;
  }

  /**
   * Closes a handle: a surface's as often as it was given out, any other at once. The last handle drops the object.
   * @throws VmwgfxError ENOENT
   */
  close(handle: number): void {
    const entry = this.#entry(handle);
    if (--entry.opens > 0) {
      return;
    }
    this.#forget(handle, entry);
  }

  /** Closes all handles. */
  closeAll(): void {
    [...this.#entries].forEach(([handle, entry]) => this.#forget(handle, entry));
  }

  #forget(handle: number, { object }: Entry): void {
    this.closed++;
    this.#entries.delete(handle);
    const handles = this.#handles.get(object);
    if (handles instanceof Set && handles.size > 1) {
      handles.delete(handle);
    } else {
      this.#handles.delete(object);
    }
    object.references.drop();
  }

  #entry(handle: number): Entry {
    const entry = this.#entries.get(handle);
    if (entry === undefined) {
      throw new VmwgfxError('ENOENT', `no object has handle ${handle}`, { handle });
    }
    return entry;
  }
}
