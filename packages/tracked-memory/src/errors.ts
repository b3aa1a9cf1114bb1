/** A page range outside the memory, or outside the set that records it. */
export class TrackedMemoryError extends Error {
  override readonly name = 'TrackedMemoryError';
  readonly code = 'EINVAL';

  constructor(
    message: string,
    /** The requested range. */
    readonly firstPage: number,
    readonly pageCount: number,
    /** Pages of the memory, or of the set that records them. */
    readonly limit: number,
  ) {
    super(message);
  }
}
