import { CommandWatcher, type CommandListener } from '@cg/machine';
import type { CheckedSurface } from '../check/checked-surface.js';
import type { CoherencyOracle } from '../check/oracle.js';
import { commandEvent, updateEvent } from './device-events.js';
import type { World } from './world.js';

/** Tells the oracle, and the timeline, what the device does. */
export class DeviceWatch {
  /** Updates that the device has begun. */
  boxes = 0;
  /** Surfaces that it has read back. */
  readBacks = 0;
  /** Ends the watch. */
  readonly stop: () => void;
  /** Read-backs that have no fence yet. */
  readonly #unfenced = new Set<CheckedSurface>();

  /** @param step the current step */
  constructor(
    readonly world: World,
    readonly oracle: CoherencyOracle,
    readonly step: () => number,
  ) {
    const watcher = new CommandWatcher(this.#listener());
    this.stop = world.machine.device.events.listen((event) => {
      if (event.kind === 'command-starts') {
        oracle.commandStarts();
      } else if (event.kind === 'command-done') {
        world.places.commandDone(event.reader);
      } else if (event.kind === 'refused') {
        oracle.failed();
      }
      watcher.hear(event);
    });
  }

  /** A step has failed: without a fence a read-back may not be complete, and the device still has the newest. */
  stepFailed(): void {
    this.#unfenced.clear();
    this.oracle.failed();
  }

  #listener(): CommandListener<CheckedSurface> {
    const { oracle } = this;
    const { places, timeline } = this.world;
    return {
      surfaceOf: (sid) => places.surfaceOf(sid),
      bound: (surface, mobid) => places.bound(surface, mobid),
      uploads: (surface, subresource, box, command) => {
        this.boxes++;
        timeline?.note({ ...updateEvent(command, surface, subresource, box), step: this.step() });
        oracle.uploads(surface, subresource, box, command !== 'UPDATE_GB_SURFACE');
      },
      reads: (surface, subresource, box) => oracle.reads(surface, subresource, box),
      written: (surface, subresource, box) => {
        this.#unfenced.delete(surface);
        oracle.written(surface, subresource, box);
      },
      readBack: (surface) => {
        this.readBacks++;
        this.#unfenced.add(surface);
        oracle.readBack(surface);
      },
      fenced: (seqno) => {
        oracle.submissions.passed(seqno);
        places.fenced(seqno);
        for (const surface of this.#unfenced) {
          surface.isNewestOnDevice = false;
        }
        this.#unfenced.clear();
      },
      starts: (command, surface, to) =>
        timeline?.note({ ...commandEvent(command, surface, to), step: this.step() }),
    };
  }
}
