import { PAGE_SIZE, type PhysicalMemory } from '@cg/pagetable';
import { CommandWriter, SVGA_CB_HEADER_BYTES } from '@cg/svga-protocol';

/** Pages of one command buffer: 64 KiB of commands. */
const BUFFER_PAGES = 16;

/** Guest memory of one command buffer and its header, both contiguous. */
export class CommandMemory {
  readonly header: Uint8Array;
  readonly headerAddress: number;
  readonly buffer: Uint8Array;
  readonly bufferAddress: number;
  readonly writer: CommandWriter;
  readonly #memory: PhysicalMemory;
  readonly #firstFrame: number;

  /** @throws PageTableError ENOMEM if the frames cannot be had */
  constructor(memory: PhysicalMemory) {
    const frame = memory.allocateContiguous(1 + BUFFER_PAGES);
    this.#memory = memory;
    this.#firstFrame = frame;
    this.headerAddress = frame * PAGE_SIZE;
    this.bufferAddress = (frame + 1) * PAGE_SIZE;
    this.header = memory.u8.subarray(this.headerAddress, this.headerAddress + SVGA_CB_HEADER_BYTES);
    this.buffer = memory.u8.subarray(this.bufferAddress, this.bufferAddress + BUFFER_PAGES * PAGE_SIZE);
    this.writer = new CommandWriter(this.buffer);
  }

  free(): void {
    for (let i = 0; i < 1 + BUFFER_PAGES; i++) {
      this.#memory.freeFrame(this.#firstFrame + i);
    }
  }
}
