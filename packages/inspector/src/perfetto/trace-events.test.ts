import { parseProgram, postedVariants, programOf } from '@cg/litmus';
import { describe, expect, it } from 'vitest';
import { recordProgram } from '../record/record-program.js';
import { traceFile, type TraceEvent } from './trace-events.js';

const program = programOf(
  parseProgram(`
machine cpus 2 method trap
process p
surface canvas A8R8G8B8 64x64
surface screen A8R8G8B8 64x64 plain
map p canvas
submit copy canvas -> screen
cpu 0 store canvas +4096 16
cpu 1 store canvas +8192 16
submit copy canvas -> screen
submit copy screen -> canvas
cpu 1 load canvas +0 4
`),
);

/** What the Trace Event Format demands of an event, by its phase. @returns what is wrong */
function faultsOf(event: TraceEvent): string[] {
  const faults: string[] = [];
  const demand = (is: boolean, what: string): void => {
    if (!is) {
      faults.push(`${what}: ${JSON.stringify(event)}`);
    }
  };
  const isTime = (value: unknown): boolean =>
    typeof value === 'number' && Number.isFinite(value) && value >= 0;
  demand(typeof event.name === 'string' && event.name !== '', 'a name');
  demand(Number.isInteger(event.pid) && Number.isInteger(event.tid), 'pid and tid are integers');
  if (event.ph === 'M') {
    const wanted = { process_name: 'name', thread_name: 'name', thread_sort_index: 'sort_index' }[event.name];
    demand(wanted !== undefined && event.args?.[wanted] !== undefined, 'metadata with its argument');
    return faults;
  }
  demand(isTime(event.ts), 'ts in microseconds');
  switch (event.ph) {
    case 'X':
      demand(isTime(event.dur), 'dur of a complete event');
      break;
    case 'i':
      demand(event.s === 't', 'the scope of an instant');
      break;
    case 'C':
      demand(Object.values(event.args ?? { none: '' }).every(Number.isFinite), 'numbers of a counter');
      break;
    case 's':
    case 'f':
      demand(event.id !== undefined && typeof event.cat === 'string', 'id and category of a flow');
      break;
    default:
      demand(false, 'a phase of the format');
  }
  return faults;
}

/** Complete events of a track are in order, and inside one another or apart. */
function nestingFaults(slices: readonly TraceEvent[]): string[] {
  const open: number[] = [];
  return slices.flatMap(({ name, ts = 0, dur = 0 }) => {
    while (open.length > 0 && (open.at(-1) as number) <= ts) {
      open.pop();
    }
    const fits = open.length === 0 || ts + dur <= (open.at(-1) as number);
    open.push(ts + dur);
    return fits ? [] : [`${name} at ${ts} ends behind the slice around it`];
  });
}

function grouped(
  events: readonly TraceEvent[],
  phases: readonly string[],
  keyOf: (event: TraceEvent) => string,
): Map<string, TraceEvent[]> {
  const groups = new Map<string, TraceEvent[]>();
  for (const event of events.filter(({ ph }) => phases.includes(ph))) {
    groups.set(keyOf(event), [...(groups.get(keyOf(event)) ?? []), event]);
  }
  return groups;
}

function checked(events: readonly TraceEvent[]): string[] {
  const tracks = grouped(events, ['X'], ({ tid }) => String(tid));
  const flows = grouped(events, ['s', 'f'], ({ cat, id }) => `${cat} ${id}`);
  const unmatched = [...flows].filter(([, ends]) => ends[0].ph !== 's' || ends.length > 2);
  const loose = [...flows.values()].flat().filter(({ tid, ts = 0 }) => {
    return !(tracks.get(String(tid)) ?? []).some(
      (slice) => (slice.ts ?? 0) <= ts && ts <= (slice.ts ?? 0) + (slice.dur ?? 0),
    );
  });
  return [
    ...events.flatMap((event) => faultsOf(event)),
    ...[...tracks.values()].flatMap((slices) => nestingFaults(slices)),
    ...unmatched.map(([id]) => `flow ${id} does not start, or ends twice`),
    ...loose.map(({ id }) => `an end of flow ${id} is in no slice`),
  ];
}

describe('a trace file', () => {
  const { recording } = recordProgram(program);
  const { traceEvents, displayTimeUnit } = JSON.parse(JSON.stringify(traceFile(recording))) as {
    traceEvents: TraceEvent[];
    displayTimeUnit: string;
  };

  it('is in the Trace Event Format: phases, times, nesting, flows', () => {
    expect(displayTimeUnit).toBe('ms');
    expect(checked(traceEvents)).toEqual([]);
  });

  it('the check sees what is wrong', () => {
    const broken = traceEvents.map((event) =>
      event.ph === 'X' ? { ...event, dur: (event.dur ?? 0) + 5 } : event,
    );
    expect(checked(broken).length).toBeGreaterThan(0);
    expect(checked([{ name: 'x', ph: 'X', ts: 1, pid: 1, tid: 1 }])).toHaveLength(1);
  });

  it('has a track for the steps, each CPU, the driver and the device, with what happened there', () => {
    const names = traceEvents.filter(({ name }) => name === 'thread_name').map(({ args }) => args?.name);
    expect(names).toEqual(['steps', 'cpu 0', 'cpu 1', 'driver', 'device']);
    const on = (tid: number) =>
      new Set(traceEvents.filter((event) => event.tid === tid).map(({ name }) => name));
    expect([...on(1)]).toEqual(expect.arrayContaining(['store fault', 'store']));
    expect([...on(2)]).toEqual(expect.arrayContaining(['load fault', 'load']));
    expect([...on(3)]).toEqual(
      expect.arrayContaining(['protect', 'range', 'box', 'fence sent', 'read-back']),
    );
    expect([...on(4)]).toEqual(
      expect.arrayContaining(['UPDATE_GB_IMAGE', 'upload', 'WHOLE_SURFACE_COPY', 'fence']),
    );
    const last = traceEvents.findLast(({ ph }) => ph === 'C');
    expect(last?.args).toEqual({ sent: recording.total.bytesSent, needed: recording.total.bytesNeeded });
  });

  it('E1: a finding is an instant of the reader', () => {
    const lossy = programOf(
      parseProgram(
        [
          'machine method scan\nprocess p\nsurface s A8R8G8B8 64x64\nmap p s',
          'check s\ncpu 0 store s +0 4\nunmap p s\ncheck s',
        ].join('\n'),
      ),
    );
    const e1 = postedVariants.find(({ id }) => id === 'E1')!;
    const made = recordProgram(lossy, { configure: (base) => e1.machineOptions(base) });
    const found = traceFile(made.recording).traceEvents.filter(({ name }) => name === 'finding');
    expect(found.map(({ ph }) => ph)).toEqual(['i']);
  });
});
