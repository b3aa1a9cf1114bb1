/** No surface's image alone has the byte: memory and every image may be asked. */
export const NO_DOUBT = 0;
/** Two images have different bytes, and which one comes back to memory is not promised. */
export const ANY_VALUE = 255;

/**
 * What the bytes of a buffer object must be, whoever is asked: the newest value of each and the step that wrote
 * it. Of a surface without backing the same for its image. Its size is that of what it describes, however long
 * the run.
 */
export class Content {
  readonly values: Uint8Array;
  /** Step that wrote the byte, from 1; 0 where nothing has. */
  readonly writers: Uint32Array;
  /**
   * Where surfaces share bytes: the number of the one that alone has the newest value on the device, or ANY_VALUE.
   * Made when it is first needed.
   */
  doubt: Uint8Array | undefined;
  /** What had the bytes is gone; mappings of it fault. */
  isFreed = false;

  constructor(
    /** How a report calls it. */
    readonly name: string,
    readonly bytes: number,
    /** Frame of each page; undefined for what only the device has. */
    readonly frames?: Uint32Array,
  ) {
    this.values = new Uint8Array(bytes);
    this.writers = new Uint32Array(bytes);
  }

  write(offset: number, values: Uint8Array, step: number): void {
    this.values.set(values, offset);
    this.writers.fill(step, offset, offset + values.length);
    this.doubt?.fill(NO_DOUBT, offset, offset + values.length);
  }

  isDoubtful(offset: number): boolean {
    return this.doubt !== undefined && this.doubt[offset] !== NO_DOUBT;
  }
}
