import type { Picture, SvgaDevice } from '@cg/svga-device';

/** Between pictures of a program whose end nothing announces. */
const PICTURE_MILLISECONDS = 1000;

/** What a program shows, from its first frame on. */
export interface ShownFrames {
  /** Updates of the screen. */
  readonly frames: number;
  /** On the host's clock, from the first frame to the last; 0 if there are fewer than two. */
  readonly perSecond: number;
}

/** Counts a program's frames on the screen, and keeps a picture of it. */
export class ScreenWatch {
  readonly #device: SvgaDevice;
  readonly #wanted: number;
  readonly #reached: () => void;
  readonly #stop: () => void;
  #frames = 0;
  #first = 0;
  #last = 0;
  #picture: Picture | undefined;
  #taken = -Infinity;
  #screen = 0;

  /** @param wanted calls `reached` at this frame; Infinity if all of them are wanted */
  constructor(device: SvgaDevice, wanted: number, reached: () => void) {
    this.#device = device;
    this.#wanted = wanted;
    this.#reached = reached;
    this.#stop = device.events.listen((event) => {
      if (event.kind === 'screen-updated') {
        this.#count(event.screenTargetId);
      }
    });
  }

  /** The picture of the screen as it is: the one that is kept. */
  take(): void {
    this.#keep();
    this.#taken = Infinity;
  }

  /** Ends the counting. @returns the picture, if any, and what was shown */
  end(): { readonly picture: Picture | undefined; readonly shown: ShownFrames } {
    this.#stop();
    const frames = this.#frames;
    const perSecond = frames < 2 ? 0 : ((frames - 1) * 1000) / (this.#last - this.#first);
    return { picture: this.#picture, shown: { frames, perSecond } };
  }

  #count(screen: number): void {
    const now = performance.now();
    this.#first = this.#frames === 0 ? now : this.#first;
    this.#last = now;
    this.#screen = screen;
    this.#frames++;
    if (this.#frames === this.#wanted) {
      this.#reached();
    } else if (now - this.#taken > PICTURE_MILLISECONDS) {
      this.#keep();
      this.#taken = now;
    }
  }

  /** Keeps the screen's pixels, which the device goes on changing. */
  #keep(): void {
    const screen = this.#device.screenTarget(this.#screen);
    this.#picture = screen === undefined ? this.#picture : { ...screen, pixels: screen.pixels.slice() };
  }
}
