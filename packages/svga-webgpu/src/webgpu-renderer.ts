import type { SurfaceBox, SurfaceFormat } from '@cg/surface-layout';
import type {
  BlitBoxes,
  BlitFilter,
  ClearValue,
  CopiedBox,
  DrawCall,
  DrawingRenderer,
  DrawWork,
  PipelineState,
  QueryResult,
  RendererCaps,
  RenderImage,
  RenderQuery,
  RenderSurface,
  RenderView,
  ScreenRenderer,
  TextureResourceView,
} from '@cg/svga-device';
import { rendererCaps } from './caps.js';
import { BoundedDraws } from './draw/bounded-draws.js';
import { DrawRecorder } from './draw/draw-recorder.js';
import { DrawWaits } from './draw/draw-waits.js';
import { StreamOutputs } from './draw/stream-outputs.js';
import { FormatTable } from './formats/format-table.js';
import { GpuLoad } from './gpu/gpu-load.js';
import { Omissions } from './gpu/omissions.js';
import { Recorder } from './gpu/recorder.js';
import { clearView, copyBoxes } from './image-operations.js';
import { GpuMemory } from './images/gpu-memory.js';
import { ImageTable } from './images/image-table.js';
import { Queries } from './queries.js';
import { ResampledImages } from './resample/resampled-images.js';
import type { MakeCanvas } from './screens/gpu-canvas.js';
import { ScreenPictures } from './screens/screen-pictures.js';

const MOST_GPU_BYTES = 2 ** 30;
const MOST_DRAW_MILLISECONDS = 10_000;

/** What a renderer can be told. */
export interface WebGpuRendererOptions {
  /**
   * Requests another device once this one is lost. The images of surfaces are made again from the device's bytes, and
   * draws wait until then. Without it, a renderer that has lost its device leaves out everything.
   */
  readonly requestDevice?: () => PromiseLike<GPUDevice>;
  /** Milliseconds of a clock, for timestamps; the time of day by default. */
  readonly now?: () => number;
  /**
   * Bytes of the buffers and textures of surfaces on the GPU together; 2^30 by default. Those that were not used
   * lately are freed where there would be more. A texture that has no room reads 0, and is no target.
   */
  readonly maxGpuBytes?: number;
  /**
   * How long the GPU may take for one draw, 10,000 by default: one whose primitives may cover its targets so often that
   * it is recorded in parts ends after the part that is done then.
   */
  readonly maxDrawMilliseconds?: number;
  /**
   * Makes canvases for screens, such as OffscreenCanvas: what the guest shows of what is drawn then goes to a page's
   * canvas without being read back (`attachSvgaScreen` of `@cg/v86`). Only where `canShowScreens` says so.
   */
  readonly makeCanvas?: MakeCanvas | undefined;
}

/** What a renderer has done. */
export interface WebGpuRendererStatistics {
  readonly draws: number;
  readonly pipelines: number;
  readonly submissions: number;
  readonly lostDevices: number;
  /** Bytes of the buffers and textures of surfaces on the GPU. */
  readonly gpuBytes: number;
  /** What was left out, by its reason, with its count. */
  readonly omissions: ReadonlyMap<string, number>;
}

/** Everything that belongs to a GPU device. */
class DeviceParts {
  readonly recorder: Recorder;
  readonly images: ImageTable;
  readonly resampled: ResampledImages;
  readonly streams: StreamOutputs;
  readonly draws: DrawRecorder;
  readonly bounded: BoundedDraws;
  readonly waits: DrawWaits;
  readonly queries: Queries;
  readonly formats: FormatTable;
  readonly screens: ScreenPictures | undefined;

  constructor(
    readonly device: GPUDevice,
    omissions: Omissions,
    options: WebGpuRendererOptions,
  ) {
    const { now = Date.now, maxGpuBytes = MOST_GPU_BYTES } = options;
    const { maxDrawMilliseconds = MOST_DRAW_MILLISECONDS } = options;
    this.recorder = new Recorder(device);
    this.formats = new FormatTable(device.features);
    this.images = new ImageTable(this.recorder, this.formats, new GpuMemory(maxGpuBytes));
    this.screens = options.makeCanvas && new ScreenPictures(this.images, options.makeCanvas);
    this.resampled = new ResampledImages(this.images);
    this.streams = new StreamOutputs(this.images);
    this.queries = new Queries(this.recorder, now);
    this.recorder.listener = this.queries;
    this.streams.listener = (counters) => this.queries.streamed(counters);
    this.draws = new DrawRecorder(this.images, this.streams, omissions);
    this.draws.listener = (statistics) => this.queries.drawn(statistics);
    const load = new GpuLoad(this.recorder, Date.now);
    this.bounded = new BoundedDraws(this.draws, load, maxDrawMilliseconds);
    this.recorder.rests = () => {
      this.images.freeBytes();
      load.rests();
    };
    this.waits = new DrawWaits(this.images, this.streams, this.draws);
  }
}

/**
 * Draws on a `GPUDevice`, of a browser or of any other implementation. Nothing that a guest asks for is an error: what
 * WebGPU does not have is left out, and counted in `statistics`.
 */
export class WebGpuRenderer implements DrawingRenderer {
  readonly caps: RendererCaps;
  readonly screens: ScreenRenderer | undefined;
  readonly #options: WebGpuRendererOptions;
  readonly #omissions = new Omissions();
  #parts: DeviceParts;
  /** While the device is lost. */
  #recovery: Promise<void> | undefined;
  #isLost = false;
  #draws = 0;
  #lostDevices = 0;
  #drawsBefore = 0;
  #pipelinesBefore = 0;
  #submissionsBefore = 0;

  constructor(device: GPUDevice, options: WebGpuRendererOptions = {}) {
    this.#options = options;
    this.#parts = this.#partsOf(device);
    this.caps = rendererCaps(device.limits, this.#parts.formats);
    this.screens = options.makeCanvas && this.#currentScreens();
  }

  get statistics(): WebGpuRendererStatistics {
    const { draws, recorder, images } = this.#parts;
    return {
      draws: this.#draws,
      pipelines: this.#pipelinesBefore + draws.pipelines.made,
      submissions: this.#submissionsBefore + recorder.serial - 1,
      lostDevices: this.#lostDevices,
      gpuBytes: images.memory.used,
      omissions: this.#omissions.counts,
    };
  }

  #partsOf(device: GPUDevice): DeviceParts {
    const parts = new DeviceParts(device, this.#omissions, this.#options);
    void device.lost.then(() => {
      if (this.#parts === parts) {
        this.#lose();
      }
    });
    return parts;
  }

  /** The device is lost: everything is made again from the device's bytes. */
  #lose(): void {
    this.#lostDevices++;
    this.#isLost = true;
    this.#parts.recorder.abandon();
    this.#parts.images.lost();
    this.#parts.queries.clear();
    const { requestDevice } = this.#options;
    // A device that is lost before anything was drawn is not worth another request.
    const isUsed = this.#draws > this.#drawsBefore || this.#lostDevices === 1;
    this.#drawsBefore = this.#draws;
    if (requestDevice === undefined || !isUsed) {
      return;
    }
    this.#recovery = Promise.resolve(requestDevice()).then(
      (device) => {
        this.#pipelinesBefore += this.#parts.draws.pipelines.made;
        this.#submissionsBefore += this.#parts.recorder.serial - 1;
        this.#parts = this.#partsOf(device);
        this.#isLost = false;
        this.#recovery = undefined;
      },
      (error: unknown) => {
        this.#omissions.add(`no other device: ${String(error)}`);
        this.#recovery = undefined;
      },
    );
  }

  draw(
    state: PipelineState,
    call: DrawCall,
    queries?: readonly RenderQuery[],
    work?: DrawWork,
  ): PromiseLike<void> | undefined {
    if (this.#isLost) {
      if (this.#recovery === undefined) {
        this.#omissions.add('the device is lost');
        return undefined;
      }
      return this.#recovery.then(() => this.draw(state, call, queries, work));
    }
    const { waits, bounded, queries: counted } = this.#parts;
    const wait = waits.wait(state, call);
    if (wait !== undefined) {
      return this.#unlessLost(wait).then(() => this.draw(state, call, queries, work));
    }
    this.#draws++;
    const count = waits.count(state, call);
    const begins = (): void => counted.select(queries);
    const drawn = bounded.draw({ state, call, count, work, begins });
    return drawn && this.#unlessLost(drawn);
  }

  /** A promise that is kept though a read-back failed with the device: what was only there is gone. */
  #unlessLost(promise: Promise<unknown>): Promise<void> {
    return promise.then(
      () => {},
      (error: unknown) => this.#omissions.add(`a read-back: ${String(error)}`),
    );
  }

  beginQuery(query: RenderQuery): void {
    if (!this.#isLost) {
      this.#parts.queries.begin(query);
    }
  }

  endQuery(query: RenderQuery): PromiseLike<QueryResult> | QueryResult {
    if (this.#isLost) {
      return undefined;
    }
    const result = this.#parts.queries.end(query);
    return result instanceof Promise ? result.catch(() => undefined) : result;
  }

  clear(view: RenderView, value: ClearValue): boolean {
    return !this.#isLost && clearView(this.#parts.images, view, value);
  }

  copy(source: RenderImage, target: RenderImage, boxes: readonly CopiedBox[]): boolean {
    return !this.#isLost && copyBoxes(this.#parts.images, source, target, boxes);
  }

  blit(source: RenderImage, target: RenderImage, boxes: BlitBoxes, filter: BlitFilter): boolean {
    return !this.#isLost && this.#parts.resampled.blit(source, target, boxes, filter);
  }

  resolve(source: RenderImage, target: RenderImage, format: SurfaceFormat): boolean {
    return !this.#isLost && this.#parts.resampled.resolve(source, target, format);
  }

  generateMips(view: TextureResourceView): boolean {
    return !this.#isLost && this.#parts.resampled.generateMips(view);
  }

  imageWritten(surface: RenderSurface, subresource?: number, box?: SurfaceBox): void {
    this.#parts.images.written(surface, subresource, box);
  }

  takesBox(surface: RenderSurface, subresource: number): boolean {
    return !this.#isLost && this.#parts.images.takesBox(surface, subresource);
  }

  imageNeeded(surface: RenderSurface, subresource: number): PromiseLike<void> | undefined {
    if (this.#isLost) {
      return undefined;
    }
    const needed = this.#parts.images.needed(surface, subresource);
    return needed && this.#unlessLost(needed);
  }

  streamNeeded(surface: RenderSurface): PromiseLike<void> | undefined {
    const needed = this.#isLost ? undefined : this.#parts.streams.needed(surface);
    return needed && this.#unlessLost(needed);
  }

  /** Those of the device; while it is lost there are none. */
  #currentScreens(): ScreenRenderer {
    const current = (): ScreenPictures | undefined => (this.#isLost ? undefined : this.#parts.screens);
    return {
      update: (...update) => current()?.update(...update) ?? false,
      pixelsWritten: (screen) => current()?.pixelsWritten(screen),
      pixelsNeeded: (screen) => {
        const needed = current()?.pixelsNeeded(screen);
        return needed && this.#unlessLost(Promise.resolve(needed));
      },
      canvas: (screen) => current()?.canvas(screen),
      dropped: (screen) => current()?.dropped(screen),
    };
  }

  surfaceDropped(surface: RenderSurface): void {
    this.#parts.images.drop(surface);
  }

  reset(): void {
    this.#parts.queries.clear();
    this.#parts.images.clear();
    this.#parts.screens?.clear();
  }

  /** Submits what is recorded, and resolves once the GPU has done it. */
  async finish(): Promise<void> {
    if (!this.#isLost) {
      this.#parts.recorder.submit();
      await this.#parts.device.queue.onSubmittedWorkDone();
    }
  }
}
