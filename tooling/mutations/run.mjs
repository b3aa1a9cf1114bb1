/**
 * Puts each break into a bundle of the sources, and shows which litmus files and how many random programs find it.
 * Fails if nothing finds one, or if one no longer fits its source.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { breaks } from './breaks.mjs';
import { bundleJudge, root } from './bundle.mjs';

/** @import { Break } from './breaks.mjs' */
/** @typedef {{ files: string[], random?: number }} Judgement */

const { values, positionals } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    random: { type: 'string', default: '2000' },
  },
  allowPositionals: true,
});
const folder = mkdtempSync(join(tmpdir(), 'cg-mutations-'));

/** @param {Break | undefined} broken @param {string} random @returns {Promise<Judgement>} */
async function judge(broken, random) {
  const bundle = join(folder, 'judge.mjs');
  await bundleJudge(broken, bundle);
  const args = [bundle, join(root, 'packages/litmus/programs'), values.seed, random];
  const { status, stdout } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) {
    throw new Error(`«${broken?.name ?? 'no break'}»: the litmus programs did not run`);
  }
  return JSON.parse(stdout);
}

/** @param {Judgement} judgement */
function foundBy({ files, random }) {
  const more = files.length > 1 ? ` and ${files.length - 1} more` : '';
  const byFile = files.length === 0 ? 'no file' : `${files[0]}${more}`;
  return `${byFile}; ${random === undefined ? `none of ${values.random} random programs` : `random program ${random}`}`;
}

try {
  const right = await judge(undefined, '50');
  if (right.files.length > 0 || right.random !== undefined) {
    throw new Error(`without a break: ${foundBy(right)}`);
  }
  let survivors = 0;
  for (const broken of breaks.filter(({ name }) => positionals.every((word) => name.includes(word)))) {
    const judgement = await judge(broken, values.random);
    const isFound = judgement.files.length > 0 || judgement.random !== undefined;
    survivors += isFound ? 0 : 1;
    process.stdout.write(`${isFound ? 'found ' : 'MISSED'}  ${broken.name} (${broken.rule})\n`);
    process.stdout.write(`        ${foundBy(judgement)}\n`);
  }
  process.exitCode = survivors === 0 ? 0 : 1;
} catch (error) {
  process.stderr.write(`cg: ${/** @type {Error} */ (error).message}\n`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true });
}
