/** File types of st_mode (stat.h). */
const S_IFDIR = 0o040000;
const S_IFREG = 0o100000;

/** A cpio archive in the format «newc», which the kernel unpacks at boot (initramfs buffer format). */
export class CpioWriter {
  readonly #parts: Uint8Array[] = [];
  #inode = 0;

  folder(name: string): void {
    this.#entry(name, S_IFDIR | 0o755, new Uint8Array());
  }

  file(name: string, bytes: Uint8Array, mode = 0o644): void {
    this.#entry(name, S_IFREG | mode, bytes);
  }

  /** Ends the archive. @returns all of it, with the trailer */
  finish(): Uint8Array<ArrayBuffer> {
    this.#entry('TRAILER!!!', 0, new Uint8Array());
    return new Uint8Array(Buffer.concat(this.#parts));
  }

  #entry(name: string, mode: number, bytes: Uint8Array): void {
    this.#inode++;
    const nameBytes = Buffer.from(`${name}\0`);
    // inode, mode, uid, gid, links, mtime, size, device and rdev as major and minor, name size, checksum.
    const fields = [this.#inode, mode, 0, 0, 1, 0, bytes.length, 0, 0, 0, 0, nameBytes.length, 0];
    const header = Buffer.from(
      `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`,
    );
    this.#parts.push(...padded([header, nameBytes]), ...padded([bytes]));
  }
}

/** Pads to a multiple of four bytes. */
function padded(parts: Uint8Array[]): Uint8Array[] {
  const bytes = parts.reduce((sum, part) => sum + part.length, 0);
  return [...parts, new Uint8Array((4 - (bytes % 4)) % 4)];
}
