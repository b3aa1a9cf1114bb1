import { EVENT, NONE } from '../recording/event-kind.js';
import type { Recording } from '../recording/recording.js';

/** The steps of a recording: each begins at an event, and ends where the next begins. */
export interface Steps {
  /** First event of each step, and the count of events as the last one. */
  readonly starts: Uint32Array;
  /** Number of each step; −1 for what comes before the first. */
  readonly numbers: Int32Array;
  readonly count: number;
}

/** Finds the steps. What comes before the first is step 0 of the result, even without events. */
export function stepsOf({ events }: Recording): Steps {
  const starts = [0];
  const numbers = [-1];
  for (let i = 0; i < events.count; i++) {
    if (events.kind[i] === EVENT.STEP) {
      starts.push(i);
      numbers.push(events.a[i]);
    }
  }
  starts.push(events.count);
  return { starts: Uint32Array.from(starts), numbers: Int32Array.from(numbers), count: starts.length - 1 };
}

/** The step that an event belongs to. */
export function stepAt({ starts, count }: Steps, event: number): number {
  let [low, high] = [0, count - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (starts[middle] <= event) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

/** A step in words. */
export function stepText({ events, stepName, texts }: Recording, { starts }: Steps, step: number): string {
  if (step === 0) {
    return 'set-up';
  }
  const at = starts[step];
  const text = events.b[at] === NONE ? '' : `: ${texts[events.b[at]]}`;
  return `${stepName} ${events.a[at]}${text}`;
}

/** Sums of each step, for plots. */
export interface StepSeries {
  /** The steps' numbers where these ascend, otherwise their order: steps may be interrupted, and go on. */
  readonly steps: Float64Array;
  readonly sent: Float64Array;
  readonly needed: Float64Array;
  readonly storeFaults: Float64Array;
  readonly loadFaults: Float64Array;
  readonly scans: Float64Array;
  readonly boxes: Float64Array;
  /** Steps in which the method is switched, with the method of the next pass. */
  readonly switches: readonly { readonly step: number; readonly trap: boolean }[];
}

/** Sums up what concerns a surface, or all of them. */
export function seriesOf({ events }: Recording, steps: Steps, surface?: number): StepSeries {
  const { starts, numbers, count } = steps;
  const ascend = numbers.every((number, step) => step === 0 || number > numbers[step - 1]);
  const column = (): Float64Array => new Float64Array(count);
  const switches: { step: number; trap: boolean }[] = [];
  const series = {
    steps: Float64Array.from({ length: count }, (_, step) => (ascend ? numbers[step] : step)),
    sent: column(),
    needed: column(),
    storeFaults: column(),
    loadFaults: column(),
    scans: column(),
    boxes: column(),
    switches,
  };
  for (let step = 0; step < count; step++) {
    for (let i = starts[step]; i < starts[step + 1]; i++) {
      if (surface !== undefined && events.surface[i] !== surface) {
        continue;
      }
      switch (events.kind[i]) {
        case EVENT.UPLOAD:
          series.sent[step] += events.b[i];
          series.needed[step] += events.c[i];
          break;
        case EVENT.FAULT:
          (events.b[i] === 1 ? series.storeFaults : series.loadFaults)[step]++;
          break;
        case EVENT.SCAN:
        case EVENT.PROTECT:
          series.scans[step] += events.c[i];
          break;
        case EVENT.BOX:
          series.boxes[step]++;
          break;
        case EVENT.SWITCH:
          switches.push({ step, trap: events.a[i] === 1 });
      }
    }
  }
  return series;
}
