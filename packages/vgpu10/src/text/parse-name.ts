import { nameText } from './declaration-syntax.js';
import type { TextScanner } from './text-scanner.js';

/** A name of an enumeration as `nameText` writes it: the longest that stands here. @throws Vgpu10Error EINVAL */
export function parseName<T extends string>(
  scanner: TextScanner,
  what: string,
  names: readonly (T | undefined)[],
): T {
  const name = names
    .filter((name) => name !== undefined)
    .toSorted((a, b) => nameText(b).length - nameText(a).length)
    .find((name) => scanner.skipWord(nameText(name)));
  if (name === undefined) {
    throw scanner.invalid(`${what} expected`);
  }
  return name;
}
