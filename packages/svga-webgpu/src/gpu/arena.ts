import { BUFFER_USAGE } from './flags.js';

const CHUNK_BYTES = 1 << 20;
const KEPT_CHUNKS = 8;
const ALIGNMENT = 256;

/** A buffer of the arena, and the bytes that it will have. */
export interface ArenaChunk {
  /** Different for each chunk that there ever was. */
  readonly id: number;
  readonly buffer: GPUBuffer;
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;
  used: number;
}

/** A place in a chunk. */
export interface ArenaPlace {
  chunk: ArenaChunk;
  offset: number;
}

/**
 * Buffers for what a submission needs once: constants of draws, index lists. Their bytes are collected on the CPU and
 * written before the submission; the next one begins again at the first byte, since writes are ordered with
 * submissions.
 */
export class Arena {
  readonly #chunks: ArenaChunk[] = [];
  #current = 0;
  #ids = 0;
  /** Bytes allocated since the last submission. */
  used = 0;

  constructor(readonly device: GPUDevice) {}

  /** Zeroed bytes at a multiple of 256. */
  allocate(bytes: number): ArenaPlace {
    const size = Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
    let chunk = this.#chunks[this.#current];
    while (chunk !== undefined && chunk.used + size > chunk.bytes.length) {
      chunk = this.#chunks[++this.#current];
    }
    if (chunk === undefined) {
      chunk = this.#make(Math.max(CHUNK_BYTES, size));
    }
    const offset = chunk.used;
    chunk.used += size;
    this.used += size;
    chunk.bytes.fill(0, offset, offset + size);
    return { chunk, offset };
  }

  /** Writes the bytes that were allocated, and begins again. */
  flush(): void {
    for (const chunk of this.#chunks) {
      if (chunk.used > 0) {
        this.device.queue.writeBuffer(
          chunk.buffer,
          0,
          chunk.bytes as GPUAllowSharedBufferSource,
          0,
          chunk.used,
        );
        chunk.used = 0;
      }
    }
    this.#current = 0;
    this.used = 0;
  }

  /** Frees chunks that are seldom needed, once what uses them is submitted. */
  trim(): void {
    for (const chunk of this.#chunks.splice(KEPT_CHUNKS)) {
      chunk.buffer.destroy();
    }
  }

  #make(size: number): ArenaChunk {
    const { COPY_DST, INDEX, UNIFORM, STORAGE } = BUFFER_USAGE;
    const buffer = this.device.createBuffer({ size, usage: COPY_DST | INDEX | UNIFORM | STORAGE });
    const bytes = new Uint8Array(size);
    const chunk = { id: this.#ids++, buffer, bytes, words: new Uint32Array(bytes.buffer), used: 0 };
    this.#chunks.push(chunk);
    return chunk;
  }
}
