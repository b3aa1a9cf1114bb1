import { EXIT } from '../exit-codes.js';
import { badInput, bootRequestOf, type GuestOptions } from '../run-options.js';
import { startPageGuest } from './page-guest.js';
import { checkPageFolder, writePage } from './write-page.js';

function say(what: string): void {
  process.stderr.write(`cg: ${what}\n`);
}

/** Writes the files of `--page`. @returns the exit code */
export async function runPageOptions(options: GuestOptions & { readonly page: string }): Promise<number> {
  const { page: folder } = options;
  try {
    checkPageFolder(folder);
    const started = await startPageGuest({
      ...bootRequestOf(options),
      x: options.x !== undefined,
      say,
      onConsole: () => {},
    });
    try {
      say(`writing ${folder}`);
      await writePage(folder, started, options.memory);
    } finally {
      await started.guest.end();
    }
  } catch (error) {
    return badInput(error);
  }
  return EXIT.OK;
}
