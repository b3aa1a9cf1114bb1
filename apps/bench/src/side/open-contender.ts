import type { BuildFolder } from '../build/build-folder.js';
import type { OpenContender } from '../measuring/measure-match.js';
import type { RowSettings } from '../rows/settings.js';
import { SideFailure, WorkerSide } from './worker-side.js';

/** Opens contenders in threads of their own; those of the other build with the packages of `other`. */
export function openInThreads(settings: RowSettings, other?: BuildFolder): OpenContender {
  return async ({ at: { group, index }, side, build }) => {
    const request = { group, index, side, settings };
    if (build === 'this' || other === undefined) {
      return WorkerSide.open(request);
    }
    try {
      return await WorkerSide.open({ ...request, packages: other.packages });
    } catch (error) {
      if (error instanceof SideFailure) {
        return { skipped: `the other build lacks what it needs: ${firstLine(error)}`, lacking: true };
      }
      throw error;
    }
  };
}

function firstLine({ message }: Error): string {
  return message.split('\n')[0];
}
