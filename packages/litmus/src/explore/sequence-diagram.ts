import type { Lane, Timeline, TimelineEvent } from './timeline.js';

const LANE_WIDTH = 8;
const STEP_WIDTH = 6;
const TOTAL_WIDTH = 100;

/**
 * The events, top to bottom, in columns for each CPU, the driver and the device. At most 100 characters wide.
 * @param from the first step to draw
 */
export function sequenceDiagram({ events }: Timeline, from = 1): string[] {
  const drawn = events.filter(({ step }) => step >= from);
  const lanes = lanesOf(drawn);
  const head = lanes.map((lane) => lane.padEnd(LANE_WIDTH)).join('');
  return [
    `${'step'.padEnd(STEP_WIDTH)}${head}`.trimEnd(),
    ...drawn.map((event) => row(event, lanes.indexOf(event.lane), lanes.length)),
  ];
}

function row({ step, text, kind }: TimelineEvent, at: number, lanes: number): string {
  const line = '│'.padEnd(LANE_WIDTH);
  const mark = kind === 'finding' || kind === 'error' ? '✗ ' : '';
  const start = `${String(step).padStart(STEP_WIDTH - 2)}  ${line.repeat(at)}`;
  const message = `${mark}${text}`;
  const used = at + Math.ceil((message.length + 1) / LANE_WIDTH);
  const rest = used < lanes ? message.padEnd((used - at) * LANE_WIDTH) + line.repeat(lanes - used) : message;
  const whole = `${start}${rest}`.trimEnd();
  return whole.length > TOTAL_WIDTH ? `${whole.slice(0, TOTAL_WIDTH - 1)}…` : whole;
}

function lanesOf(events: readonly TimelineEvent[]): Lane[] {
  const cpus = [...new Set(events.map(({ lane }) => lane))]
    .filter((lane) => lane.startsWith('cpu'))
    .toSorted();
  return [...cpus, 'driver', 'device'];
}
