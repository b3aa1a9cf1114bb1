import type { GuestBacking } from '../memory/guest-backing.js';
import type { GuestMemory } from '../memory/guest-memory.js';
import type { Renderer } from '../renderer/renderer.js';
import type { Counters } from '../statistics.js';
import type { ImageMemory } from './image-memory.js';
import type { WorkBudget } from './work-budget.js';

/** Parts of the device that images use. */
export interface ImageParts {
  readonly guest: GuestMemory;
  readonly mobs: ReadonlyMap<number, GuestBacking>;
  readonly memory: ImageMemory;
  readonly budget: WorkBudget;
  readonly counters: Counters;
  readonly renderer: Renderer | undefined;
}
