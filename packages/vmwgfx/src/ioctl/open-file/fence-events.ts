import type { Fence } from '../../device/fence.js';
import { VmwgfxError } from '../../errors.js';
import { structs, DRM_VMW_EVENT_FENCE_SIGNALED } from '@cg/vmwgfx-ioctl';
import { viewOf } from '../user-memory.js';

/** Bytes of pending events of a file at most (drm_file.event_space). */
const EVENT_SPACE = 4096;

const MICROSECONDS = 1_000_000;

interface PendingEvent {
  readonly fence: Fence;
  readonly userData: readonly number[];
  readonly wantsTime: boolean;
  /** When it was found signalled, in microseconds. */
  signalledAt: number | undefined;
}

/** The events of one open file, which its `read` returns once fences have signalled. */
export class FenceEvents {
  readonly #now: () => number;
  #pending: PendingEvent[] = [];

  /** @param now clock of the events, in microseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Called before an event is prepared. @throws VmwgfxError ENOMEM */
  checkRoom(): void {
    if ((this.#pending.length + 1) * structs.eventFence.bytes > EVENT_SPACE) {
      throw new VmwgfxError('ENOMEM', `a file waits for at most ${EVENT_SPACE} bytes of events at a time`);
    }
  }

  add(fence: Fence, userData: readonly number[], wantsTime: boolean): void {
    this.#pending.push({ fence, userData, wantsTime, signalledAt: undefined });
    this.#look();
  }

  /** As many whole events as fit, of signalled fences, in the order of request. */
  read(length: number): Uint8Array {
    this.#look();
    const signalled = this.#pending.filter(({ signalledAt }) => signalledAt !== undefined);
    const taken = signalled.slice(0, Math.floor(Math.max(length, 0) / structs.eventFence.bytes));
    const bytes = new Uint8Array(taken.length * structs.eventFence.bytes);
    taken.forEach((event, i) => writeEvent(viewOf(bytes), i * structs.eventFence.bytes, event));
    const gone = new Set(taken);
    this.#pending = this.#pending.filter((event) => !gone.has(event));
    return bytes;
  }

  #look(): void {
    for (const event of this.#pending) {
      if (event.signalledAt === undefined && event.fence.isSignalled) {
        event.signalledAt = this.#now();
      }
    }
  }
}

function writeEvent(
  view: DataView,
  at: number,
  { userData, wantsTime, signalledAt = 0 }: PendingEvent,
): void {
  const time = wantsTime ? Math.floor(signalledAt) : 0;
  structs.eventFence.write(view, at, {
    type: DRM_VMW_EVENT_FENCE_SIGNALED,
    length: structs.eventFence.bytes,
    user_data: userData,
    tv_sec: Math.floor(time / MICROSECONDS),
    tv_usec: time % MICROSECONDS,
  });
}
