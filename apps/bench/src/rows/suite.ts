import { tracesFolder } from '../places.js';
import type { Row } from '../row.js';
import { rowsOf as bulkStores } from './bulk-stores.js';
import { rowsOf as cleanRecord } from './clean-record.js';
import { rowsOf as cleanSubmission } from './clean-submission.js';
import { rowsOf as cleanTouched } from './clean-touched.js';
import { rowsOf as deviceUploads } from './device-uploads.js';
import { rowsOf as dirtyBoxes } from './dirty-boxes.js';
import { rowsOf as driverSizes } from './driver-sizes.js';
import { rowsOf as firstStores } from './first-stores.js';
import { rowsOf as longShaders } from './long-shaders.js';
import { rowsOf as replay } from './replay.js';
import { rowsOf as replayDraws } from './replay-draws.js';
import { rowsOf as resourceLookup } from './resource-lookup.js';
import { rowsOf as scalarStores } from './scalar-stores.js';
import { rowsOf as shaderTranslation } from './shader-translation.js';
import type { RowSettings } from './settings.js';
import { rowsOf as walkImage } from './walk-image.js';
import { rowsOf as walkProgram } from './walk-program.js';
import { rowsOf as watchedReplay } from './watched-replay.js';

/** The modules with rows, by file name; a worker loads the one that it needs. */
const groups: Readonly<Record<string, (settings: RowSettings) => Row[]>> = {
  'clean-record': cleanRecord,
  'clean-touched': cleanTouched,
  'dirty-boxes': dirtyBoxes,
  'scalar-stores': scalarStores,
  'bulk-stores': bulkStores,
  'first-stores': firstStores,
  'device-uploads': deviceUploads,
  'resource-lookup': resourceLookup,
  'clean-submission': cleanSubmission,
  'driver-sizes': driverSizes,
  replay,
  'watched-replay': watchedReplay,
  'walk-image': walkImage,
  'walk-program': walkProgram,
  'shader-translation': shaderTranslation,
  'long-shaders': longShaders,
  'replay-draws': replayDraws,
};

/** A row with its location for workers: the module, and the index in the result of `rowsOf`. */
export interface SuiteRow {
  readonly row: Row;
  readonly group: string;
  readonly index: number;
}

/** The default sizes of the rows. */
export const fullSettings: RowSettings = {
  tables: 512,
  windowPages: 256,
  resources: 100_000,
  updates: 10_000,
  ids: 32_000,
  commands: 100_000,
  freshPages: 65_536,
  tracesFolder,
  compiler: 'cc',
};

/** All rows; nothing is compiled, read or allocated before a side is opened. */
export function suiteOf(settings: RowSettings): SuiteRow[] {
  return Object.entries(groups).flatMap(([group, rowsOf]) =>
    rowsOf(settings).map((row, index) => ({ row, group, index })),
  );
}
