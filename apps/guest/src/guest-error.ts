/** A guest that cannot be fetched, booted or used; not a bug. `hint` tells the user what to do. */
export class GuestError extends Error {
  override readonly name = 'GuestError';

  constructor(
    message: string,
    readonly hint?: string,
  ) {
    super(message);
  }
}
