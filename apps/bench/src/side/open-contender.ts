import type { BuildFolder } from '../build/build-folder.js';
import type { OpenContender } from '../measuring/measure-match.js';
import type { RowSettings } from '../rows/settings.js';
import { WorkerSide } from './worker-side.js';

/** Opens each contender in a thread; those of the other build with the packages of `other`. */
export function openInThreads(settings: RowSettings, other?: BuildFolder): OpenContender {
  return ({ at: { group, index }, side, build }) => {
    const request = { group, index, side, settings };
    return WorkerSide.open(
      build === 'other' && other !== undefined ? { ...request, packages: other.packages } : request,
    );
  };
}
