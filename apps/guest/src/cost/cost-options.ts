import { writeFileSync } from 'node:fs';
import { EXIT } from '../exit-codes.js';
import { GuestError } from '../guest-error.js';
import { badInput, bootRequestOf, type GuestOptions } from '../run-options.js';
import { chooseCostPrograms } from './cost-programs.js';
import { costAsJson, costLine, describeCost, hasCostFailed } from './cost-report.js';
import { costAsSvg } from './cost-svg.js';
import { measureCost, type CostReport } from './measure-cost.js';

/** Runs the experiment of `--cost-of-coherence`, and prints its result. @returns the exit code */
export async function runCostOptions(options: GuestOptions): Promise<number> {
  const { costOfCoherence } = options;
  let report: CostReport;
  try {
    report = await measureCost({
      ...bootRequestOf(options),
      delay: options.delay,
      renderer: options.renderer,
      programs: chooseCostPrograms(Array.isArray(costOfCoherence) ? costOfCoherence : []),
      rounds: options.rounds,
      seconds: options.seconds,
      say: (what) => process.stderr.write(`cg: ${what}\n`),
      onConsole: () => {},
      onProgram: (cost) => process.stderr.write(costLine(cost)),
    });
    if (options.svg !== undefined) {
      writePicture(options.svg, costAsSvg(report));
    }
  } catch (error) {
    return badInput(error);
  }
  process.stdout.write(options.json ? costAsJson(report) : describeCost(report));
  return report.programs.some(hasCostFailed) ? EXIT.CHECK_FAILED : EXIT.OK;
}

function writePicture(path: string, picture: string): void {
  try {
    writeFileSync(path, picture);
  } catch (error) {
    throw new GuestError(`${path}: cannot be written (${(error as NodeJS.ErrnoException).code})`);
  }
}
