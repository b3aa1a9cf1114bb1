import { DirtyTracker } from '@cg/dirty-tracking';
import { describe, expect, it } from 'vitest';
import { bench } from './driver.fixture.js';
import type { DriverOptions } from './driver.js';
import { BufferObject } from './memory/buffer-object.js';
import { steps } from './internal.js';

class OtherTracker extends DirtyTracker {}
class ThirdTracker extends OtherTracker {}

function trackerOf(options?: DriverOptions): DirtyTracker | undefined {
  const object = new BufferObject(bench(options).driver.state, 1);
  object.reserved((held) => object.addTrackerUser(held));
  return object.tracker;
}

describe('replaceable steps', () => {
  const replaced = steps.DirtyTracker.replacedIn<DriverOptions>({ maxObjects: 8 }, OtherTracker);

  it('are replaced in the drivers with such options and in no other', () => {
    expect(trackerOf(replaced)).toBeInstanceOf(OtherTracker);
    expect(trackerOf()).not.toBeInstanceOf(OtherTracker);
    expect(replaced.maxObjects).toBe(8);
  });

  it('stay replaced in a copy of the options, beside others, and the last of two counts', () => {
    const copy = { ...steps.ResourceIndex.replacedIn(replaced, steps.ResourceIndex.of()), maxObjects: 9 };
    expect(steps.DirtyTracker.of(copy)).toBe(OtherTracker);
    const twice = steps.DirtyTracker.replacedIn(copy, ThirdTracker);
    expect(trackerOf(twice)).toBeInstanceOf(ThirdTracker);
    expect(trackerOf(copy)).not.toBeInstanceOf(ThirdTracker);
  });
});
