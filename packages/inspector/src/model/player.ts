import { EVENT, NO_SURFACE } from '../recording/event-kind.js';
import type { Recording } from '../recording/recording.js';
import { chainOfByte, type Link } from './chain.js';
import { DevicePicture, type ChangedBytes } from './device-picture.js';
import { PageStates } from './page-states.js';
import { stepAt, stepsOf, type Steps } from './steps.js';
import { surfaceViews, type SurfaceView } from './surface-view.js';

/**
 * A recording at a place: after so many events. It moves in both directions by the stream of events alone; nothing is
 * run again, so a page needs neither the machine nor the trace.
 */
export class Player {
  readonly steps: Steps;
  readonly surfaces: readonly SurfaceView[];
  #at = 0;
  #surface = 0;
  #pages: PageStates | undefined;
  #picture: DevicePicture | undefined;

  constructor(readonly recording: Recording) {
    this.steps = stepsOf(recording);
    this.surfaces = surfaceViews(recording.surfaces);
  }

  /** Events that have happened. */
  get at(): number {
    return this.#at;
  }

  /** The step of the newest event. */
  get step(): number {
    return stepAt(this.steps, Math.max(this.#at - 1, 0));
  }

  get surface(): SurfaceView | undefined {
    return this.surfaces[this.#surface];
  }

  /** The pages of the surface; undefined if the recording has none. */
  get pages(): PageStates | undefined {
    const { surface } = this;
    if (surface === undefined) {
      return undefined;
    }
    this.#pages ??= new PageStates(this.recording, surface);
    this.#pages.moveTo(this.#at);
    return this.#pages;
  }

  /** The step that an event belongs to. */
  stepOf(event: number): number {
    return stepAt(this.steps, event);
  }

  /**
   * The first byte that a check has found wrong. Where several surfaces have it, the one whose chain lacks a link, and
   * which was written last.
   */
  firstFinding(): { readonly event: number; readonly surface: number; readonly byte: number } | undefined {
    const { kind, surface, a, c } = this.recording.events;
    const first = kind.findIndex((each, at) => each === EVENT.FINDING && surface[at] !== NO_SURFACE);
    let [event, written] = [first, -1];
    for (let at = first; at >= 0 && kind[at] === EVENT.FINDING && c[at] === c[first]; at++) {
      const links = chainOfByte(this.recording, this.surfaces[surface[at]], a[at], at + 1);
      const isBroken = links.some(({ state }) => state === 'missing');
      if (isBroken && (links[0].event ?? -1) > written) {
        [event, written] = [at, links[0].event ?? -1];
      }
    }
    return event < 0 ? undefined : { event, surface: surface[event], byte: a[event] };
  }

  /** Shows another surface. */
  choose(surface: number): void {
    if (surface !== this.#surface) {
      this.#surface = surface;
      this.#pages = undefined;
      this.#picture = undefined;
    }
  }

  /** Moves to after so many events. */
  moveTo(events: number): void {
    this.#at = Math.min(Math.max(events, 0), this.recording.events.count);
  }

  /** Moves to the end of a step. */
  moveToStep(step: number): void {
    const { starts, count } = this.steps;
    this.moveTo(starts[Math.min(Math.max(step, 0), count - 1) + 1]);
  }

  /** The device's image of the surface now. @param changed called for what has changed since the last call */
  image(changed: ChangedBytes): Uint8Array | undefined {
    const { surface } = this;
    if (surface === undefined || !surface.hasPicture) {
      return undefined;
    }
    this.#picture ??= new DevicePicture(this.recording, surface.index, surface.layout.bytes);
    this.#picture.moveTo(this.#at, changed);
    return this.#picture.image;
  }

  /** The chain of a byte of the surface. */
  chainOf(byte: number): Link[] {
    const { surface } = this;
    return surface === undefined ? [] : chainOfByte(this.recording, surface, byte, this.#at);
  }
}
