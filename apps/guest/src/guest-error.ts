/** What kept a guest from being booted or driven, for the user; `hint` says what can be done. */
export class GuestError extends Error {
  override readonly name = 'GuestError';

  constructor(
    message: string,
    readonly hint?: string,
  ) {
    super(message);
  }
}
