import { VmwgfxError } from '../errors.js';
import { BufferObject } from '../memory/buffer-object.js';
import { DxContext } from '../resource/contexts/dx-context.js';
import { LegacyContext } from '../resource/contexts/legacy-context.js';
import { Shader } from '../resource/shader.js';
import { Surface } from '../resource/surface.js';

/** What a handle may name. */
export type HandledObject = BufferObject | Surface | LegacyContext | DxContext | Shader;

/** What several files may have handles of. */
export type SharedAmongFiles = BufferObject | Surface;

interface Entry {
  readonly object: HandledObject;
  /** How often the file was given this handle: it closes as often (the kernel's TTM reference objects). */
  opens: number;
}

/**
 * The handles of one opened file. Each keeps its object; the same object has the same handle however often it
 * is opened.
 */
export class HandleTable {
  readonly #entries = new Map<number, Entry>();
  readonly #handles = new Map<HandledObject, number>();
  #next = 1;

  /** A handle for an object that the caller has a reference of, which the table takes over. */
  adopt(object: HandledObject): number {
    const handle = this.#next++;
    this.#entries.set(handle, { object, opens: 1 });
    this.#handles.set(object, handle);
    return handle;
  }

  /** The handle of an object, one that the file has already where it has one. */
  open(object: HandledObject): number {
    const known = this.#handles.get(object);
    if (known !== undefined) {
      (this.#entries.get(known) as Entry).opens++;
      return known;
    }
    object.references.take();
    return this.adopt(object);
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
    const object = this.object(handle);
    if (object instanceof BufferObject) {
      return object;
    }
    throw new VmwgfxError('EINVAL', `handle ${handle} is no buffer object`, { handle });
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

  /** What other files may have, too: contexts and shaders are one file's alone. @throws VmwgfxError ENOENT, EINVAL */
  shareable(handle: number): SharedAmongFiles {
    const object = this.object(handle);
    if (object instanceof BufferObject || object instanceof Surface) {
      return object;
    }
    throw new VmwgfxError('EINVAL', `what handle ${handle} names is not for other files`, { handle });
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

  /** Closes a handle once; the last close drops the object. @throws VmwgfxError ENOENT */
  close(handle: number): void {
    const entry = this.#entry(handle);
    if (--entry.opens > 0) {
      return;
    }
    this.#forget(handle, entry);
  }

  /** Drops everything. */
  closeAll(): void {
    [...this.#entries].forEach(([handle, entry]) => this.#forget(handle, entry));
  }

  #forget(handle: number, { object }: Entry): void {
    this.#entries.delete(handle);
    this.#handles.delete(object);
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
