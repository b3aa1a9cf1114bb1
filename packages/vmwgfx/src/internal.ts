export { driverParts, type DriverParts } from './driver-parts.js';
export type { CoherencyParts } from './driver-state.js';
export type { FileParts } from './file/drm-file.js';
export { finishReadBacks, readBackResources } from './coherency/read-back.js';
export { Validation, type Place, type Wanted } from './submission/validation.js';
