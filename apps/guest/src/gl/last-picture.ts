import type { Picture, SvgaDevice } from '@cg/svga-device';

/** Keeps the picture of the surface that was read back last: what a program without a window has drawn. */
export class LastPicture {
  #picture: Picture | undefined;
  readonly #stop: () => void;

  constructor(device: SvgaDevice) {
    this.#stop = device.events.listen((event) => {
      if (event.kind !== 'command-done') {
        return;
      }
      const { reader } = event;
      if (reader.name === 'READBACK_GB_SURFACE') {
        this.#take(device, reader.fields('READBACK_GB_SURFACE').sid, 0);
      } else if (reader.name === 'DX_READBACK_SUBRESOURCE') {
        const { sid, subResource } = reader.fields('DX_READBACK_SUBRESOURCE');
        this.#take(device, sid, subResource);
      }
    });
  }

  /** Ends the listening. @returns the picture; undefined if nothing with a picture was read back */
  end(): Picture | undefined {
    this.#stop();
    return this.#picture;
  }

  #take(device: SvgaDevice, surface: number, subresource: number): void {
    this.#picture = device.picture(surface, subresource) ?? this.#picture;
  }
}
