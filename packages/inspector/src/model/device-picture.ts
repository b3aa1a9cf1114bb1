import { CHANGE_NUMBERS, type Recording } from '../recording/recording.js';

/** A range of bytes of an image that has changed. */
export type ChangedBytes = (start: number, end: number) => void;

/**
 * The device's image of a surface after any number of events. A change is old XOR new, so that a step back applies the
 * same bytes as the step forwards; no more than the changes in between are touched.
 */
export class DevicePicture {
  readonly image: Uint8Array;
  readonly #recording: Recording;
  /** Of the surface's changes: event, offset in the image, bytes, and where those are. */
  readonly #events: Uint32Array;
  readonly #offsets: Uint32Array;
  readonly #lengths: Uint32Array;
  readonly #places: Uint32Array;
  /** Changes that are applied. */
  #at = 0;

  constructor(recording: Recording, surface: number, bytes: number) {
    this.#recording = recording;
    this.image = new Uint8Array(bytes);
    const { changes } = recording;
    let count = 0;
    for (let i = 0; i < changes.length; i += CHANGE_NUMBERS) {
      count += changes[i + 1] === surface ? 1 : 0;
    }
    this.#events = new Uint32Array(count);
    this.#offsets = new Uint32Array(count);
    this.#lengths = new Uint32Array(count);
    this.#places = new Uint32Array(count);
    for (let i = 0, to = 0, place = 0; i < changes.length; i += CHANGE_NUMBERS) {
      if (changes[i + 1] === surface) {
        this.#events[to] = changes[i];
        this.#offsets[to] = changes[i + 2];
        this.#lengths[to] = changes[i + 3];
        this.#places[to++] = place;
      }
      place += changes[i + 3];
    }
  }

  /** Moves to the image after so many events. @param changed called for each changed range of bytes */
  moveTo(events: number, changed: ChangedBytes): void {
    while (this.#at < this.#events.length && this.#events[this.#at] < events) {
      this.#apply(this.#at++, changed);
    }
    while (this.#at > 0 && this.#events[this.#at - 1] >= events) {
      this.#apply(--this.#at, changed);
    }
  }

  #apply(change: number, changed: ChangedBytes): void {
    const { image } = this;
    const { changedBytes } = this.#recording;
    const start = this.#offsets[change];
    const end = start + this.#lengths[change];
    const shift = this.#places[change] - start;
    for (let at = start; at < end; at++) {
      image[at] ^= changedBytes[shift + at];
    }
    changed(start, end);
  }
}
