import { startDawnOnDriver } from '@cg/dawn';

/** Dawn with `dawn-pipelines.mjs`, or the reason why there is none. */
export function startPipelines() {
  return startDawnOnDriver(new URL('dawn-pipelines.mjs', import.meta.url));
}
