import { Machine } from '@cg/machine';
import { BufferObject, Resource, type DriverContext } from '@cg/vmwgfx';
import { BenchError } from '../errors.js';
import type { Row, Sample } from '../row.js';
import { medianPass, type Clock } from '../timing.js';

/** Byte ranges looked up in a pass. */
const LOOK_UPS = 10_000;
/** Bytes of each resource, one behind the other. */
const RESOURCE_BYTES = 64;

/** A resource that is only there to be found. */
class PlacedResource extends Resource {
  readonly isTracked = false;

  constructor(context: DriverContext) {
    super(context, RESOURCE_BYTES, false);
  }

  addDirtyBytes(): void {}
  create(): void {}
  bind(): void {}
  unbind(): void {}
  destroy(): void {}
  followTracking(): void {}
  sync(): void {}
  readBack(): void {}
}

/**
 * Finding the resource at a byte of a buffer object that holds few or many (rule 6.1): what the many cost more is
 * the depth of a tree.
 */
export function resourceLookupRow(clock: Clock, many: number): Row {
  const few = 10;
  const [ours, rival] = [many, few].map((count) => `${count.toLocaleString('en')} in one backing`);
  return {
    name: 'find a resource',
    unit: 'ns',
    ours,
    rival,
    async open() {
      return { ours: sampleLookUps(clock, ours, many), rival: sampleLookUps(clock, rival, few) };
    },
  };
}

function sampleLookUps(clock: Clock, contender: string, count: number): Sample {
  const { context } = new Machine({ cpus: 1, memoryBytes: 32 * 2 ** 20 }).driver;
  const bytes = count * RESOURCE_BYTES;
  const object = new BufferObject(context, Math.ceil(bytes / 4096));
  for (let i = 0; i < count; i++) {
    new PlacedResource(context).attach(object, i * RESOURCE_BYTES);
  }
  // One behind the other, as a program's faults come: it is the depth that is measured, not cold caches.
  const places = Uint32Array.from({ length: LOOK_UPS }, (_, i) => (i * RESOURCE_BYTES) % bytes);
  let sum = 0;
  const pass = {
    prepare() {
      sum = 0;
    },
    work() {
      for (const at of places) {
        sum += object.resources.firstOverlap(at, at + 1)?.start ?? Number.NaN;
      }
    },
    check() {
      const expected = places.reduce((total, at) => total + at - (at % RESOURCE_BYTES), 0);
      if (sum !== expected) {
        throw new BenchError('EBADMSG', `${contender}: not the resources that are there`, contender);
      }
    },
  };
  return () => medianPass(clock, pass) / LOOK_UPS;
}
