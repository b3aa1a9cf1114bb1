import { EventStream } from '@cg/collections';
import { describe, expect, it } from 'vitest';
import { DirtyTracker } from './dirty-tracker.js';
import { OneEntryAPage, ToldResource } from './one-entry-a-page.fixture.js';
import { FixedPolicy, type TrackingMethod, type TrackingPolicy } from './policy.js';
import type { TrackerEvent } from './tracker-event.js';

const PAGE = 4096;

/** A tracker of eight pages, made with a listener. */
function setUp(policy: TrackingPolicy) {
  const events = new EventStream<TrackerEvent>();
  const told: TrackerEvent[] = [];
  const stop = events.listen((event) => told.push(event));
  const memory = new OneEntryAPage(8);
  memory.store(6);
  const tracker = new DirtyTracker(memory, policy, { events, object: 40 });
  memory.tracker = tracker;
  return { memory, tracker, told, stop };
}

/** Starts with a method and switches in the pass after `passes` others. */
function switchingAfter(passes: number, initial: TrackingMethod): TrackingPolicy {
  let left = passes;
  return {
    initialMethod: () => initial,
    methodAfter: (method) => (left-- > 0 ? method : method === 'scan' ? 'trap' : 'scan'),
  };
}

const object = 40;

describe('the events of a DirtyTracker', () => {
  it('5.2: the scan method tells of each pass which ranges it found, and counts the dirty entries', () => {
    const { memory, tracker, told } = setUp(new FixedPolicy('scan'));
    expect(told).toEqual([]);
    [2, 3].forEach((page) => memory.store(page));
    tracker.scan();
    memory.store(3);
    tracker.scan();
    const range = [0, 8];
    expect(told).toEqual([
      {
        kind: 'scanned',
        object,
        range,
        entries: 3,
        isPass: true,
        found: [
          [2, 4],
          [6, 7],
        ],
      },
      // Page 3 was recorded as dirty already.
      { kind: 'scanned', object, range, entries: 1, isPass: true, found: [] },
    ]);
  });

  it('5.1, 5.2: the trap method tells what it started with, each first store, and what it protected again', () => {
    const { memory, tracker, told } = setUp(new FixedPolicy('trap'));
    expect(told.splice(0)).toEqual([
      { kind: 'protected', object, range: [0, 8], entries: 8, isPass: false },
      { kind: 'scanned', object, range: [0, 8], entries: 1, isPass: false, found: [[6, 7]] },
    ]);
    [4, 4, 5].forEach((page) => memory.store(page));
    tracker.scan();
    expect(told).toEqual([
      { kind: 'write-recorded', object, page: 4 },
      { kind: 'write-recorded', object, page: 5 },
      { kind: 'protected', object, range: [4, 7], entries: 2, isPass: true },
    ]);
  });

  it('5.3: each range handed out is told once, by the resource that takes it', () => {
    const { memory, tracker, told } = setUp(new FixedPolicy('scan'));
    memory.store(1);
    tracker.scan();
    told.length = 0;
    const resources = [new ToldResource(0, 2 * PAGE), new ToldResource(PAGE, 6 * PAGE)];
    const sharedBy = (start: number, end: number) => resources.filter((each) => each.overlaps(start, end));
    resources.forEach((resource) => tracker.transfer(resource, sharedBy));
    expect(told).toEqual([
      { kind: 'range-dirtied', object, range: [1, 2] },
      { kind: 'range-dirtied', object, range: [6, 7] },
    ]);
    expect(tracker.statistics.pagesDirtied).toBe(2);
  });

  it('6.2: a resource that was uploaded whole clears its ranges, and is told of none', () => {
    const { tracker, told } = setUp(new FixedPolicy('scan'));
    tracker.scan();
    told.length = 0;
    tracker.clear(new ToldResource(0, 8 * PAGE), () => []);
    expect(told).toEqual([{ kind: 'range-cleared', object, range: [6, 7] }]);
    expect(tracker.statistics.pagesDirtied).toBe(0);
  });

  it('5.2: a switch is told with the method that comes next, ahead of what it takes', () => {
    const { memory, tracker, told } = setUp(switchingAfter(1, 'scan'));
    tracker.scan();
    tracker.scan();
    expect(told.slice(2).map(({ kind }) => kind)).toEqual(['method-switched', 'protected', 'scanned']);
    expect(told[2]).toEqual({ kind: 'method-switched', object, method: 'trap' });
    told.length = 0;
    memory.store(0);
    tracker.scan();
    expect(told.map(({ kind }) => kind)).toEqual([
      'write-recorded',
      'protected',
      'method-switched',
      'scanned',
    ]);
    expect(tracker.statistics.methodSwitches).toBe(2);
  });

  it('5.5: what is collected ahead of an unmapping is told for its pages alone', () => {
    const { tracker, told } = setUp(new FixedPolicy('scan'));
    tracker.collectBeforeUnmap(5, 7);
    expect(told).toEqual([
      { kind: 'protected', object, range: [5, 7], entries: 2, isPass: false },
      { kind: 'scanned', object, range: [5, 7], entries: 1, isPass: false, found: [[6, 7]] },
    ]);
  });

  it('tells nothing once the listener is removed; counters and dirty pages are as with one', () => {
    const { memory, tracker, told, stop } = setUp(new FixedPolicy('scan'));
    stop();
    memory.store(1);
    tracker.scan();
    expect(told).toEqual([]);
    expect([tracker.statistics.scans, [...tracker.dirty.bitmap.ranges()]]).toEqual([
      1,
      [
        [1, 2],
        [6, 7],
      ],
    ]);
  });
});
