import { playRecording } from '@cg/svga-device';
import type { DeviceStatistics, Picture, Renderer } from '@cg/svga-device';
import { LastShown } from './last-shown.js';

/** What a replay of a recording came to. */
export interface Played {
  /** The picture: undefined if nothing was shown or read back. */
  readonly picture: Picture | undefined;
  /** Whether the mark was reached. */
  readonly isReached: boolean;
  readonly marks: readonly string[];
  readonly statistics: DeviceStatistics;
  /** The last refusal; undefined if there is none. */
  readonly refused: string | undefined;
}

export interface PlayRequest {
  readonly renderer: Renderer;
  /** The mark to end at; to the end without one. */
  readonly at: string | undefined;
  /** The surface to look at; without one, what was last shown or read back. */
  readonly surface: number | undefined;
}

/**
 * Replays a recording up to a mark, and takes a picture.
 * @throws SvgaDeviceError for bytes that are no recording
 */
export async function playToMark(recording: Uint8Array, request: PlayRequest): Promise<Played> {
  const { renderer, at, surface } = request;
  const marks: string[] = [];
  let shown: LastShown | undefined;
  let isReached = at === undefined;
  const device = await playRecording(recording, {
    renderer,
    started: (started) => {
      shown = new LastShown(started);
    },
    marked: (text) => {
      marks.push(text);
      isReached ||= text === at;
      return text === at;
    },
  });
  await device.settle();
  const picture = surface === undefined ? shown?.picture() : device.picture(surface, 0);
  return { picture, isReached, marks, statistics: device.statistics, refused: device.lastError?.message };
}
