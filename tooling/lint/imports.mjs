/**
 * @typedef {object} Import
 * @property {string} specifier the text between the quotes
 * @property {number} line from 1
 */

/**
 * Comments, templates and strings: the first to begin hides others inside it. The three quotes are written as escapes,
 * so that this file can be parsed in the same way.
 */
const TOKEN = /\/\/.*|\/\*[^]*?\*\/|\x60(?:\\[^]|[^\x60\\])*\x60|([\x22\x27])((?:\\.|(?!\1)[^\\\n])*)\1/g;

/** The text before an imported string. */
const IMPORTS_WHAT_FOLLOWS = /\b(?:from|import|import\()[ \t]*$/;

/**
 * The imports of a JavaScript or TypeScript file, re-exports and `import('…')` included, types too.
 * @param {string} text
 * @returns {Import[]}
 */
export function importsOf(text) {
  const imports = [];
  for (const { index, 2: specifier } of text.matchAll(TOKEN)) {
    const lineStart = text.lastIndexOf('\n', index) + 1;
    if (specifier !== undefined && IMPORTS_WHAT_FOLLOWS.test(text.slice(lineStart, index))) {
      imports.push({ specifier, line: text.slice(0, index).split('\n').length });
    }
  }
  return imports;
}

/**
 * The package a bare specifier names: `@cg/machine/trace` is of `@cg/machine`.
 * @param {string} specifier
 */
export function packageOf(specifier) {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}
