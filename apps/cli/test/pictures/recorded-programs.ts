import {
  playRecording,
  type DeviceStatistics,
  type Picture,
  type Renderer,
  type SvgaDevice,
} from '@cg/svga-device';
import { LastShown } from '../../src/render/last-shown.js';

/** The pictures of a recording's programs, by name; the last row first, as OpenGL has it. */
export interface RecordedPrograms {
  readonly pictures: ReadonlyMap<string, Picture>;
  readonly statistics: DeviceStatistics;
}

const DONE = 'done ';

/** Replays a recording of `traces/`: a program's picture is the surface that was read back last before it is done. */
export async function playPrograms(recording: Uint8Array, renderer: Renderer): Promise<RecordedPrograms> {
  const pictures = new Map<string, Picture>();
  let shown: LastShown | undefined;
  const started = (device: SvgaDevice): void => {
    shown = new LastShown(device);
  };
  const marked = async (text: string, device: SvgaDevice): Promise<void> => {
    if (text.startsWith(DONE)) {
      await device.settle();
      const picture = shown?.picture();
      shown?.forget();
      if (picture !== undefined) {
        pictures.set(text.slice(DONE.length), picture);
      }
    }
  };
  const { statistics } = await playRecording(recording, { renderer, started, marked });
  return { pictures, statistics };
}
