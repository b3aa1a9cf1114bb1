import { EVENT, NONE, NO_SURFACE } from '../recording/event-kind.js';
import type { Recording } from '../recording/recording.js';
import { describeEvent, eventName } from '../model/describe-event.js';

/** An event in the Trace Event Format. */
export interface TraceEvent {
  readonly name: string;
  readonly cat?: string;
  /** X a slice, i an instant, C a counter, s and f the ends of a flow, M metadata. */
  readonly ph: 'X' | 'i' | 'C' | 's' | 'f' | 'M';
  /** In microseconds. */
  readonly ts?: number;
  readonly dur?: number;
  readonly pid: number;
  readonly tid: number;
  readonly id?: number;
  /** Of an instant: that of its thread. */
  readonly s?: 't';
  /** The end of a flow belongs to the slice around it. */
  readonly bp?: 'e';
  readonly args?: Readonly<Record<string, string | number>>;
}

/** A file in the Trace Event Format, which ui.perfetto.dev opens. */
export interface TraceFile {
  readonly traceEvents: readonly TraceEvent[];
  readonly displayTimeUnit: 'ms';
  readonly otherData: Readonly<Record<string, string>>;
}

/** One process of the trace is the machine. */
const PID = 1;
/** An event of the recording is this long: the machine is simulated, and has no time. */
const MICROSECONDS = 10;
/** What an instant needs as a slice, so that flows can start and end at it. */
const SHORTEST = 4;

const slices: ReadonlySet<number> = new Set([EVENT.FAULT, EVENT.COMMAND]);
const instants: ReadonlySet<number> = new Set([
  EVENT.STORE,
  EVENT.LOAD,
  EVENT.RECORDED,
  EVENT.SWITCH,
  EVENT.EVICTED,
  EVENT.REFUSED,
  EVENT.FINDING,
  EVENT.TAKEN,
  EVENT.READ_BACK,
]);
/** They are parts of others, or have a slice of their own on the device. */
const left: ReadonlySet<number> = new Set([EVENT.STEP, EVENT.EMITTED, EVENT.READ, EVENT.WRITE]);

/**
 * A recording in the Trace Event Format: a track for each CPU, the driver and the device, one for the steps, and
 * counters. Time is the order of events, 10 µs for each.
 */
export function traceFile(recording: Recording): TraceFile {
  const { title, limits } = recording;
  return {
    traceEvents: [...metadata(recording), ...steps(recording), ...events(recording)],
    displayTimeUnit: 'ms',
    otherData: {
      title,
      time: `the order of events: ${MICROSECONDS} us for each, not a duration`,
      ...(limits.length === 0 ? {} : { limits: limits.join('; ') }),
    },
  };
}

/** Track 0 has the steps, the others are the lanes. */
function metadata({ title, lanes, stepName }: Recording): TraceEvent[] {
  const tracks = [`${stepName}s`, ...lanes];
  return [
    { name: 'process_name', ph: 'M', pid: PID, tid: 0, args: { name: title } },
    ...tracks.flatMap((name, tid): TraceEvent[] => [
      { name: 'thread_name', ph: 'M', pid: PID, tid, args: { name } },
      { name: 'thread_sort_index', ph: 'M', pid: PID, tid, args: { sort_index: tid } },
    ]),
  ];
}

function* steps({ events, stepName, texts }: Recording): Generator<TraceEvent> {
  let start = -1;
  for (let i = 0; i <= events.count; i++) {
    if (i < events.count && events.kind[i] !== EVENT.STEP) {
      continue;
    }
    if (start >= 0) {
      const text = events.b[start] === NONE ? '' : `: ${texts[events.b[start]]}`;
      const times = { ts: start * MICROSECONDS, dur: (i - start) * MICROSECONDS };
      yield {
        name: `${stepName} ${events.a[start]}${text}`,
        cat: 'step',
        ph: 'X',
        ...times,
        pid: PID,
        tid: 0,
      };
    }
    start = i;
  }
}

function* events(recording: Recording): Generator<TraceEvent> {
  const { kind, lane, until, surface, a, b, c, count } = recording.events;
  const flows = new Flows();
  let sent = 0;
  let needed = 0;
  for (let i = 0; i < count; i++) {
    if (left.has(kind[i])) {
      continue;
    }
    const ts = i * MICROSECONDS;
    const track = { pid: PID, tid: lane[i] + 1 };
    const about = {
      name: eventName(recording, i),
      cat: CATEGORIES[kind[i]],
      args: {
        what: describeEvent(recording, i),
        ...(surface[i] === NO_SURFACE ? {} : { surface: recording.surfaces[surface[i]].name }),
      },
    };
    if (instants.has(kind[i])) {
      yield { ...about, ph: 'i', ts, ...track, s: 't' };
      continue;
    }
    const dur = slices.has(kind[i]) ? Math.max((until[i] - i) * MICROSECONDS, SHORTEST) : SHORTEST;
    yield { ...about, ph: 'X', ts, dur, ...track };
    const flow = flows.at(kind[i], surface[i], kind[i] === EVENT.BOX ? b[i] : a[i]);
    if (flow !== undefined) {
      const end = flow.ph === 'f' ? { bp: 'e' as const } : {};
      yield { name: flow.name, cat: 'flow', id: flow.id, ph: flow.ph, ts: ts + 1, ...track, ...end };
    }
    if (kind[i] === EVENT.UPLOAD) {
      sent += b[i];
      needed += c[i];
      yield { name: 'bytes', ph: 'C', ts, pid: PID, tid: 0, args: { sent, needed } };
    }
  }
}

const CATEGORIES: Readonly<Record<number, string>> = {
  [EVENT.STORE]: 'access',
  [EVENT.LOAD]: 'access',
  [EVENT.FAULT]: 'fault',
  [EVENT.RECORDED]: 'fault',
  [EVENT.SCAN]: 'scan',
  [EVENT.PROTECT]: 'scan',
  [EVENT.SWITCH]: 'scan',
  [EVENT.RANGE]: 'range',
  [EVENT.CLEARED]: 'range',
  [EVENT.BOX]: 'upload',
  [EVENT.UPLOAD]: 'upload',
  [EVENT.TAKEN]: 'upload',
  [EVENT.COMMAND]: 'command',
  [EVENT.FENCE_EMITTED]: 'fence',
  [EVENT.FENCE]: 'fence',
  [EVENT.READ_BACK]: 'read-back',
  [EVENT.EVICTED]: 'eviction',
  [EVENT.REFUSED]: 'error',
  [EVENT.FINDING]: 'error',
};

interface Flow {
  readonly name: string;
  readonly id: number;
  readonly ph: 's' | 'f';
}

/** Boxes and fences, from the driver that emits them to the device that is done with them, in order. */
class Flows {
  #ids = 0;
  readonly #boxes = new Map<number, number[]>();
  readonly #fences = new Map<number, number>();

  /** @param detail the number of a fence */
  at(kind: number, surface: number, detail: number): Flow | undefined {
    switch (kind) {
      case EVENT.BOX: {
        const id = ++this.#ids;
        const waiting = this.#boxes.get(surface) ?? [];
        waiting.push(id);
        this.#boxes.set(surface, waiting);
        return { name: 'box', id, ph: 's' };
      }
      case EVENT.UPLOAD: {
        const id = this.#boxes.get(surface)?.shift();
        return id === undefined ? undefined : { name: 'box', id, ph: 'f' };
      }
      case EVENT.FENCE_EMITTED: {
        const id = ++this.#ids;
        this.#fences.set(detail, id);
        return { name: 'fence', id, ph: 's' };
      }
      case EVENT.FENCE: {
        const id = this.#fences.get(detail);
        this.#fences.delete(detail);
        return id === undefined ? undefined : { name: 'fence', id, ph: 'f' };
      }
      default:
        return undefined;
    }
  }
}
