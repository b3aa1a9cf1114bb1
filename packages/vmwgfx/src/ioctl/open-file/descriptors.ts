import { Fence } from '../../device/fence.js';
import { VmwgfxError } from '../../errors.js';
import { SharedObject } from '../../file/shared-object.js';

/** What a driver's file descriptor refers to: a shared object (PRIME), or a fence. */
export type Described = Fence | SharedObject;

/** The first three are always taken. */
const FIRST = 3;

/** Linux's default limit per process (RLIMIT_NOFILE). */
const MAX_DESCRIPTORS = 1024;

/**
 * File descriptors of one process, or of several that pass theirs on. Two files with the same table share by number.
 * The lowest free number is taken, as in POSIX.
 */
export class Descriptors {
  readonly #files = new Map<number, Described>();

  /** Called before there is an object that could be lost. @throws VmwgfxError EMFILE */
  checkRoom(): void {
    if (this.#files.size >= MAX_DESCRIPTORS) {
      throw new VmwgfxError('EMFILE', `at most ${MAX_DESCRIPTORS} file descriptors`);
    }
  }

  /** @throws VmwgfxError EMFILE */
  install(file: Described): number {
    this.checkRoom();
    let fd = FIRST;
    while (this.#files.has(fd)) {
      fd++;
    }
    this.#files.set(fd, file);
    return fd;
  }

  /** @throws VmwgfxError EBADF for an unknown one, EINVAL for one of something else */
  shared(fd: number): SharedObject {
    const file = this.#file(fd);
    if (file instanceof SharedObject) {
      return file;
    }
    throw new VmwgfxError('EINVAL', `file descriptor ${fd} is of a fence`, { fd });
  }

  /** @throws VmwgfxError EBADF for an unknown one, EINVAL for one of something else */
  fence(fd: number): Fence {
    const file = this.#file(fd);
    if (file instanceof Fence) {
      return file;
    }
    throw new VmwgfxError('EINVAL', `file descriptor ${fd} is of no fence`, { fd });
  }

  /** close(2). @throws VmwgfxError EBADF; EIO as `SharedObject.close` */
  close(fd: number): void {
    const file = this.#file(fd);
    this.#files.delete(fd);
    if (file instanceof SharedObject) {
      file.close();
    }
  }

  #file(fd: number): Described {
    const file = this.#files.get(fd);
    if (file === undefined) {
      throw new VmwgfxError('EBADF', `${fd} is no file descriptor`, { fd });
    }
    return file;
  }
}
