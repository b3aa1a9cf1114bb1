import { readFileSync } from 'node:fs';

/** The program of a page, for `inspectorHtml`: built beside this file, with its libraries in it. */
export function pageProgram(): string {
  return readFileSync(new URL('../dist/inspector-page.js', import.meta.url), 'utf8');
}
