import { BOX_NUMBERS, EVENT, NONE, NO_SURFACE } from '../recording/event-kind.js';
import type { Recording } from '../recording/recording.js';

const NAMES: Readonly<Record<number, string>> = {
  [EVENT.STEP]: 'step',
  [EVENT.STORE]: 'store',
  [EVENT.LOAD]: 'load',
  [EVENT.RECORDED]: 'recorded',
  [EVENT.SCAN]: 'scan',
  [EVENT.PROTECT]: 'protect',
  [EVENT.RANGE]: 'range',
  [EVENT.CLEARED]: 'cleared',
  [EVENT.SWITCH]: 'method',
  [EVENT.BOX]: 'box',
  [EVENT.FENCE_EMITTED]: 'fence sent',
  [EVENT.UPLOAD]: 'upload',
  [EVENT.TAKEN]: 'content taken',
  [EVENT.READ]: 'read',
  [EVENT.WRITE]: 'write',
  [EVENT.READ_BACK]: 'read-back',
  [EVENT.FENCE]: 'fence',
  [EVENT.EVICTED]: 'evicted',
  [EVENT.REFUSED]: 'refused',
  [EVENT.FINDING]: 'finding',
};

/** A short name of an event: a command has its own. */
export function eventName(recording: Recording, at: number): string {
  const { kind, a, b } = recording.events;
  switch (kind[at]) {
    case EVENT.FAULT:
      return b[at] === 1 ? 'store fault' : 'load fault';
    case EVENT.COMMAND:
    case EVENT.EMITTED:
      return recording.texts[a[at]] ?? 'command';
    default:
      return NAMES[kind[at]] ?? '';
  }
}

/** An event in words. */
export function describeEvent(recording: Recording, at: number): string {
  const { kind, surface, a, b, c } = recording.events;
  const { numbers, texts, surfaces } = recording;
  const name = surface[at] === NO_SURFACE ? '' : surfaces[surface[at]].name;
  const of = name === '' ? '' : ` of ${name}`;
  switch (kind[at]) {
    case EVENT.STEP:
      return `${recording.stepName} ${a[at]}${b[at] === NONE ? '' : `: ${texts[b[at]]}`}`;
    case EVENT.STORE:
    case EVENT.LOAD:
      return `${NAMES[kind[at]]} ${count(b[at] - a[at], 'byte')} at ${number(a[at])}${of}`;
    case EVENT.FAULT:
      return `${b[at] === 1 ? 'store' : 'load'} fault on page ${a[at]}${of}${c[at] === 1 ? ', which failed' : ''}`;
    case EVENT.RECORDED:
      return `the fault records page ${a[at]}${of}`;
    case EVENT.SCAN:
      return `scan page tables${of}: ${foundText(numbers, b[at])}`;
    case EVENT.PROTECT:
      return `write-protect ${pages(a[at], b[at])}${of}`;
    case EVENT.RANGE:
      return `${pages(a[at], b[at])}${of} dirty`;
    case EVENT.CLEARED:
      return `${pages(a[at], b[at])}${of} clean: uploaded whole`;
    case EVENT.SWITCH:
      return `the next pass ${a[at] === 1 ? 'traps stores' : 'scans page tables'}`;
    case EVENT.BOX:
      return `box ${boxText(numbers, a[at])}${of}, ${count(b[at], 'byte')}`;
    case EVENT.EMITTED:
      return `emit ${texts[a[at]] ?? 'a command'}`;
    case EVENT.FENCE_EMITTED:
      return `emit fence ${a[at]}`;
    case EVENT.COMMAND:
      return `run ${texts[a[at]] ?? 'a command'}`;
    case EVENT.UPLOAD:
      return `upload ${boxText(numbers, a[at])}${of}, ${count(b[at], 'byte')}, ${number(c[at])} of them new`;
    case EVENT.TAKEN:
      return `take the content${of} from memory, at its first use`;
    case EVENT.READ:
      return `read ${boxText(numbers, a[at])}${of}`;
    case EVENT.WRITE:
      return `write ${boxText(numbers, a[at])}${of}`;
    case EVENT.READ_BACK:
      return `read back ${count(b[at] - a[at], 'byte')} at ${number(a[at])}${of}`;
    case EVENT.FENCE:
      return `fence ${a[at]} passed`;
    case EVENT.EVICTED:
      return `evict${name === '' ? ' a surface' : ` ${name}`}`;
    case EVENT.REFUSED:
      return `refused: ${texts[a[at]] ?? ''}`;
    default:
      return texts[c[at]] ?? 'a byte is wrong';
  }
}

function foundText(numbers: Uint32Array, at: number): string {
  const ranges = Array.from({ length: Math.min(numbers[at], 4) }, (_, i) =>
    pages(numbers[at + 1 + 2 * i], numbers[at + 2 + 2 * i]),
  );
  if (ranges.length === 0) {
    return 'nothing new';
  }
  return `${ranges.join(', ')}${numbers[at] > 4 ? ` and ${numbers[at] - 4} more ranges` : ''}`;
}

function boxText(numbers: Uint32Array, at: number): string {
  if (at === NONE) {
    return 'all';
  }
  const [subresource, x, y, z, width, height, depth] = numbers.subarray(at, at + BOX_NUMBERS);
  const is3d = z > 0 || depth > 1;
  const place = `${width}×${height}${is3d ? `×${depth}` : ''} at ${x},${y}${is3d ? `,${z}` : ''}`;
  return subresource === 0 ? place : `${place} of subresource ${subresource}`;
}

function pages(start: number, end: number): string {
  return end - start === 1 ? `page ${start}` : `pages ${start} to ${end - 1}`;
}

function count(value: number, what: string): string {
  return `${number(value)} ${what}${value === 1 ? '' : 's'}`;
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}
