import { PageTableError, type PhysicalMemory } from '@cg/pagetable';
import {
  readCommandBufferHeader,
  SVGA_CB_FLAG,
  SVGA_CB_CONTEXT,
  SVGA_CB_STATUS,
  SVGA_IRQFLAG,
  SVGA_REG,
  writeCommandBufferHeader,
} from '@cg/svga-protocol';
import { VmwgfxError } from '../errors.js';
import { CommandBatch, type Piece } from './command-batch.js';
import { CommandMemory } from './command-memory.js';
import type { SvgaPorts } from './svga-ports.js';

/** Most batches at a time; another one waits for the first of them. */
const MAX_BATCHES = 16;

/**
 * The batches on their way to the device, in order. The device has one command buffer at a time: what follows a refused
 * command, and which batches still may run, is decided before it gets the next.
 */
export class BatchQueue {
  readonly #physical: PhysicalMemory;
  readonly #ports: SvgaPorts;
  readonly #refusedOne: (error: VmwgfxError) => void;
  readonly #queued: CommandBatch[] = [];
  readonly #free: CommandMemory[] = [];
  #isPolling = false;
  #hasInterrupts = false;
  #hearsBuffers = false;
  /** Refusals by the device so far. */
  refusals = 0;

  /** @throws PageTableError ENOMEM if the frames of one command buffer cannot be had */
  constructor(memory: PhysicalMemory, ports: SvgaPorts, refused: (error: VmwgfxError) => void) {
    this.#physical = memory;
    this.#ports = ports;
    this.#refusedOne = refused;
    this.#free.push(new CommandMemory(memory));
  }

  get isIdle(): boolean {
    return this.#queued.length === 0;
  }

  /** The batch that ends last. */
  get last(): CommandBatch | undefined {
    return this.#queued.at(-1);
  }

  /** The last fence number that the device has passed. */
  get passedFence(): number {
    this.poll();
    return this.#ports.passedFence;
  }

  /** From now on the device's interrupts call `poll`. */
  useInterrupts(): void {
    this.#hasInterrupts = true;
    this.#followInterrupts();
  }

  /**
   * An empty batch.
   * @throws VmwgfxError EIO if it has to wait for a device that does not respond, PageTableError ENOMEM
   */
  newBatch(): CommandBatch {
    return new CommandBatch(this.#free.pop() ?? this.#moreMemory());
  }

  #moreMemory(): CommandMemory {
    if (this.#queued.length < MAX_BATCHES) {
      try {
        return new CommandMemory(this.#physical);
      } catch (error) {
        if (!(error instanceof PageTableError) || this.isIdle) {
          throw error;
        }
      }
    }
    this.wait(this.#queued[0]);
    return this.#free.pop() ?? this.#moreMemory();
  }

  /** Submits a batch behind the others. */
  push(batch: CommandBatch): void {
    batch.close();
    this.#queued.push(batch);
    this.poll();
  }

  /**
   * Ends what the device is done with, and gives it what comes next. Every look at the device goes through here; so
   * does its interrupt.
   */
  poll(): void {
    if (this.#isPolling) {
      return; // the interrupt of a device that is done within the register write
    }
    this.#isPolling = true;
    try {
      while (this.#queued.length > 0 && this.#step(this.#queued[0])) {
        // each step is done once
      }
    } finally {
      this.#isPolling = false;
    }
    this.#followInterrupts();
  }

  /** @returns false if the device is not done with the batch's piece */
  #step(batch: CommandBatch): boolean {
    if (batch.sent !== undefined) {
      const { status, errorOffset } = readCommandBufferHeader(batch.memory.header);
      if (status === SVGA_CB_STATUS.NONE) {
        return false;
      }
      const refused = batch.take(status, errorOffset);
      if (refused !== undefined) {
        this.refusals++;
        this.#refusedOne(refused);
        // At once: a later submission may send again what these miss, but behind them.
        this.#queued.forEach((behind) => this.#checkReady(behind));
      }
    } else {
      this.#checkReady(batch);
      batch.isReady = undefined;
    }
    const piece = batch.next();
    if (piece !== undefined) {
      batch.sent = piece;
      this.#send(batch, piece);
      return true;
    }
    this.#queued.shift();
    this.#release(batch.memory);
    batch.finish();
    return true;
  }

  /** One is kept: only a device that takes time needs more. */
  #release(memory: CommandMemory): void {
    if (this.#free.length === 0) {
      this.#free.push(memory);
    } else {
      memory.free();
    }
  }

  /** Cancels a batch's user's commands if a refusal took something that they need. */
  #checkReady(batch: CommandBatch): void {
    const { isReady } = batch;
    if (batch.refusalsAtMark !== this.refusals && isReady?.() === false) {
      batch.cancel(new VmwgfxError('EIO', 'the device refused what a resource of the submission needs'));
    }
  }

  #send(batch: CommandBatch, piece: Piece): void {
    const { memory } = batch;
    const { start, end, dxContext } = piece;
    const flags = dxContext === undefined ? 0 : SVGA_CB_FLAG.DX_CONTEXT;
    const pa = memory.bufferAddress + start;
    writeCommandBufferHeader(memory.header, { flags, dxContext: dxContext ?? 0, length: end - start, pa });
    batch.tellSending(piece);
    this.#write(memory, SVGA_CB_CONTEXT.CONTEXT_0);
    batch.tellSent(piece, () => readCommandBufferHeader(memory.header).status === SVGA_CB_STATUS.COMPLETED);
  }

  #write({ headerAddress }: CommandMemory, context: number): void {
    this.#ports.writeRegister(SVGA_REG.COMMAND_HIGH, Math.floor(headerAddress / 2 ** 32));
    this.#ports.writeRegister(SVGA_REG.COMMAND_LOW, (headerAddress % 2 ** 32) + context);
  }

  /** While batches wait, the end of each command buffer is an interrupt: not every batch has a fence. */
  #followInterrupts(): void {
    const hears = this.#hasInterrupts && this.#queued.length > 0;
    if (hears !== this.#hearsBuffers) {
      this.#hearsBuffers = hears;
      const buffers = hears ? SVGA_IRQFLAG.COMMAND_BUFFER | SVGA_IRQFLAG.ERROR : 0;
      this.#ports.writeRegister(SVGA_REG.IRQMASK, SVGA_IRQFLAG.ANY_FENCE | buffers);
      this.poll();
    }
  }

  /** Waits until a condition holds. @param timeout in microseconds @returns whether it does */
  waitUntil(holds: () => boolean, timeout?: number): boolean {
    return this.#ports.waitUntil(() => {
      this.poll();
      return holds();
    }, timeout);
  }

  /** Waits for a batch. @throws VmwgfxError EIO if the device does not respond */
  wait(batch: CommandBatch): void {
    if (!batch.isDone && !this.waitUntil(() => batch.isDone)) {
      throw new VmwgfxError('EIO', 'the device does not finish a command buffer');
    }
  }

  /** Waits for all batches. @throws as `wait` */
  waitForLast(): void {
    const { last } = this;
    if (last !== undefined) {
      this.wait(last);
    }
  }

  /** Runs a batch in the device context, which does it at once. @returns SVGA_CB_STATUS */
  runOnDevice(batch: CommandBatch): number {
    const { memory, length } = batch;
    writeCommandBufferHeader(memory.header, { flags: SVGA_CB_FLAG.NO_IRQ, length, pa: memory.bufferAddress });
    this.#write(memory, SVGA_CB_CONTEXT.DEVICE);
    return readCommandBufferHeader(memory.header).status;
  }
}
