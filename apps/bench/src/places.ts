import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const packageFolder = dirname(createRequire(import.meta.url).resolve('@cg/bench/package.json'));

/** The rivals' sources. */
export const rivalsFolder = join(packageFolder, 'rivals');
/** The repository's write traces. */
export const tracesFolder = join(packageFolder, '..', '..', 'traces');
