import { PAGE_SIZE } from '@cg/pagetable';
import type { Finding } from '../check/finding.js';
import type { Timeline, TimelineEvent } from './timeline.js';

/** One link in the chain of events that moves a byte. */
export interface ChainLink {
  readonly link: string;
  /** The event; undefined if it is missing. */
  readonly event: TimelineEvent | undefined;
  /** What is missing, or happened instead. */
  readonly missing?: string;
}

/**
 * The chain of events behind a finding: a store by a CPU, the fault or scan that found its page, the box and the
 * command that copied it to the device, and their fence; or a write by the device, the fault of the load, the read-back
 * and its fence. Missing links are marked.
 */
export function chainOf(finding: Finding, timeline: Timeline): ChainLink[] {
  const { events } = timeline;
  const seenAt = events.findLastIndex(
    (event) => event.kind === 'finding' && event.start === finding.offset && event.step === finding.step,
  );
  const before = events.slice(0, seenAt < 0 ? events.length : seenAt);
  const writtenAt = before.findLastIndex(
    (event) =>
      event.step === finding.writer &&
      (event.kind === 'store' || event.kind === 'command') &&
      covers(event, finding),
  );
  if (writtenAt < 0) {
    return [];
  }
  const written = before[writtenAt];
  const after = before.slice(writtenAt + 1);
  if (finding.kind === 'stale') {
    return staleChain(written, after, finding);
  }
  return finding.by === 'device'
    ? uploadChain(before, writtenAt, finding, timeline)
    : loadChain(written, after, finding);
}

function uploadChain(
  before: readonly TimelineEvent[],
  writtenAt: number,
  finding: Finding,
  timeline: Timeline,
): ChainLink[] {
  const written = before[writtenAt];
  const after = before.slice(writtenAt + 1);
  const page = finding.offset - (finding.offset % PAGE_SIZE);
  // The fault precedes the store.
  const faulted = before
    .slice(0, writtenAt)
    .findLast((event) => event.recorded === true && event.step === written.step && covers(event, finding));
  const scanned = after.find(
    (event) =>
      event.kind === 'scan' &&
      timeline.objects.get(event.object ?? -1) === finding.name &&
      event.pages?.includes(page / PAGE_SIZE) === true,
  );
  const links: ChainLink[] = [
    { link: written.kind, event: written },
    {
      link: scanned === undefined && faulted !== undefined ? 'fault' : 'scan',
      event: scanned ?? faulted,
      missing: `no fault or scan found that page ${page / PAGE_SIZE} of ${finding.name} was written`,
    },
  ];
  const upload = after.findLast((event) => event.kind === 'upload' && covers(event, finding));
  links.push({
    link: 'box',
    event: upload,
    missing: `no box contains byte ${finding.offset} of ${finding.name}`,
  });
  return [...links, ...ending(before, upload)];
}

function loadChain(written: TimelineEvent, after: readonly TimelineEvent[], finding: Finding): ChainLink[] {
  const faulted = after.findLast((event) => event.kind === 'fault' && covers(event, finding));
  const readBack = after.findLast((event) => event.kind === 'readback' && covers(event, finding));
  return [
    { link: written.kind, event: written },
    { link: 'fault', event: faulted, missing: 'no fault: the page stayed mapped while the device wrote it' },
    { link: 'read-back', event: readBack, missing: `byte ${finding.offset} was not read back` },
    ...ending(after, readBack),
  ];
}

function staleChain(written: TimelineEvent, after: readonly TimelineEvent[], finding: Finding): ChainLink[] {
  const readBack = after.findLast((event) => event.kind === 'readback' && covers(event, finding));
  const upload = after.findLast((event) => event.kind === 'upload' && covers(event, finding));
  return [
    { link: written.kind, event: written },
    { link: 'read-back', event: readBack, missing: 'none: memory has an older byte' },
    { link: 'box', event: upload, missing: 'no update' },
  ];
}

/** The fence that the device has passed after a link. */
function ending(events: readonly TimelineEvent[], link: TimelineEvent | undefined): ChainLink[] {
  if (link === undefined) {
    return [];
  }
  const fence = events.slice(events.indexOf(link)).find(({ kind }) => kind === 'fence');
  return [{ link: 'fence', event: fence, missing: 'none had passed' }];
}

function covers(event: TimelineEvent, { name, offset }: Finding): boolean {
  if (event.content !== name) {
    return false;
  }
  const runs = event.runs ?? [[event.start ?? 0, event.end ?? 0]];
  return runs.some(([start, end]) => offset >= start && offset < end);
}
