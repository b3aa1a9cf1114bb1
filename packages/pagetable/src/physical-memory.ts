import { Bitmap, EventStream } from '@cg/collections';
import { PAGE_SIZE } from './address.js';
import { AnonymousFrames } from './anonymous-frames.js';
import type { CpuEvent } from './cpu-event.js';
import { PageTableError } from './errors.js';
import { allocateHostMemory, type HostMemory, type WasmMemory } from './host-memory.js';
import { LockLedger } from './lock-ledger.js';
import { Preemption } from './preemption.js';
import type { Tlb } from './tlb.js';

/** 32-bit words in a frame. */
export const WORDS_PER_FRAME = PAGE_SIZE / 4;

/**
 * The simulated machine's memory: bytes, and which frames are in use. A frame is identified by its number; its first
 * byte is at `frame * 4096`. Frame 0 is never allocated, so that 0 can mean «none».
 */
export class PhysicalMemory {
  /** Number of frames. */
  readonly frames: number;
  /** All of memory, by byte. */
  readonly u8: Uint8Array;
  /** All of memory, by little-endian 32-bit word. */
  readonly u32: Uint32Array;
  /** The held locks of this machine, and their holders. */
  readonly locks = new LockLedger();
  /** Frames of copy-on-write. */
  readonly anonymous = new AnonymousFrames(this);
  /** The TLBs of all CPUs of this memory. */
  readonly tlbs: Tlb[] = [];
  /** TLB misses and faults of the CPUs of this memory. */
  readonly events = new EventStream<CpuEvent>();
  /** Preemption points, at which tests run other CPUs. */
  readonly preemption = new Preemption();
  readonly #host: HostMemory;
  readonly #used: Bitmap;
  #free: number;
  #nextFrame = 1;
  #peakFrame = 1;

  /**
   * @param bytes size of the memory: a multiple of 4096, at least two frames
   * @param from a memory that is no longer used, whose host memory this one takes over if it has the same size
   * @throws PageTableError EINVAL for another size, ENOMEM if the host cannot supply it
   */
  constructor(bytes: number, from?: PhysicalMemory) {
    if (!Number.isInteger(bytes / PAGE_SIZE) || bytes < 2 * PAGE_SIZE) {
      throw new PageTableError('EINVAL', `not a size of memory: ${bytes} bytes`, { length: bytes });
    }
    try {
      this.#host = from?.u8.length === bytes ? from.#cleared() : allocateHostMemory(bytes);
      // The host may have the bytes, but no array of so many elements.
      this.u8 = new Uint8Array(this.#host.buffer, 0, bytes);
      this.u32 = new Uint32Array(this.#host.buffer, 0, bytes / 4);
    } catch {
      throw new PageTableError('ENOMEM', `the host has no ${bytes} bytes for the simulated memory`, {
        length: bytes,
      });
    }
    this.frames = bytes / PAGE_SIZE;
    this.#used = new Bitmap(this.frames);
    this.#used.set(0);
    this.#free = this.frames - 1;
  }

  /** Its host memory, zero again: only frames that were in use at some time can have other bytes. */
  #cleared(): HostMemory {
    this.u32.fill(0, 0, this.#peakFrame * WORDS_PER_FRAME);
    return this.#host;
  }

  /**
   * The WebAssembly.Memory that the bytes are the first of, for code in WebAssembly that works on them; it may use the
   * 4 KiB after them, during a call, and leaves them zero. Undefined where the host has none.
   */
  get wasm(): WasmMemory | undefined {
    return this.#host.wasm;
  }

  /**
   * Fills frames with zeros. Those that were never in use have the host's, and cost neither time nor memory until the
   * first store: by a CPU, or by the device, whose writes leave the rest of a frame as it is.
   */
  #clear(first: number, end: number): void {
    this.u32.fill(0, first * WORDS_PER_FRAME, Math.min(end, this.#peakFrame) * WORDS_PER_FRAME);
    this.#peakFrame = Math.max(this.#peakFrame, end);
  }

  /** Number of frames that can still be allocated. */
  get freeFrames(): number {
    return this.#free;
  }

  /**
   * Allocates a frame, filled with zeros.
   * @throws PageTableError ENOMEM if all are in use
   */
  allocateFrame(): number {
    let frame = this.#used.findNextClear(this.#nextFrame);
    if (frame === this.frames) {
      frame = this.#used.findNextClear(0);
    }
    if (frame === this.frames) {
      throw new PageTableError('ENOMEM', `all ${this.frames} frames of memory are in use`);
    }
    this.#used.set(frame);
    this.#free--;
    this.#nextFrame = frame + 1;
    this.#clear(frame, frame + 1);
    return frame;
  }

  /**
   * Allocates `count` frames, or none at all.
   * @throws PageTableError ENOMEM if fewer are free
   */
  allocateFrames(count: number): Uint32Array {
    checkCount(count);
    if (count > this.#free) {
      throw new PageTableError('ENOMEM', `${count} frames wanted, ${this.#free} are free`, {
        length: count * PAGE_SIZE,
      });
    }
    const frames = new Uint32Array(count);
    for (let i = 0; i < count; i++) {
      frames[i] = this.allocateFrame();
    }
    return frames;
  }

  /**
   * Allocates `count` contiguous frames, as for a device without scatter-gather.
   * @returns the first of them
   * @throws PageTableError ENOMEM if no such run is free
   */
  allocateContiguous(count: number): number {
    checkCount(count);
    let start = this.#used.findNextClear(0);
    while (start + count <= this.frames) {
      const taken = this.#used.findNextSet(start, start + count);
      if (taken === start + count) {
        this.#used.setRange(start, taken);
        this.#free -= count;
        this.#clear(start, taken);
        return start;
      }
      start = this.#used.findNextClear(taken);
    }
    throw new PageTableError('ENOMEM', `no ${count} free frames follow one another`, {
      length: count * PAGE_SIZE,
    });
  }

  /**
   * Frees a frame.
   * @throws PageTableError EINVAL if it was not in use
   */
  freeFrame(frame: number): void {
    if (frame === 0 || !this.#used.has(frame)) {
      throw new PageTableError('EINVAL', `frame ${frame} is not in use`, { address: frame * PAGE_SIZE });
    }
    this.#used.clear(frame);
    this.#free++;
    if (frame < this.#nextFrame) {
      this.#nextFrame = frame;
    }
  }
}

function checkCount(count: number): void {
  if (!Number.isInteger(count) || count < 0) {
    throw new PageTableError('EINVAL', `not a number of frames: ${count}`);
  }
}
