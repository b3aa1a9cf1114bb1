import { startDawnOnDriver } from '@cg/dawn';

/** Dawn with `webgpu-replays.mjs`, or the reason why there is none. */
export function startReplays() {
  return startDawnOnDriver(new URL('webgpu-replays.mjs', import.meta.url));
}

/** Dawn with `dawn-pipelines.mjs`, or the reason why there is none. */
export function startPipelines() {
  return startDawnOnDriver(new URL('dawn-pipelines.mjs', import.meta.url));
}
