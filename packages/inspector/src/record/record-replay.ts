import {
  replayTrace,
  type Machine,
  type ReplayedSurface,
  type ReplayListener,
  type ReplayReport,
} from '@cg/machine';
import type { Trace } from '@cg/machine/trace';
import type { PlacedSurface, SurfaceDirectory } from '../recording/surface-directory.js';
import { Recorder, type RecorderOptions } from '../recording/recorder.js';
import type { Recording } from '../recording/recording.js';

/** Options of a recorded replay, and a listener to it. */
export type RecordReplayOptions = Partial<Pick<RecorderOptions, 'title' | 'maxEvents' | 'maxPictureBytes'>> &
  ReplayListener;

/** A replay's surfaces, which keep their buffer objects. */
class ReplayedSurfaces implements SurfaceDirectory {
  #all: readonly ReplayedSurface[] = [];
  readonly #inObject = new Map<number, readonly PlacedSurface[]>();

  set(all: readonly ReplayedSurface[]): void {
    this.#all = all;
    for (const { firstPage, name, layout } of all) {
      if (firstPage !== undefined) {
        this.#inObject.set(firstPage, [{ name, layout, offset: 0 }]);
      }
    }
  }

  ofId(sid: number): ReplayedSurface | undefined {
    return this.#all.find((surface) => surface.deviceId() === sid);
  }

  inObject(object: number): readonly PlacedSurface[] {
    return this.#inObject.get(object) ?? [];
  }
}

/**
 * Replays a trace as `replayTrace` does, and records it: a step is a frame, and step 0 the set-up. The
 * device's image is recorded of the traced surface only: the copy is the same, the pattern noise.
 * @throws as replayTrace
 */
export async function recordReplay(
  machine: Machine,
  trace: Trace,
  options: RecordReplayOptions = {},
): Promise<{ recording: Recording; report: ReplayReport }> {
  const directory = new ReplayedSurfaces();
  const { title = trace.header.title, ...rest } = options;
  const recorder = new Recorder(machine, {
    ...rest,
    title,
    directory,
    stepName: 'frame',
    hasPicture: ({ name }) => name === 'surface',
  });
  let object = 0;
  const listener: ReplayListener = {
    ...rest,
    onSurfaces: (surfaces) => {
      directory.set(surfaces);
      object = surfaces[0].firstPage ?? 0;
      options.onSurfaces?.(surfaces);
    },
    onFrame: (frame) => {
      recorder.step(frame);
      options.onFrame?.(frame);
    },
    onStore: (cpu, offset, bytes) => {
      recorder.access('store', cpu, object, offset, offset + bytes);
      options.onStore?.(cpu, offset, bytes);
    },
    onReport: (made) => {
      recorder.stop();
      options.onReport?.(made);
    },
  };
  try {
    const report = await replayTrace(machine, trace, listener);
    return { recording: recorder.recording(), report };
  } finally {
    recorder.stop();
  }
}
