/**
 * Runs all litmus files, then random programs until one fails, on the packages that it is bundled with; prints what
 * found something, as JSON. Arguments: the folder of the files, the first seed, the number of random programs.
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseProgram, programOf, randomProgram, runProgram } from '@cg/litmus';
import { litmusFiles } from '@cg/litmus/node';

const [folder, seed, count] = process.argv.slice(2);

/** @param {import('@cg/litmus').Program} program */
function isWrong(program) {
  try {
    const { findings, unmet } = runProgram(program, { stopAtFinding: true });
    return findings.length + unmet.length > 0;
  } catch (error) {
    // A program that the machine cannot run is no finding.
    if (/** @type {Error} */ (error).name === 'LitmusError') {
      return false;
    }
    throw error;
  }
}

const files = litmusFiles(folder)
  .filter((path) => isWrong(programOf(parseProgram(readFileSync(path, 'utf8')))))
  .map((path) => basename(path, '.litmus'));

/** @returns {number | undefined} the number of random programs up to the first that fails */
function firstRandom() {
  for (let i = 0; i < Number(count); i++) {
    if (isWrong(randomProgram(Number(seed) + i))) {
      return i + 1;
    }
  }
  return undefined;
}

process.stdout.write(`${JSON.stringify({ files, random: firstRandom() })}\n`);
