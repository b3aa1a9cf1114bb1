import { EventStream } from '@cg/collections';
import { defineCursorByMob } from './commands/cursors.js';
import { defineRegionByDescriptors } from './commands/memory-regions.js';
import { SvgaDeviceError } from './errors.js';
import { capabilityBits, fifoCapabilityBits } from './front/capabilities.js';
import { CommandStreams } from './front/command-streams.js';
import { beginStream, guestError } from './front/command-stream.js';
import { checkRequests, Display } from './front/display.js';
import type { DisplayRequest } from './front/display-registers.js';
import { Fences } from './front/fences.js';
import { interruptRegisters } from './front/interrupt-registers.js';
import { Interrupts } from './front/interrupts.js';
import { pointerRegisters } from './front/pointer-registers.js';
import { RegisterFile } from './front/register-file.js';
import type { LiveRegister, LiveRegisters } from './front/register-file.js';
import { SVGA_CAP, SVGA_FIFO, SVGA_IRQFLAG, SVGA_PORT, SVGA_REG, SVGA_REG_ENABLE } from '@cg/svga-protocol';
import type { SvgaHost } from './host.js';
import { resolveLimits } from './limits.js';
import type { DeviceLimits, SvgaDeviceOptions } from './limits.js';
import { DeviceObjects } from './objects/device-objects.js';
import { whereMemoryAllows } from './objects/image-memory.js';
import { drawingRenderer } from './renderer/renderer.js';
import type { ShownScreen } from './screen/shown-screen.js';
import type { PointerState } from './screen/pointer.js';
import type { ScreenTargetImage } from './screen/screen-target.js';
import { directAccesses } from './recording/device-accesses.js';
import type { DeviceAccesses } from './recording/device-accesses.js';
import { pictureOf } from './screen/picture.js';
import type { Picture } from './screen/picture.js';
import { readSnapshot } from './snapshot/read-snapshot.js';
import { joined } from './snapshot/snapshot-format.js';
import { writeSnapshot } from './snapshot/write-snapshot.js';
import type { DeviceStatistics } from './statistics.js';
import type { SvgaEvent } from './svga-event.js';

/** SVGA3D_HWVERSION_WS8_B1 of svga3d_devcaps.h. */
const SVGA3D_HWVERSION = 0x2_0001;

/**
 * The SVGA II device with guest-backed objects, as seen from its BARs. Commands run when COMMAND_LOW or SYNC is
 * written, before the write returns, or, with a completion delay, in `advance`.
 *
 * No access throws, whatever the guest has written: a guest's mistake ends the command buffer with an error status,
 * and is kept in `lastError`.
 */
export class SvgaDevice {
  /**
   * BAR2: the FIFO registers and the command ring. The host maps it into the guest as memory; the device reads it on
   * a write of SVGA_REG_SYNC, and in `advance`.
   */
  readonly fifo: Uint32Array;
  /** Events of what the device does. */
  readonly events = new EventStream<SvgaEvent>();
  readonly #limits: DeviceLimits;
  readonly #capabilities: number;
  readonly #objects: DeviceObjects;
  readonly #interrupts: Interrupts;
  readonly #fences: Fences;
  readonly #registers: RegisterFile;
  readonly #streams: CommandStreams;
  readonly #display: Display;
  readonly #accesses: DeviceAccesses;
  #vram: Uint8Array | undefined;
  #lastError: Error | undefined;

  /** @throws SvgaDeviceError EINVAL for invalid limits */
  constructor(host: SvgaHost, options: SvgaDeviceOptions = {}) {
    const limits = resolveLimits(options, drawingRenderer(host.renderer)?.caps);
    this.#limits = limits;
    this.#capabilities = capabilityBits(limits);
    this.fifo = new Uint32Array(limits.fifoBytes / 4);
    this.fifo[SVGA_FIFO.CAPABILITIES] = fifoCapabilityBits(limits);
    this.fifo[SVGA_FIFO['3D_HWVERSION']] = SVGA3D_HWVERSION;
    this.fifo[SVGA_FIFO['3D_HWVERSION_REVISED']] = SVGA3D_HWVERSION;
    this.#accesses = host.recorder ?? directAccesses;
    const memory = this.#accesses.attach({ memory: host.memory, fifo: this.fifo, limits }, this);
    this.#interrupts = new Interrupts((asserted) => host.setInterrupt(asserted));
    this.#fences = new Fences(this.fifo, this.#interrupts, this.events);
    this.#objects = new DeviceObjects(
      {
        memory,
        fences: this.#fences,
        vram: () => this.#accesses.lookAtVram(this.vram),
        palette: () => this.#registers.storage,
        display: () => this.#registers,
        events: this.events,
        renderer: host.renderer,
      },
      limits,
    );
    this.#streams = new CommandStreams(this.#objects, this.fifo, {
      interrupts: this.#interrupts,
      fail: (error) => this.#fail(error),
      resume: (work) => this.#accesses.resume(work),
    });
    this.#registers = new RegisterFile(limits, this.#liveRegisters());
    this.#display = new Display(this.#objects, this.#registers);
  }

  /** Counters since the device was made. */
  get statistics(): DeviceStatistics {
    return this.#objects.counters;
  }

  /** The reason for the last refusal of a command, header, submission or register write. */
  get lastError(): Error | undefined {
    return this.#lastError;
  }

  /** BAR1: the guest's framebuffer, which guest pointers reach as SVGA_GMR_FRAMEBUFFER. */
  get vram(): Uint8Array {
    this.#vram ??= new Uint8Array(this.#limits.vramBytes);
    return this.#vram;
  }

  /**
   * The time of the next work for `advance`; undefined if nothing is due, also while `isWaiting`. One access does
   * at most the work of two buffers; the other due buffers continue in the next `advance`.
   */
  get nextDue(): number | undefined {
    const { due } = this.#streams;
    return due === Infinity ? undefined : due;
  }

  /**
   * Whether a command waits for the renderer, and all others wait behind it. They continue by themselves once it has
   * answered; work that becomes due in between stays due.
   */
  get isWaiting(): boolean {
    return this.#streams.isStopped;
  }

  /**
   * Resolves when no command waits for the renderer, and everything that it has drawn is in the device's bytes: then
   * `image` and `snapshot` are complete. Work that is not yet due stays so.
   */
  async settle(): Promise<void> {
    for (let answer = this.#awaited(); answer !== undefined; answer = this.#awaited()) {
      await Promise.resolve(answer).catch(() => {}); // the command itself reports a failure
    }
  }

  #awaited(): PromiseLike<void> | undefined {
    return this.#streams.answer ?? this.#objects.hostImages.awaited(this.#objects);
  }

  /** Reads a port of BAR0, 32 bits wide; an unknown port reads as 0. */
  readPort(offset: number): number {
    switch (offset) {
      case SVGA_PORT.INDEX:
        return this.#registers.index;
      case SVGA_PORT.VALUE:
        return this.#accesses.read(this.#registers.index, () => this.#registers.read());
      case SVGA_PORT.IRQSTATUS:
        return this.#interrupts.status;
      default:
        return 0;
    }
  }

  /** Writes a port of BAR0, 32 bits wide; writes to an unknown port are ignored. */
  writePort(offset: number, value: number): void {
    const word = value >>> 0;
    switch (offset) {
      case SVGA_PORT.INDEX:
        this.#registers.index = word;
        break;
      case SVGA_PORT.VALUE:
        this.#accesses.write(this.#registers.index, word, () => this.#registers.write(word));
        break;
      case SVGA_PORT.IRQSTATUS:
        this.#accesses.acknowledge(word, () => this.#interrupts.acknowledge(word));
        break;
    }
  }

  /**
   * Sets the device's time, in any unit and from any origin: work due by then is done, in order. The ring is polled
   * as well, for guests that write commands without a doorbell. Time that goes back is ignored.
   */
  advance(now: number): void {
    const streams = this.#streams;
    streams.now = Math.max(streams.now, now);
    const { ringDue } = streams;
    if (this.#registers.isRunning) {
      streams.pollRing();
    }
    if (streams.due <= streams.now || streams.ringDue !== ringDue || this.#display.isDue) {
      this.#accesses.advance(now, () => {
        this.#attempt(() => this.#display.show());
        streams.run();
      });
    }
    this.#display.pollPointer(this.fifo);
  }

  /**
   * The device's own image of a subresource (its first sample sheet): a live view, until the surface is invalidated,
   * unbound or destroyed, or its bytes are freed as the renderer has them. Undefined if there is no such subresource,
   * or no memory for its image. Pending content (rule 9.1) is shown as memory holds it at the call, and stays pending.
   * @throws SvgaDeviceError EBUSY if the renderer has drawn to it since, or has it alone: `settle` first
   */
  image(surfaceId: number, subresource: number): Uint8Array | undefined {
    const surface = this.#objects.surfaces.get(surfaceId);
    return surface && whereMemoryAllows(() => this.#objects.hostImages.subresource(surface, subresource));
  }

  /** The image of a whole surface, with every sample sheet, laid out as the backing is; live, as `image`. */
  surfaceImage(surfaceId: number): Uint8Array | undefined {
    const surface = this.#objects.surfaces.get(surfaceId);
    return surface && whereMemoryAllows(() => this.#objects.hostImages.at(surface));
  }

  /** A live view of a screen target, or of FRAMEBUFFER_ID; undefined if there is none, or no memory for its pixels. */
  screenTarget(id: number): ScreenTargetImage | undefined {
    return this.#display.picture(id);
  }

  /**
   * The screens that a monitor shows: the screen targets, ascending, or without any the legacy framebuffer. None while
   * the device is disabled, or hidden behind the VGA.
   */
  get shownScreens(): readonly ShownScreen[] {
    return this.#objects.displays.shown;
  }

  /**
   * Asks the guest for displays: their registers read so until the guest writes its own, and the mode of a device that
   * is not enabled has the first one's size. A driver reads them when it starts; the events of screens tell its answer.
   * @throws SvgaDeviceError EINVAL for no display or more than 10, and for sizes beyond `maxScreenSize`
   */
  requestDisplays(displays: readonly DisplayRequest[]): void {
    checkRequests(displays, this.#limits);
    this.#accesses.requestDisplays(displays, () => this.#registers.request(displays));
  }

  /** The ids of the screen targets, ascending. */
  get screenTargetIds(): number[] {
    return [...this.#objects.screens.keys()].toSorted((a, b) => a - b);
  }

  /** The guest's mouse pointer. */
  get pointer(): PointerState {
    this.#display.pollPointer(this.fifo);
    return this.#objects.pointer.state();
  }

  /** The time of the last `advance`. */
  get now(): number {
    return this.#streams.now;
  }

  /**
   * The whole state of the device except guest memory: registers, FIFO memory, VRAM, objects with their images,
   * queues, pending interrupts. Versioned bytes, for `restore` of a device with the same options.
   * @throws SvgaDeviceError EBUSY while a command waits for the renderer, or the renderer has content that is not
   * in the device's bytes: `settle` first
   */
  snapshot(): Uint8Array {
    return joined(this.snapshotPieces());
  }

  /**
   * The bytes of `snapshot` in pieces, to write them out without copying everything: images, VRAM and FIFO memory are
   * live views, to be used before the device's next access.
   */
  snapshotPieces(): Uint8Array[] {
    if (this.#streams.isStopped) {
      throw new SvgaDeviceError('EBUSY', 'a command waits for the renderer');
    }
    return writeSnapshot(this.#parts());
  }

  /**
   * Restores the state of the snapshot, and sets the interrupt line accordingly. Statistics continue; guest memory is
   * the host's to restore. The snapshot is validated as a whole first: if this throws, the device is unchanged.
   * @throws SvgaDeviceError EBADMSG for bytes that are no snapshot of this version, or do not fit this device's
   * limits
   */
  restore(snapshot: Uint8Array): void {
    const { time, take } = readSnapshot(snapshot, this.#parts());
    this.#accesses.restore(snapshot, () => {
      take();
      this.#objects.renderer?.reset();
      this.#streams.restore(time.now, time.ringDue);
      this.#interrupts.drive();
    });
    this.#objects.showRestored();
  }

  /**
   * A picture of a subresource: red, green and blue as stored, opaque, as screens show them; the first row first.
   * Undefined if there is no such subresource, no memory for it, or its texels are no colours. Throws as `image`.
   */
  picture(surfaceId: number, subresource: number): Picture | undefined {
    const surface = this.#objects.surfaces.get(surfaceId);
    const image = this.image(surfaceId, subresource);
    return surface && image && pictureOf(surface.layout, subresource, image, this.#registers.storage);
  }

  #parts(): Parameters<typeof writeSnapshot>[0] {
    return {
      limits: this.#limits,
      fifo: this.fifo,
      vram: () => this.vram,
      hasVram: this.#vram !== undefined,
      objects: this.#objects,
      interrupts: this.#interrupts,
      fences: this.#fences,
      registers: this.#registers,
      buffers: this.#streams.buffers,
      now: this.#streams.now,
      ringDue: this.#streams.ringDue,
    };
  }

  /** Registers with an effect, or whose value lives elsewhere. */
  #liveRegisters(): LiveRegisters {
    return new Map<number, LiveRegister>([
      [SVGA_REG.ENABLE, { write: (value) => this.#enable(value) }],

      [SVGA_REG.CONFIG_DONE, { write: () => this.#configured() }],
      ...interruptRegisters(this.#interrupts, this.#fences),
      [SVGA_REG.SYNC, { write: () => this.#sync() }],
      [SVGA_REG.BUSY, { read: () => this.#streams.readBusy() }],
      [SVGA_REG.COMMAND_LOW, { write: (low) => this.#submit(SVGA_REG.COMMAND_HIGH, low) }],
      [SVGA_REG.CMD_PREPEND_LOW, { write: (low) => this.#submit(SVGA_REG.CMD_PREPEND_HIGH, low) }],
      [SVGA_REG.GMR_DESCRIPTOR, { write: (ppn) => this.#attempt(() => this.#defineRegion(ppn)) }],
      ...pointerRegisters(this.#objects, (mobid) =>
        this.#attempt(() => defineCursorByMob(this.#objects, mobid)),
      ),
    ]);
  }

  #defineRegion(ppn: number): void {
    defineRegionByDescriptors(this.#objects, this.#registers.values[SVGA_REG.GMR_ID], ppn);
  }

  /** Performs a register write; an invalid request of the guest raises an error interrupt. */
  #attempt(work: () => void): void {
    beginStream(this.#objects, undefined);
    try {
      work();
    } catch (error) {
      this.#fail(guestError(error));
      this.#interrupts.post(SVGA_IRQFLAG.ERROR);
      this.#interrupts.drive();
    }
  }

  #enable(value: number): void {
    if ((value & SVGA_REG_ENABLE.ENABLE) === 0) {
      this.#reset();
      this.#registers.values[SVGA_REG.ENABLE] = value;
    }
    this.#objects.showScreens();
  }

  /** Reconfiguring the FIFO resets it to idle. */
  #configured(): void {
    this.#streams.resetRing();
    this.fifo[SVGA_FIFO.CAPABILITIES] = fifoCapabilityBits(this.#limits);
  }

  /**
   * Disables the device: objects, tables, contexts and interrupts are dropped. FIFO memory, VRAM and statistics stay.
   */
  #reset(): void {
    this.#registers.reset();
    this.#streams.reset();
    this.#objects.reset();
    this.#objects.renderer?.reset();
    this.#fences.reset();
    this.#interrupts.reset();
  }

  #submit(highRegister: number, low: number): void {
    if ((this.#capabilities & SVGA_CAP.COMMAND_BUFFERS) === 0) {
      this.#fail(new SvgaDeviceError('ENOSYS', 'device has no command buffers'));
      return;
    }
    this.#streams.submit(this.#registers.values[highRegister], low, {
      isRunning: this.#registers.isRunning,
      first: highRegister === SVGA_REG.CMD_PREPEND_HIGH,
    });
  }

  #sync(): void {
    if (this.#registers.isRunning) {
      this.#streams.kickRing();
      this.#streams.run();
    }
  }

  #fail(error: Error): void {
    this.#objects.counters.errors++;
    this.#lastError = error;
    this.events.tell?.({ kind: 'refused', error });
  }
}
