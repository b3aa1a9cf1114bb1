/** A guest that cannot be fetched, booted or used; not a bug. `hint` is what the user can do about it. */
export class GuestError extends Error {
  override readonly name = 'GuestError';

  constructor(
    message: string,
    readonly hint?: string,
  ) {
    super(message);
  }
}
