/**
 * Thrown by a command that has to wait for the renderer: the stream stops there until the answer has come. It is no
 * error, and nothing is refused.
 */
export class CommandWait {
  /**
   * @param resume executes the rest of the command, which may have to wait again; left out, everything that the command
   * has done is repeatable, and it is executed again from its beginning
   */
  constructor(
    readonly answer: PromiseLike<void>,
    readonly resume?: () => void,
  ) {}
}
