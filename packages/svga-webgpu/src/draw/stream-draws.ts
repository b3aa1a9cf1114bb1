import { primitivesOf, type StreamElement } from '@cg/vgpu10-wgsl';
import type { PipelineState } from '@cg/svga-device';
import { BUFFER_USAGE } from '../gpu/flags.js';
import type { Recorder } from '../gpu/recorder.js';
import type { BufferImage } from '../images/buffer-image.js';
import type { ImageTable } from '../images/image-table.js';
import type { BindGroups, BufferSource, DrawBindings } from './bind-groups.js';
import type { GeometryPlan } from './geometry-plan.js';
import { CORNERS, kindOf } from './primitive-kind.js';
import {
  roomFor,
  StreamCounters,
  streamElements,
  type StreamBuffer,
  type StreamOutputs,
} from './stream-outputs.js';
import type { StreamStep } from './stream-steps.js';
import type { TranslatedPipeline } from './translations.js';

let ids = 0;

/** Stream output of draws: compute passes before the render pass. */
export class StreamDraws {
  /** Part of the key of a translation; undefined without stream output. */
  elements: readonly StreamElement[] | undefined;
  /** Part of the key of an entry. */
  key = '';
  #buffers: readonly (StreamBuffer | undefined)[] = [];
  #run: StreamRun | undefined;
  #isRecording = false;

  constructor(
    readonly images: ImageTable,
    readonly outputs: StreamOutputs,
    readonly groups: BindGroups,
  ) {}

  /** Begins with a draw. @returns whether it streams out */
  begin({ streamOutput }: PipelineState): boolean {
    this.#buffers = streamOutput === undefined ? [] : this.outputs.buffers(streamOutput);
    const elements = streamOutput === undefined ? [] : streamElements(streamOutput, this.#buffers);
    const streams = elements.length > 0;
    this.elements = streams ? elements : undefined;
    this.key = streams ? JSON.stringify(elements) : '';
    return streams;
  }

  /** What is read instead of a buffer that is written. */
  standIn(image: BufferImage): BufferSource | undefined {
    const standIns = this.#run?.standIns;
    if (
      !this.#isRecording ||
      standIns === undefined ||
      !this.#buffers.some((buffer) => buffer?.image === image)
    ) {
      return undefined;
    }
    let standIn = standIns.get(image);
    if (standIn === undefined) {
      const { recorder } = this.images;
      const { size, source } = image;
      const usage = BUFFER_USAGE.COPY_DST | BUFFER_USAGE.STORAGE;
      const buffer = recorder.device.createBuffer({ size, usage });
      recorder.encoder().copyBufferToBuffer(source.buffer, 0, buffer, 0, size);
      standIn = { id: `c${ids++}`, buffer, size };
      standIns.set(image, standIn);
    }
    return standIn;
  }

  /** The buffers' rows of the draw's constants. @param first the number of the primitive that a dispatch begins with */
  writeRows(words: Uint32Array, at: number, first: number): void {
    words[at + 3] = first;
    this.#buffers.forEach((buffer, i) => {
      if (buffer !== undefined) {
        words[at + 4 * i] = buffer.begin;
        words[at + 4 * i + 1] = buffer.end;
        words[at + 4 * i + 2] = buffer.stride;
      }
    });
  }

  /** Records a dispatch. The last one ends what the steps share; steps of two draws are not mixed. */
  record(
    draw: DrawBindings,
    { translation, stream }: TranslatedPipeline,
    plan: GeometryPlan,
    instances: number,
    step: StreamStep,
  ): void {
    const { recorder } = this.images;
    const primitives = primitivesOf(plan.topology, plan.count) * instances;
    if (stream === undefined) {
      return;
    }
    for (const buffer of this.#buffers) {
      buffer?.image.use(recorder);
    }
    if (step.isFirst) {
      const hasCounts = translation.streamOutput!.passes.length > 1;
      this.#run?.end(recorder);
      this.#run = new StreamRun(recorder, hasCounts ? primitives : undefined);
    }
    const run = this.#run!;
    this.#isRecording = true;
    draw.streams = {
      buffers: this.#buffers.map((buffer) => buffer?.image.source),
      counters: run.counters.source,
      counts: run.counts,
    };
    const groups = stream.groups.map((layout) => this.groups.bind(layout, draw));
    this.#isRecording = false;
    draw.streams = undefined;
    const pass = recorder.encoder().beginComputePass();
    pass.setPipeline(stream.pipelines[step.pass]);
    groups.forEach(({ group, offsets }, index) => pass.setBindGroup(index, group, offsets));
    pass.dispatchWorkgroups(step.workgroups);
    pass.end();
    if (!step.isLast) {
      this.#buffers.forEach((buffer) => buffer?.image.changed());
      return;
    }
    run.end(recorder);
    this.#run = undefined;
    const topology = translation.geometry?.topology ?? plan.topology;
    const corners = CORNERS[kindOf(topology)];
    const written =
      translation.geometry === undefined
        ? Math.min(primitives, roomFor(this.#buffers, this.elements!, corners))
        : undefined;
    this.outputs.note(this.#buffers, corners, run.counters, written);
  }
}

/** What the passes of a draw share, over several submissions if need be. */
class StreamRun {
  readonly counters: StreamCounters;
  /** What each primitive gives out. */
  readonly counts: BufferSource | undefined;
  /** What is read instead of buffers that are written: as they were before. */
  readonly standIns = new Map<BufferImage, BufferSource>();

  constructor(recorder: Recorder, primitives: number | undefined) {
    this.counters = new StreamCounters(recorder);
    if (primitives !== undefined) {
      const size = Math.max(16, 4 * primitives);
      const buffer = recorder.device.createBuffer({ size, usage: BUFFER_USAGE.STORAGE });
      this.counts = { id: `t${ids++}`, buffer, size };
    }
  }

  end(recorder: Recorder): void {
    for (const source of [this.counts, ...this.standIns.values()]) {
      if (source !== undefined) {
        recorder.discard(source.buffer);
      }
    }
    this.standIns.clear();
  }
}
