import { describe, expect, it } from 'vitest';
import { matchesPattern } from './name-pattern.js';

/** The definition: a star matches nothing, or one character and then again a star. */
function reference(name: string, pattern: string): boolean {
  if (pattern === '') {
    return name === '';
  }
  if (pattern[0] === '*') {
    return reference(name, pattern.slice(1)) || (name !== '' && reference(name.slice(1), pattern));
  }
  return name !== '' && name[0] === pattern[0] && reference(name.slice(1), pattern.slice(1));
}

function words(letters: string, length: number): string[] {
  const shorter = length === 0 ? [] : words(letters, length - 1);
  const longest = length === 0 ? [''] : shorter.filter((word) => word.length === length - 1);
  return [
    ...shorter,
    ...(length === 0 ? [''] : longest.flatMap((word) => [...letters].map((c) => word + c))),
  ];
}

describe('a pattern of names', () => {
  it('matches according to the definition, for all short names and patterns', () => {
    const names = words('ab', 5);
    for (const pattern of words('ab*', 5)) {
      const matched = names.filter((name) => matchesPattern(name, pattern));
      expect(matched, pattern).toEqual(names.filter((name) => reference(name, pattern)));
    }
  });

  it('takes time linear in its length, with any number of stars', () => {
    // A backtracking matcher needs more than 10^20 steps for these.
    const pattern = '*A'.repeat(20_000);
    expect(matchesPattern('A'.repeat(10_000), pattern)).toBe(false);
    expect(matchesPattern('A'.repeat(20_000), pattern)).toBe(true);
  });
});
