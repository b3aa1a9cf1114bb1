import type { SurfaceLayout } from '@cg/surface-layout';
import type { Content } from './content.js';

/** A location of bytes. */
export interface Place {
  readonly content: Content;
  readonly offset: number;
}

/** What the device has written to a surface that is not coherent, while nothing in its buffer is. */
export class UnseenWrites {
  readonly values: Uint8Array;
  readonly isWritten: Uint8Array;

  constructor(bytes: number) {
    this.values = new Uint8Array(bytes);
    this.isWritten = new Uint8Array(bytes);
  }
}

/** A surface in the oracle: the location of its bytes, from the program and the bindings of the device. */
export class CheckedSurface implements Place {
  /** The device's id of it. */
  sid = -1;
  /** The device has written it, and it has not been read back. */
  isNewestOnDevice = false;
  /** Of a surface that lies in a buffer and is not coherent: what it shows is its program's affair. */
  unseen: UnseenWrites | undefined;

  /**
   * @param number its number in the run, from 1: one of at most 254 at a time
   */
  constructor(
    readonly name: string,
    readonly number: number,
    readonly layout: SurfaceLayout,
    public content: Content,
    /** First byte of it in the content. */
    public offset: number,
  ) {}

  get end(): number {
    return this.offset + this.layout.bytes;
  }

  sharesBytesWith(other: CheckedSurface): boolean {
    return this.content === other.content && this.offset < other.end && other.offset < this.end;
  }

  isAt({ content, offset }: Place): boolean {
    return this.content === content && this.offset === offset;
  }
}
