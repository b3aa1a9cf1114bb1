import { Machine } from '@cg/machine';
import { PAGE_SIZE } from '@cg/pagetable';
import { BufferObject, cleanResources, Resource, type DriverState } from '@cg/vmwgfx';
import { hostClock } from '../clock.js';
import { batchesOf, type Contender } from '../contender.js';
import { BenchError } from '../errors.js';
import type { Row } from '../row.js';
import type { RowSettings } from './settings.js';

/** Pages looked up in a pass. */
const LOOK_UPS = 10_000;
/** Pages of each resource; resources are adjacent. */
const RESOURCE_PAGES = 2;
/** Memory beside the resources. */
const BESIDE_BYTES = 32 * 2 ** 20;

/** A resource that is only looked up. */
export class PlacedResource extends Resource {
  readonly isTracked = false;

  constructor(driver: DriverState) {
    super(driver, RESOURCE_PAGES * PAGE_SIZE, false);
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
 * Looking up the resource at a page of a buffer object with few or many, as the driver does before a fault maps that
 * page (rule 6.1, 6.4): the difference is the depth of the tree.
 */
export function rowsOf({ resources: many }: RowSettings): Row[] {
  const few = 10;
  const [ours, rival] = [many, few].map((count) => `${count.toLocaleString('en')} in one backing`);
  return [
    {
      section: 'Finding a resource',
      name: 'find a resource',
      unit: 'ns',
      ours,
      rival,
      rivalOfPackages: true,
      open: async (side) => (side === 'ours' ? lookUps(ours, many) : lookUps(rival, few)),
    },
  ];
}

function lookUps(contender: string, count: number): Contender {
  const pageCount = count * RESOURCE_PAGES;
  const { state: driver } = new Machine({ cpus: 1, memoryBytes: pageCount * PAGE_SIZE + BESIDE_BYTES })
    .driver;
  const object = new BufferObject(driver, pageCount);
  for (let i = 0; i < count; i++) {
    object.reserved((held) => new PlacedResource(driver).attach(held, i * RESOURCE_PAGES * PAGE_SIZE));
  }
  // In ascending order, like a program's faults, to measure the depth and not cold caches.
  const pages = Uint32Array.from({ length: LOOK_UPS }, (_, i) => (i * RESOURCE_PAGES) % pageCount);
  let pagesToMap = 0;
  const pass = {
    prepare() {
      pagesToMap = 0;
    },
    work() {
      object.reserved((held) => {
        for (const page of pages) {
          pagesToMap += cleanResources(held, page, page + 1);
        }
      });
    },
    check() {
      if (pagesToMap !== LOOK_UPS * RESOURCE_PAGES) {
        throw new BenchError('EBADMSG', `${contender}: wrong resources`, contender);
      }
    },
  };
  return batchesOf(hostClock, LOOK_UPS, pass);
}
