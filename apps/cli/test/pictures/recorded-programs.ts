import {
  playRecording,
  type DeviceStatistics,
  type Picture,
  type Renderer,
  type SvgaDevice,
} from '@cg/svga-device';

/** The pictures of a recording's programs, by name; the last row first, as OpenGL has it. */
export interface RecordedPrograms {
  readonly pictures: ReadonlyMap<string, Picture>;
  readonly statistics: DeviceStatistics;
}

const DONE = 'done ';

/** Replays a recording of `traces/`: a program's picture is the surface that was read back last when it is done. */
export async function playPrograms(recording: Uint8Array, renderer: Renderer): Promise<RecordedPrograms> {
  const pictures = new Map<string, Picture>();
  let readBack = 0;
  const started = (device: SvgaDevice): void => {
    device.events.listen((event) => {
      if (event.kind === 'command-done' && event.reader.name === 'READBACK_GB_SURFACE') {
        readBack = event.reader.fields('READBACK_GB_SURFACE').sid;
      }
    });
  };
  const marked = async (text: string, device: SvgaDevice): Promise<void> => {
    if (text.startsWith(DONE)) {
      await device.settle();
      const picture = device.picture(readBack, 0);
      if (picture !== undefined) {
        pictures.set(text.slice(DONE.length), picture);
      }
    }
  };
  const { statistics } = await playRecording(recording, { renderer, started, marked });
  return { pictures, statistics };
}
