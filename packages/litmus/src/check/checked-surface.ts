import type { SurfaceLayout } from '@cg/surface-layout';
import type { Content } from './content.js';

/** A surface in the oracle: the location of its bytes. */
export class CheckedSurface {
  /** The device's id of it. */
  sid = -1;
  /** The device has written it, and it has not been read back. */
  isNewestOnDevice = false;

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
}
