import type { Fence } from '../../device/fence.js';
import { VmwgfxError } from '../../errors.js';

/** Most fence handles of a file: a process that never releases one must not exhaust memory. */
const MAX_FENCES = 16_384;

/** First handle of a fence, beyond those of objects. */
const FIRST_HANDLE = 0x4000_0000;

interface Entry {
  readonly fence: Fence;
  /** How often the handle was given out, and has to be released. */
  references: number;
}

/** The fences of one open file by handle. */
export class FenceHandles {
  readonly #entries = new Map<number, Entry>();
  #next = FIRST_HANDLE;

  /** Called before there is a fence that could be lost. @throws VmwgfxError ENOMEM */
  checkRoom(): void {
    if (this.#entries.size >= MAX_FENCES) {
      throw new VmwgfxError('ENOMEM', `a file has at most ${MAX_FENCES} fences at a time`);
    }
  }

  /** A handle for a new fence. */
  add(fence: Fence): number {
    const handle = this.#next;
    this.#next = handle === 0x7fff_ffff ? FIRST_HANDLE : handle + 1;
    this.#entries.set(handle, { fence, references: 1 });
    return handle;
  }

  /** @throws VmwgfxError ENOENT for an unknown fence */
  fence(handle: number): Fence {
    return this.#entry(handle).fence;
  }

  /** Gives a handle out once more. @throws VmwgfxError ENOENT */
  reference(handle: number): void {
    this.#entry(handle).references++;
  }

  /** @throws VmwgfxError ENOENT */
  unreference(handle: number): void {
    if (--this.#entry(handle).references === 0) {
      this.#entries.delete(handle);
    }
  }

  clear(): void {
    this.#entries.clear();
  }

  #entry(handle: number): Entry {
    const entry = this.#entries.get(handle);
    if (entry === undefined) {
      throw new VmwgfxError('ENOENT', `no fence has handle ${handle}`, { handle });
    }
    return entry;
  }
}
