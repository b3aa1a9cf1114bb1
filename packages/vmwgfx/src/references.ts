import { VmwgfxError } from './errors.js';

/** How many use something; the last one to drop it ends it. Whoever made it is the first. */
export class References {
  #count = 1;
  readonly #end: () => void;

  constructor(end: () => void) {
    this.#end = end;
  }

  get count(): number {
    return this.#count;
  }

  take(): void {
    this.#count++;
  }

  /** @throws what ending it throws; it has ended all the same */
  drop(): void {
    if (--this.#count === 0) {
      this.#end();
    }
  }
}

/** Lets go of something for somebody who has no business with what the device refuses as it goes. */
export function quietly(letGo: () => void): void {
  try {
    letGo();
  } catch (error) {
    if (!(error instanceof VmwgfxError)) {
      throw error;
    }
  }
}

/** Does all, whatever becomes of each. @throws the first error, after that */
export function doAll(acts: readonly (() => void)[]): void {
  const errors: unknown[] = [];
  for (const act of acts) {
    try {
      act();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) {
    throw errors[0];
  }
}
