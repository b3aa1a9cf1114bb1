import { posix } from 'node:path';

/** @import { Package, Source } from './workspace.mjs' */

const MOST_LINES = 400;
const MOST_COLUMNS = 120;
/** Names that do not describe a content. */
const EMPTY_NAME = /^(?:utils?|helpers?|misc|common)$/i;

/**
 * Names, lengths and widths of a package's files.
 * @param {Package} pkg
 * @returns {string[]}
 */
export function fileViolations(pkg) {
  const named = pkg.paths
    .filter((path) => EMPTY_NAME.test(posix.basename(path).split('.')[0]))
    .map((path) => `${pkg.folder}/${path}: the name does not describe the content`);
  const measured = pkg.sources.flatMap((source) =>
    [...lengthViolations(source), ...widthViolations(source)].map(
      (what) => `${pkg.folder}/${source.path}${what}`,
    ),
  );
  return [...named, ...measured];
}

/** @param {Source} source @returns {string[]} */
function lengthViolations({ path, text }) {
  const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
  const test = /\.test\.[cm]?[jt]s$/.test(path) || path.startsWith('test/');
  return !test && lines > MOST_LINES ? [`: ${lines} lines, more than ${MOST_LINES}`] : [];
}

/** @param {Source} source @returns {string[]} */
function widthViolations({ path, text }) {
  if (!path.endsWith('.ts')) {
    return [];
  }
  return text.split('\n').flatMap((line, index) => {
    const columns = [...line].length;
    return columns > MOST_COLUMNS ? [`:${index + 1}: ${columns} columns, more than ${MOST_COLUMNS}`] : [];
  });
}
