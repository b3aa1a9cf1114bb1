import type { Picture, SvgaDevice, SvgaEvent } from '@cg/svga-device';

/**
 * What a device has last shown on a screen or read back to the guest. A picture that is read back is taken at once: a
 * program that ends leaves none of its surfaces.
 */
export class LastShown {
  readonly #device: SvgaDevice;
  #screen: number | undefined;
  #readBack: Picture | undefined;

  constructor(device: SvgaDevice) {
    this.#device = device;
    device.events.listen((event) => {
      if (event.kind === 'screen-updated') {
        this.#screen = event.screenTargetId;
        return;
      }
      const picture = readBackBy(event, device);
      if (picture !== undefined) {
        this.#screen = undefined;
        this.#readBack = picture;
      }
    });
  }

  /** Starts again, as if nothing had been shown. */
  forget(): void {
    this.#screen = undefined;
    this.#readBack = undefined;
  }

  /** Undefined if nothing was shown or read back. */
  picture(): Picture | undefined {
    return this.#screen === undefined ? this.#readBack : this.#device.screenTarget(this.#screen);
  }
}

/** What an event brings to the guest; undefined if that is no picture. */
function readBackBy(event: SvgaEvent, device: SvgaDevice): Picture | undefined {
  if (event.kind !== 'command-done') {
    return undefined;
  }
  const { reader } = event;
  if (reader.name === 'READBACK_GB_SURFACE') {
    return device.picture(reader.fields('READBACK_GB_SURFACE').sid, 0);
  }
  if (reader.name === 'DX_READBACK_SUBRESOURCE') {
    const { sid, subResource } = reader.fields('DX_READBACK_SUBRESOURCE');
    return device.picture(sid, subResource);
  }
  return undefined;
}
