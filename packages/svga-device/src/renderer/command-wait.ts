/**
 * Thrown by a command, as what it needs is not there: the stream stops at it until the answer has come. No error:
 * nothing is refused.
 */
export class CommandWait {
  /**
   * @param goOn does the rest of the command, which may have to wait again; where it is left out, nothing of the
   * command has happened that cannot happen again, and it is run from its beginning
   */
  constructor(
    readonly answer: PromiseLike<void>,
    readonly goOn?: () => void,
  ) {}
}
