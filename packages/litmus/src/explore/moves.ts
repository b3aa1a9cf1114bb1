import type { Place } from '../check/checked-surface.js';
import { hasPassed } from '../check/submissions-under-way.js';

/** A place that a surface has, or moves to. */
export interface Stop {
  readonly place: Place;
  /** `kept`: the surface comes here. `called`, `failed`: its submission may take the move back. */
  state: 'kept' | 'called' | 'failed';
  /** The fence with which the device has made the move. */
  fence: number | undefined;
}

/**
 * The moves of a surface that the device has not completed, in the order of the program: the driver is at the last one
 * that is kept, or at one behind it that may have been taken back; the device follows from stop to stop.
 */
export class Moves {
  #stops: Stop[];
  /** The stop at which the device is. */
  #at = 0;

  /** @param place of the surface before the first of them */
  constructor(place: Place) {
    this.#stops = [{ place, state: 'kept', fence: undefined }];
  }

  /** Where the device has the surface. */
  get place(): Place {
    return this.#stops[this.#at].place;
  }

  get areDone(): boolean {
    return this.#stops.length === 1;
  }

  *places(): Generator<Place> {
    for (const { place } of this.#stops) {
      yield place;
    }
  }

  /** A submission is called that moves the surface. @returns its stop, for `returned` */
  call(place: Place): Stop {
    const stop: Stop = { place, state: 'called', fence: undefined };
    this.#stops.push(stop);
    return stop;
  }

  /** It has returned with a fence, or has failed: then the move is taken back, unless the device is still there. */
  returned(stop: Stop, fence: number | undefined): void {
    stop.state = fence === undefined ? 'failed' : 'kept';
    stop.fence = fence;
    if (fence === undefined && this.#stops[this.#at] !== stop) {
      this.cancel(stop);
    }
  }

  /** It has not moved the surface. */
  cancel(stop: Stop): void {
    const at = this.#stops[this.#at];
    this.#stops = this.#stops.filter((other) => other !== stop);
    this.#at = this.#stops.indexOf(at);
  }

  /**
   * The device has bound the surface at a place: a later stop, or an earlier one if what led away is taken back.
   * @returns false if it may not be there
   */
  bound(isHere: (place: Place) => boolean): boolean {
    const stops = this.#stops;
    const isAhead = ({ place }: Stop, i: number): boolean => i >= this.#at && isHere(place);
    let index = stops.findIndex((stop, i) => isAhead(stop, i) && stop.state !== 'failed');
    if (index < 0) {
      // A failed move that seemed to be taken back when the surface was evicted.
      index = stops.findIndex(isAhead);
    }
    if (index < 0) {
      index = this.#at;
      while (index >= 0 && !isHere(stops[index].place)) {
        index = stops[index].state === 'kept' ? -1 : index - 1;
      }
      if (index < 0) {
        return false;
      }
    }
    this.#at = index;
    if (stops[index].state !== 'called') {
      this.#decide(index);
    }
    return true;
  }

  /** The device has unbound the surface: what a failed submission has moved is taken back so. */
  unbound(): void {
    while (this.#stops[this.#at].state !== 'kept') {
      this.#at--;
    }
  }

  /** A fence has passed, and with it the moves before it. What was to be taken back is back. */
  fenced(seqno: number): void {
    const made = this.#stops.findLastIndex(({ fence }) => fence !== undefined && hasPassed(fence, seqno));
    this.#at = Math.max(this.#at, made);
    if (this.#stops[this.#at].state === 'failed') {
      this.#stops[this.#at].state = 'kept';
    }
    this.#forgetOld();
  }

  /**
   * A mapping shows where the driver has the surface, and so whether failed moves were taken back.
   * @returns false if it may not be there
   */
  mapped(isHere: (place: Place) => boolean): boolean {
    const firm = this.#stops.findLastIndex(({ state }) => state === 'kept');
    const index = this.#stops.findIndex(({ place }, i) => i >= firm && isHere(place));
    if (index >= 0 && this.#stops[index].state !== 'called') {
      if (this.#stops[Math.max(this.#at, index)].state === 'failed') {
        this.#at = index;
      }
      this.#decide(index);
    }
    return index >= 0;
  }

  /** A failed move to a stop is kept if it is one; the others are taken back. */
  #decide(index: number): void {
    const [kept, at] = [this.#stops[index], this.#stops[this.#at]];
    kept.state = 'kept';
    this.#stops = this.#stops.filter(({ state }) => state !== 'failed');
    this.#at = this.#stops.indexOf(at);
    this.#forgetOld();
  }

  /** Forgets the stops that the surface cannot come back to. */
  #forgetOld(): void {
    const firm = this.#stops.findLastIndex(({ state }, i) => i <= this.#at && state === 'kept');
    this.#stops.splice(0, firm);
    this.#at -= firm;
  }
}
