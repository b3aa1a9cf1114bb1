/** The list from before if the new one has the same elements, so that equal lists are the same object. */
export function keptList<T>(before: readonly T[] | undefined, now: readonly T[]): readonly T[] {
  if (before === undefined || before.length !== now.length) {
    return now;
  }
  return before.every((element, i) => Object.is(element, now[i])) ? before : now;
}
