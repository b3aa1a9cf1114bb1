import { SVGA_REG } from '@cg/svga-protocol';
import { SvgaDeviceError } from '../errors.js';
import type { DisplayRequest } from '../front/display-registers.js';
import { PAGE_SIZE } from '../memory/guest-memory.js';
import type { GuestMemory } from '../memory/guest-memory.js';
import { RECORD, RecordBytes, RECORDING_MAGIC, RECORDING_VERSION, SPACE } from './recording-format.js';
import type { DeviceAccesses, RecordedParts, Waiting } from './device-accesses.js';
import { ShadowMemory } from './shadow-memory.js';

const MIB = 2 ** 20;

type Attached = RecordedParts & { readonly waiting: Waiting };

export interface RecorderOptions {
  /** Bytes after which nothing more is recorded. Default 256 MiB. */
  readonly maxBytes?: number;
}

/**
 * Records what a device is told: register writes, the time, and the guest's memory as far as the device reads it, so
 * that `playRecording` repeats all of it without a guest. Give it to one device (`SvgaHost.recorder`), from its start.
 *
 * A renderer that answers late makes the guest and the device run side by side. In the recording what the guest does
 * meanwhile comes after the command that waited: memory that a guest changes under a running command is then recorded
 * as the device found it, in another order.
 */
export class DeviceRecorder implements DeviceAccesses {
  readonly #maxBytes: number;
  readonly #main = new RecordBytes();
  /** What is recorded while a command waits: it follows the rest of that command. */
  readonly #held = new RecordBytes();
  #out = this.#main;
  #device: Attached | undefined;
  readonly #guest = new ShadowMemory();
  readonly #fifo = new ShadowMemory();
  readonly #vram = new ShadowMemory();
  /** Pages that the access in progress has seen. */
  readonly #seen = new Set<number>();
  #depth = 0;
  #pending: (() => void) | undefined;
  #isFull = false;

  constructor({ maxBytes = 256 * MIB }: RecorderOptions = {}) {
    this.#maxBytes = maxBytes;
  }

  /** Whether `maxBytes` is reached: the recording ends there. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** A mark: a name for this moment, for whoever replays. */
  mark(text: string): void {
    this.#put(() => {
      this.#out.byte(RECORD.MARK);
      this.#out.text(text);
    });
  }

  /**
   * The recording so far, as a file.
   * @throws SvgaDeviceError EBUSY while a command waits for the renderer, EINVAL without a device
   */
  bytes(): Uint8Array {
    const device = this.#attached();
    this.#flushHeld();
    if (device.waiting.isWaiting) {
      throw new SvgaDeviceError('EBUSY', 'a command waits for the renderer');
    }
    const { rendering: _, ...options } = device.limits;
    const file = new RecordBytes();
    [RECORDING_MAGIC, RECORDING_VERSION].forEach((word) => file.word(word));
    file.text(JSON.stringify({ memoryBytes: device.memory.bytes, options }));
    file.append(this.#main.bytes);
    file.byte(RECORD.END);
    return file.bytes.slice();
  }

  attach(parts: RecordedParts, waiting: Waiting): GuestMemory {
    if (this.#device !== undefined) {
      throw new SvgaDeviceError('EINVAL', 'a recorder records one device');
    }
    this.#device = { ...parts, waiting };
    const { memory } = parts;
    return {
      bytes: memory.bytes,
      view: (address, length) => {
        this.#look(memory, address, length);
        return memory.view(address, length);
      },
    };
  }

  write(register: number, value: number, work: () => void): void {
    const readsFifo = register === SVGA_REG.SYNC || register === SVGA_REG.CONFIG_DONE;
    this.#access(readsFifo, work, () => {
      this.#out.byte(RECORD.WRITE);
      this.#out.number(register);
      this.#out.number(value);
    });
  }

  acknowledge(value: number, work: () => void): void {
    this.#access(false, work, () => {
      this.#out.byte(RECORD.ACKNOWLEDGE);
      this.#out.number(value);
    });
  }

  /** Of BUSY only: no other read makes the device work. */
  read(register: number, work: () => number): number {
    if (register !== SVGA_REG.BUSY) {
      return work();
    }
    let value = 0;
    const record = (): void => {
      this.#out.byte(RECORD.READ);
      this.#out.number(register);
    };
    this.#access(true, () => (value = work()), record);
    return value;
  }

  advance(now: number, work: () => void): void {
    this.#access(true, work, () => {
      this.#out.byte(RECORD.ADVANCE);
      this.#out.double(now);
    });
  }

  restore(snapshot: Uint8Array, work: () => void): void {
    this.#access(false, work, () => {
      this.#out.byte(RECORD.RESTORE);
      this.#out.number(snapshot.length);
      this.#out.append(snapshot);
    });
    const { fifo } = this.#attached();
    this.#fifo.update(0, bytesOf(fifo));
  }

  requestDisplays(displays: readonly DisplayRequest[], work: () => void): void {
    this.#access(false, work, () => {
      this.#out.byte(RECORD.DISPLAYS);
      this.#out.number(displays.length);
      // A place may be negative, and is written in 32 bits.
      displays.forEach(({ x, y, width, height }) =>
        [x, y, width, height].forEach((value) => this.#out.number(value >>> 0)),
      );
    });
  }

  resume(work: () => void): void {
    this.#out = this.#main;
    this.#access(false, work, () => {});
  }

  lookAtVram(vram: Uint8Array): Uint8Array {
    if (this.#depth > 0) {
      this.#put(() => this.#vram.update(0, vram, (at, bytes) => this.#memory(SPACE.VRAM, at, bytes)));
    }
    return vram;
  }

  /** Memory that the access reads is recorded in front of it. */
  #access(readsFifo: boolean, work: () => void, record: () => void): void {
    const device = this.#attached();
    this.#emitPending(); // an access within another one follows it
    this.#depth++;
    if (readsFifo) {
      const fifo = bytesOf(device.fifo);
      this.#put(() => this.#fifo.update(0, fifo, (at, bytes) => this.#memory(SPACE.FIFO, at, bytes)));
    }
    this.#pending = record;
    try {
      work();
    } finally {
      this.#emitPending();
      this.#depth--;
      if (this.#depth === 0) {
        this.#ended(device);
      }
    }
  }

  #emitPending(): void {
    const record = this.#pending;
    this.#pending = undefined;
    if (record !== undefined) {
      this.#put(record);
    }
  }

  /** The device has written to pages, too, as it will in a replay. */
  #ended({ memory, waiting }: Attached): void {
    for (const page of this.#seen) {
      this.#guest.update(page * PAGE_SIZE, pageOf(memory, page));
    }
    this.#seen.clear();
    if (!waiting.isWaiting) {
      this.#flushHeld();
    }
    this.#out = waiting.isWaiting ? this.#held : this.#main;
  }

  #flushHeld(): void {
    if (this.#device?.waiting.isWaiting !== true) {
      this.#main.append(this.#held.bytes);
      this.#held.clear();
    }
  }

  #look(memory: GuestMemory, address: number, length: number): void {
    const last = Math.floor((address + Math.max(length, 1) - 1) / PAGE_SIZE);
    for (let page = Math.floor(address / PAGE_SIZE); this.#depth > 0 && page <= last; page++) {
      if (!this.#seen.has(page)) {
        this.#seen.add(page);
        this.#put(() => {
          const bytes = pageOf(memory, page);
          this.#guest.update(page * PAGE_SIZE, bytes, (at, run) => this.#memory(SPACE.GUEST, at, run));
        });
      }
    }
  }

  #memory(space: number, address: number, bytes: Uint8Array): void {
    this.#out.byte(RECORD.MEMORY);
    this.#out.byte(space);
    this.#out.number(address);
    this.#out.number(bytes.length);
    this.#out.append(bytes);
  }

  #put(record: () => void): void {
    if (this.#isFull || this.#main.length + this.#held.length > this.#maxBytes) {
      this.#isFull = true;
      return;
    }
    record();
  }

  #attached(): Attached {
    if (this.#device === undefined) {
      throw new SvgaDeviceError('EINVAL', 'the recorder has no device');
    }
    return this.#device;
  }
}

function pageOf(memory: GuestMemory, page: number): Uint8Array {
  const address = page * PAGE_SIZE;
  return memory.view(address, Math.min(PAGE_SIZE, memory.bytes - address));
}

function bytesOf(words: Uint32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}
