import type { DrawCall, PipelineState, ShaderStage } from '@cg/svga-device';
import type { BufferImage } from '../images/buffer-image.js';
import { hasNewer, type ImageTable } from '../images/image-table.js';
import type { TextureImage } from '../images/texture-image.js';
import type { DrawRecorder } from './draw-recorder.js';
import { needsList } from './geometry-plan.js';
import type { StreamOutputs } from './stream-outputs.js';
import type { ViewTable } from './view-table.js';

/** What a draw needs on the CPU that only the GPU has. */
export class DrawWaits {
  constructor(
    readonly images: ImageTable,
    readonly streams: StreamOutputs,
    readonly draws: DrawRecorder,
  ) {}

  /** Vertices of an instance: those that stream output has written, of DRAW_AUTO. */
  count(state: PipelineState, { vertexCount }: DrawCall): number {
    if (vertexCount !== 'auto') {
      return vertexCount;
    }
    const [buffer] = state.vertexBuffers;
    if (buffer === undefined || buffer.stride === 0) {
      return 0;
    }
    const { streamedBytes = 0 } = buffer.surface;
    return Math.max(0, Math.floor((streamedBytes - buffer.offset) / buffer.stride));
  }

  /** @returns undefined if everything is there */
  wait(state: PipelineState, call: DrawCall): Promise<unknown> | undefined {
    const { vertexCount } = call;
    const waits: Promise<unknown>[] = [];
    if (vertexCount === 'auto') {
      const [buffer] = state.vertexBuffers;
      const streamed = buffer && this.streams.needed(buffer.surface);
      if (streamed !== undefined) {
        waits.push(streamed);
      }
    }
    const streams = state.streamOutput && this.streams.wait(state);
    if (streams !== undefined) {
      waits.push(streams);
    }
    const needed = new Set<BufferImage | TextureImage>();
    const { indexBuffer } = state;
    if (call.indexed && indexBuffer !== undefined) {
      const count = this.count(state, call);
      const assembles = state.streamOutput !== undefined || state.geometry !== undefined;
      if (needsList(state, call, count, assembles) || needsList(state, call, count, false)) {
        this.#addNewer(this.images.find(indexBuffer.surface), needed);
      }
    }
    this.#addStage(state.vertex, needed);
    this.#addStage(state.geometry, needed);
    this.#addStage(state.pixel, needed);
    for (const { surface } of this.draws.targets.missing(state)) {
      needed.add(this.images.texture(surface)!);
    }
    for (const image of needed) {
      waits.push(this.images.fetch(image));
    }
    const room = this.images.makeRoom();
    if (room !== undefined) {
      waits.push(room);
    }
    return waits.length === 0 ? undefined : Promise.all(waits);
  }

  #addNewer(image: BufferImage | TextureImage | undefined, needed: Set<BufferImage | TextureImage>): void {
    if (image !== undefined && hasNewer(image)) {
      needed.add(image);
    }
  }

  /** Constants, which are copied from the CPU, and textures that have to be kept in another way. */
  #addStage(stage: ShaderStage | undefined, needed: Set<BufferImage | TextureImage>): void {
    if (stage === undefined) {
      return;
    }
    const { constants, views, shader } = stage;
    for (let slot = 0; slot < constants.length; slot++) {
      const range = constants[slot];
      if (range !== undefined) {
        this.#addNewer(this.images.find(range.surface), needed);
      }
    }
    const decoded = this.draws.shaders.decode(shader);
    const table: ViewTable = this.draws.views;
    for (const use of typeof decoded === 'string' ? [] : decoded.interface.resources) {
      const view = views[use.slot];
      if (!table.isReady(view, use)) {
        needed.add(this.images.texture(view!.surface)!);
      }
    }
  }
}
