import { PAGE_SIZE } from '@cg/pagetable';
import type { SurfaceBox, SurfaceLayout } from '@cg/surface-layout';
import { CommandWatcher } from '../watch/command-watcher.js';
import { forEachRun } from '../watch/runs.js';
import type { Machine } from '../machine.js';

/** The surface whose uploads are counted. */
interface MeteredSurface {
  readonly layout: SurfaceLayout;
  /** First page of it in the device's mapping. */
  readonly firstPage: number;
}

/**
 * Counts uploaded bytes: right before an update runs, each byte is compared with the one that a command would read
 * without the update. Listens from construction until `stop`.
 */
export class UploadMeter {
  /** Bytes of updates. */
  bytes = 0;
  /** Those that change the device's content. */
  bytesChanged = 0;
  /** Ends the counting. */
  readonly stop: () => void;
  readonly #machine: Machine;
  readonly #sid: () => number;
  readonly #surface: MeteredSurface;

  /**
   * @param sid returns the device's id of the surface; called for each command, because the id changes with eviction
   */
  constructor(machine: Machine, sid: () => number, surface: MeteredSurface) {
    this.#machine = machine;
    this.#sid = sid;
    this.#surface = surface;
    const watcher = new CommandWatcher<MeteredSurface>({
      surfaceOf: (id) => (id === this.#sid() ? surface : undefined),
      uploads: (_, subresource, box) => this.#compare(subresource, box),
    });
    this.stop = machine.device.events.listen(watcher.hear);
  }

  #compare(subresource: number, box: SurfaceBox): void {
    const { layout, firstPage } = this.#surface;
    const { device, driver, memory } = this.#machine;
    const image = device.surfaceImage(this.#sid());
    const object = driver.state.fakeOffsets.find(firstPage);
    if (image === undefined || object === undefined) {
      return;
    }
    const { u8 } = memory;
    const first = firstPage - object.firstPage;
    forEachRun(layout, subresource, box, (start, bytes) => {
      const end = start + bytes;
      this.bytes += bytes;
      for (let at = start; at < end;) {
        const page = Math.floor(at / PAGE_SIZE);
        const stop = Math.min(end, (page + 1) * PAGE_SIZE);
        const shift = (object.frames[first + page] - page) * PAGE_SIZE;
        for (; at < stop; at++) {
          this.bytesChanged += u8[shift + at] === image[at] ? 0 : 1;
        }
      }
    });
  }
}
