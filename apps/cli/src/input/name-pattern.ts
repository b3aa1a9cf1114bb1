/**
 * Whether a name matches a pattern in which `*` stands for any characters, or none. The text between two stars is
 * matched at its first place, so there is no backtracking.
 */
export function matchesPattern(name: string, pattern: string): boolean {
  const [start, ...rest] = pattern.split('*');
  const end = rest.pop();
  if (end === undefined) {
    return name === pattern;
  }
  const last = name.length - end.length;
  if (!name.startsWith(start) || !name.endsWith(end) || last < start.length) {
    return false;
  }
  let at = start.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found < 0 || found + part.length > last) {
      return false;
    }
    at = found + part.length;
  }
  return true;
}
