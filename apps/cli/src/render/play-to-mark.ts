import { playRecording } from '@cg/svga-device';
import type { DeviceStatistics, Picture, Renderer, SvgaDevice, SvgaEvent } from '@cg/svga-device';

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

/** A thing with a picture. */
type Shown = { readonly screen: number } | { readonly sid: number; readonly subresource: number };

/** The surface or screen of an event that brings its content to the guest or a viewer. */
function shownBy(event: SvgaEvent, device: SvgaDevice): Shown | undefined {
  if (event.kind === 'screen-updated') {
    return { screen: event.screenTargetId };
  }
  if (event.kind !== 'command-done') {
    return undefined;
  }
  const { reader } = event;
  switch (reader.name) {
    case 'READBACK_GB_SURFACE':
      return { sid: reader.fields('READBACK_GB_SURFACE').sid, subresource: 0 };
    case 'DX_READBACK_SUBRESOURCE': {
      const { sid, subResource } = reader.fields('DX_READBACK_SUBRESOURCE');
      return device.image(sid, subResource) && { sid, subresource: subResource };
    }
  }
  return undefined;
}

function pictureOf(device: SvgaDevice, shown: Shown): Picture | undefined {
  return 'screen' in shown ? device.screenTarget(shown.screen) : device.picture(shown.sid, shown.subresource);
}

/**
 * Replays a recording up to a mark, and takes a picture.
 * @throws SvgaDeviceError for bytes that are no recording
 */
export async function playToMark(recording: Uint8Array, request: PlayRequest): Promise<Played> {
  const { renderer, at, surface } = request;
  const marks: string[] = [];
  let shown: Shown | undefined = surface === undefined ? undefined : { sid: surface, subresource: 0 };
  let isReached = at === undefined;
  const device = await playRecording(recording, {
    renderer,
    started: (started) => {
      started.events.listen((event) => {
        const next = surface === undefined ? shownBy(event, started) : undefined;
        shown = next ?? shown;
      });
    },
    marked: (text) => {
      marks.push(text);
      isReached ||= text === at;
      return text === at;
    },
  });
  await device.settle();
  const picture = shown && pictureOf(device, shown);
  return { picture, isReached, marks, statistics: device.statistics, refused: device.lastError?.message };
}
