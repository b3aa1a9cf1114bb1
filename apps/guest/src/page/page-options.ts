import { EXIT } from '../exit-codes.js';
import { badInput, pathsOf, type GuestOptions } from '../run-options.js';
import { startPageGuest } from './page-guest.js';
import { checkPageFolder, writePage } from './write-page.js';

function say(what: string): void {
  process.stderr.write(`cg: ${what}\n`);
}

/** Writes the files of `--page`. @returns the exit code */
export async function runPageOptions(options: GuestOptions & { readonly page: string }): Promise<number> {
  const { cache, flavour, memory: memoryMib, page: folder } = options;
  try {
    checkPageFolder(folder);
    const started = await startPageGuest({
      paths: pathsOf(options),
      cache,
      flavour,
      refresh: options.refresh === true,
      useStates: options.state,
      memoryMib,
      x: options.x !== undefined,
      say,
      onConsole: () => {},
    });
    try {
      say(`writing ${folder}`);
      await writePage(folder, started, memoryMib);
    } finally {
      await started.guest.end();
    }
  } catch (error) {
    return badInput(error);
  }
  return EXIT.OK;
}
