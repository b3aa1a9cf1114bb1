import { primitivesOf, type StreamElement } from '@cg/vgpu10-wgsl';
import type { PipelineState } from '@cg/svga-device';
import { BUFFER_USAGE } from '../gpu/flags.js';
import type { BufferImage } from '../images/buffer-image.js';
import type { ImageTable } from '../images/image-table.js';
import type { BindGroups, BufferSource, DrawBindings } from './bind-groups.js';
import type { GeometryPlan } from './geometry-plan.js';
import {
  roomFor,
  StreamCounters,
  streamElements,
  type StreamBuffer,
  type StreamOutputs,
} from './stream-outputs.js';
import type { TranslatedPipeline } from './translations.js';

const WORKGROUP = 64;
const CORNERS: Readonly<Record<string, number>> = { POINT: 1, LINE: 2, TRIANGLE: 3 };
let ids = 0;

/** Stream output of draws: compute passes before the render pass. */
export class StreamDraws {
  /** Part of the key of a translation; undefined without stream output. */
  elements: readonly StreamElement[] | undefined;
  /** Part of the key of an entry. */
  key = '';
  #buffers: readonly (StreamBuffer | undefined)[] = [];
  readonly #standIns = new Map<BufferImage, BufferSource>();
  #isRecording = false;

  constructor(
    readonly images: ImageTable,
    readonly outputs: StreamOutputs,
    readonly groups: BindGroups,
  ) {}

  /** Begins with a draw. @returns whether it streams out */
  begin({ streamOutput }: PipelineState): boolean {
    this.#standIns.clear();
    this.#buffers = streamOutput === undefined ? [] : this.outputs.buffers(streamOutput);
    const elements = streamOutput === undefined ? [] : streamElements(streamOutput, this.#buffers);
    const streams = elements.length > 0;
    this.elements = streams ? elements : undefined;
    this.key = streams ? JSON.stringify(elements) : '';
    return streams;
  }

  /** What is read instead of a buffer that is written. */
  standIn(image: BufferImage): BufferSource | undefined {
    if (!this.#isRecording || !this.#buffers.some((buffer) => buffer?.image === image)) {
      return undefined;
    }
    let standIn = this.#standIns.get(image);
    if (standIn === undefined) {
      const { recorder } = this.images;
      const { size, source } = image;
      const buffer = recorder.temporaryBuffer({ size, usage: BUFFER_USAGE.COPY_DST | BUFFER_USAGE.STORAGE });
      recorder.encoder().copyBufferToBuffer(source.buffer, 0, buffer, 0, size);
      standIn = { id: `c${ids++}`, buffer, size };
      this.#standIns.set(image, standIn);
    }
    return standIn;
  }

  /** The buffers' rows of the draw's constants. */
  writeRows(words: Uint32Array, at: number): void {
    this.#buffers.forEach((buffer, i) => {
      if (buffer !== undefined) {
        words[at + 4 * i] = buffer.begin;
        words[at + 4 * i + 1] = buffer.end;
        words[at + 4 * i + 2] = buffer.stride;
      }
    });
  }

  record(
    draw: DrawBindings,
    { translation, stream }: TranslatedPipeline,
    plan: GeometryPlan,
    instances: number,
  ): void {
    const { recorder } = this.images;
    const primitives = primitivesOf(plan.topology, plan.count) * instances;
    if (stream === undefined || primitives === 0) {
      return;
    }
    const { passes } = translation.streamOutput!;
    for (const buffer of this.#buffers) {
      buffer?.image.use(recorder);
    }
    const counters = new StreamCounters(recorder);
    const counts =
      passes.length === 1
        ? undefined
        : recorder.temporaryBuffer({ size: Math.max(16, 4 * primitives), usage: BUFFER_USAGE.STORAGE });
    this.#isRecording = true;
    draw.streams = {
      buffers: this.#buffers.map((buffer) => buffer?.image.source),
      counters: counters.source,
      counts: counts && { id: `t${ids++}`, buffer: counts, size: counts.size },
    };
    const groups = stream.groups.map((layout) => this.groups.bind(layout, draw));
    this.#isRecording = false;
    draw.streams = undefined;
    const encoder = recorder.encoder();
    passes.forEach(({ invocations }, i) => {
      const pass = encoder.beginComputePass();
      pass.setPipeline(stream.pipelines[i]);
      groups.forEach(({ group, offsets }, index) => pass.setBindGroup(index, group, offsets));
      const workgroups = invocations === 1 ? 1 : Math.ceil(primitives / WORKGROUP);
      const most = recorder.device.limits.maxComputeWorkgroupsPerDimension;
      const rows = Math.ceil(workgroups / most);
      pass.dispatchWorkgroups(Math.ceil(workgroups / rows), rows);
      pass.end();
    });
    const topology = translation.geometry?.topology ?? plan.topology;
    const corners = CORNERS[/^(POINT|LINE|TRIANGLE)/i.exec(topology)![1].toUpperCase()];
    const written =
      translation.geometry === undefined
        ? Math.min(primitives, roomFor(this.#buffers, this.elements!, corners))
        : undefined;
    this.outputs.note(this.#buffers, corners, counters, written);
  }
}
