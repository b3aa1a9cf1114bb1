/** A page range that is not one of the memory, or has no room in what it is to be recorded in. */
export class TrackedMemoryError extends Error {
  override readonly name = 'TrackedMemoryError';
  readonly code = 'EINVAL';

  constructor(
    message: string,
    /** What was asked for. */
    readonly firstPage: number,
    readonly pageCount: number,
    /** Pages there are: of the memory, or of the set that was to be recorded into. */
    readonly limit: number,
  ) {
    super(message);
  }
}
