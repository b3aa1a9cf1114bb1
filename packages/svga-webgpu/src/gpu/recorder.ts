import { Arena } from './arena.js';
import { GpuClock } from './gpu-clock.js';

/** Of one texel. */
const MOST_TEXEL_BYTES = 16;
/** Bytes that a submission collects. */
const MOST_COLLECTED = 1 << 24;
/** Bytes of temporary textures and buffers that it may use. */
const MOST_TEMPORARY = 1 << 28;

/** What a render pass draws to. Equal objects, one pass. */
export interface PassTargets {
  /** Makes the descriptor: a pass begins. */
  descriptor(): GPURenderPassDescriptor;
  /** The pass has ended. */
  ended?(encoder: GPUCommandEncoder): void;
}

/** Listens to the passes that draws are recorded in. */
export interface PassListener {
  /** May add to the descriptor of a pass. */
  passBegins(descriptor: GPURenderPassDescriptor): void;
  passBegan(pass: GPURenderPassEncoder): void;
  passEnds(pass: GPURenderPassEncoder): void;
  /** All passes have ended; the encoder is about to be submitted. */
  submits(encoder: GPUCommandEncoder): void;
}

/**
 * Records commands in order: one command encoder, and in it one render pass as long as the targets stay. Writes of the
 * queue come before all that is recorded, so whatever writes to a buffer or texture that recorded commands use submits
 * them first.
 */
export class Recorder {
  readonly arena: Arena;
  /** Undefined if the device does not measure time. */
  readonly clock: GpuClock | undefined;
  listener: PassListener | undefined;
  /** Called once a caller has done what it does without a break, and that is submitted. */
  rests: () => void = () => {};
  /** The number of the submission that is being recorded. */
  serial = 1;
  /** Submissions that read back. */
  #readBacks = 0;
  /** The number of the pass that is open. */
  passSerial = 0;
  #encoder: GPUCommandEncoder | undefined;
  #pass: GPURenderPassEncoder | undefined;
  #targets: PassTargets | undefined;
  #scheduled = false;
  readonly #temporary: (GPUBuffer | GPUTexture)[] = [];
  /** Bytes of temporary textures and buffers that the next submission uses, at most. */
  temporaryBytes = 0;
  /** The number of the draw that is being recorded. */
  drawNumber = 0;
  /** The device is lost. */
  isAbandoned = false;

  constructor(readonly device: GPUDevice) {
    this.arena = new Arena(device);
    this.clock = GpuClock.of(device);
  }

  /** The encoder, outside of any pass. */
  encoder(): GPUCommandEncoder {
    this.endPass();
    return this.#open();
  }

  /** What comes next, until the submission, is measured by the clock. */
  measure(): void {
    const { clock } = this;
    if (this.isAbandoned || clock === undefined) {
      return;
    }
    if (this.#encoder === undefined || !clock.isMeasuring(this.#encoder)) {
      clock.begin(this.encoder());
    }
  }

  /** Whether a pass with these targets is open. */
  isOpen(targets: PassTargets): boolean {
    return this.#targets === targets;
  }

  /** A pass with these targets. */
  pass(targets: PassTargets): GPURenderPassEncoder {
    if (this.#pass !== undefined && this.#targets === targets) {
      return this.#pass;
    }
    this.endPass();
    const descriptor = targets.descriptor();
    this.listener?.passBegins(descriptor);
    const pass = this.#open().beginRenderPass(descriptor);
    this.#pass = pass;
    this.#targets = targets;
    this.passSerial++;
    this.listener?.passBegan(pass);
    return pass;
  }

  endPass(): void {
    const pass = this.#pass;
    if (pass !== undefined) {
      const targets = this.#targets;
      this.listener?.passEnds(pass);
      pass.end();
      this.#pass = undefined;
      this.#targets = undefined;
      targets?.ended?.(this.#open());
    }
  }

  /** Submits what is recorded if it has collected much: before a draw, or a command on images. */
  relieve(): void {
    if (this.arena.used > MOST_COLLECTED || this.temporaryBytes > MOST_TEMPORARY) {
      this.submit();
    }
  }

  /** Submits what is recorded. */
  submit(): void {
    this.endPass();
    const encoder = this.#encoder;
    if (encoder === undefined) {
      return;
    }
    this.listener?.submits(encoder);
    this.clock?.end(encoder);
    this.#encoder = undefined;
    this.arena.flush();
    this.device.queue.submit([encoder.finish()]);
    this.clock?.submitted();
    this.arena.trim();
    this.serial++;
    this.#temporary.forEach((made) => made.destroy());
    this.#temporary.length = 0;
    this.temporaryBytes = 0;
  }

  /** Submits what is recorded, at the end of which something is read back. */
  submitReadBack(): void {
    const { serial } = this;
    this.submit();
    this.#readBacks += this.serial - serial;
  }

  /** Submissions without those that read back: these may be of one look at everything. */
  get workDone(): number {
    return this.serial - this.#readBacks;
  }

  /** A texture for the commands that are recorded now; it is destroyed once they are submitted. */
  temporaryTexture(descriptor: GPUTextureDescriptor): GPUTexture {
    this.#open();
    const texture = this.device.createTexture(descriptor);
    this.#temporary.push(texture);
    this.temporaryBytes +=
      MOST_TEXEL_BYTES * texture.width * texture.height * texture.depthOrArrayLayers * texture.sampleCount;
    return texture;
  }

  /** A buffer, likewise. */
  temporaryBuffer(descriptor: GPUBufferDescriptor): GPUBuffer {
    this.#open();
    const buffer = this.device.createBuffer(descriptor);
    this.#temporary.push(buffer);
    this.temporaryBytes += buffer.size;
    return buffer;
  }

  /** Destroys a buffer once the commands that are recorded now are submitted. */
  discard(buffer: GPUBuffer): void {
    this.#open();
    this.#temporary.push(buffer);
    this.temporaryBytes += buffer.size;
  }

  /** Forgets what is recorded: the device is lost. */
  abandon(): void {
    this.isAbandoned = true;
    this.#encoder = undefined;
    this.#pass = undefined;
    this.#targets = undefined;
    this.#temporary.length = 0;
    this.temporaryBytes = 0;
    this.serial++;
  }

  #open(): GPUCommandEncoder {
    if (this.#encoder === undefined) {
      this.#encoder = this.device.createCommandEncoder();
      if (!this.#scheduled) {
        this.#scheduled = true;
        // What a caller does without a break becomes one submission.
        void Promise.resolve().then(() => {
          this.#scheduled = false;
          this.submit();
          if (!this.isAbandoned) {
            this.rests();
          }
        });
      }
    }
    return this.#encoder;
  }
}
