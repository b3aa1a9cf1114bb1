import { SVGA3D_QUERYTYPE } from '@cg/svga-protocol';
import type { QueryResult, RenderQuery } from '@cg/svga-device';
import type { StreamCounters } from './draw/stream-outputs.js';
import { BUFFER_USAGE, MAP_READ } from './gpu/flags.js';
import type { PassListener, Recorder } from './gpu/recorder.js';

/** Queries of a query set. */
const PAGE = 64;
const RESULT_BYTES = 8;
/** A timestamp's ticks in a second. */
const FREQUENCY = 1_000_000;
/** Counts that a query adds up; what comes after them is left out. */
const MOST_COUNTS = 4096;
/** Fields of SVGADXPipelineStatisticsQueryResult. */
const STATISTICS = 11;
/** Draws that a stream output query counts one by one; their number is then added up. */
const MOST_COUNTERS = 64;

/** A query set, and the buffer of its results. */
interface Page {
  readonly set: GPUQuerySet;
  readonly results: GPUBuffer;
  used: number;
  /** Results up to here are in the buffer. */
  resolved: number;
}

/** What a query has seen. */
interface Counting {
  readonly samples: { readonly page: Page; readonly index: number }[];
  readonly streams: StreamCounters[];
  readonly statistics: Float64Array;
  sum: Promise<readonly [number, number]>;
}

const isOcclusion = ({ type }: RenderQuery): boolean =>
  type === SVGA3D_QUERYTYPE.OCCLUSION ||
  type === SVGA3D_QUERYTYPE.OCCLUSION64 ||
  type === SVGA3D_QUERYTYPE.OCCLUSIONPREDICATE;

/**
 * Queries. A pass counts samples for one query at a time, and queries of the device may overlap: each change, and each
 * pass, begins another count, and a query is the sum of those that it was there for.
 */
export class Queries implements PassListener {
  readonly #active = new Map<RenderQuery, Counting>();
  /** Those that count the draws that come next; undefined: all of them. */
  #selected: readonly RenderQuery[] | undefined;
  #page: Page | undefined;
  #isCounting = false;
  #pass: GPURenderPassEncoder | undefined;
  readonly #unresolved = new Set<Page>();

  constructor(
    readonly recorder: Recorder,
    readonly now: () => number,
  ) {}

  /** What the draws that come next count. */
  #occlusions(): Counting[] {
    return [...this.#active]
      .filter(([query]) => isOcclusion(query) && this.#isSelected(query))
      .map(([, counting]) => counting);
  }

  #isSelected(query: RenderQuery): boolean {
    return this.#selected?.includes(query) !== false;
  }

  /** Draws that come next are counted by these queries; all if absent. */
  select(queries: readonly RenderQuery[] | undefined): void {
    if (this.#selected === queries) {
      return;
    }
    const before = this.#occlusions();
    this.#selected = queries;
    const now = this.#occlusions();
    if (before.length !== now.length || before.some((counting, i) => counting !== now[i])) {
      this.#countAnew();
    }
  }

  /** Another count begins, in the pass that is open. */
  #countAnew(): void {
    const pass = this.#pass;
    if (pass === undefined) {
      return;
    }
    if (this.#page === undefined || this.#page.used === PAGE) {
      // The next pass has another page.
      this.recorder.endPass();
      return;
    }
    if (this.#isCounting) {
      pass.endOcclusionQuery();
      this.#isCounting = false;
    }
    this.#count();
  }

  passBegins(descriptor: GPURenderPassDescriptor): void {
    if (![...this.#active.keys()].some(isOcclusion)) {
      return;
    }
    if (this.#page === undefined || this.#page.used === PAGE) {
      this.#page = this.#makePage();
    }
    descriptor.occlusionQuerySet = this.#page.set;
  }

  passBegan(pass: GPURenderPassEncoder): void {
    this.#pass = pass;
    this.#count();
  }

  passEnds(pass: GPURenderPassEncoder): void {
    if (this.#isCounting) {
      pass.endOcclusionQuery();
      this.#isCounting = false;
    }
    this.#pass = undefined;
  }

  submits(encoder: GPUCommandEncoder): void {
    for (const page of this.#unresolved) {
      if (page.used > page.resolved) {
        // All of them: offsets of results are multiples of 256.
        encoder.resolveQuerySet(page.set, 0, page.used, page.results, 0);
        page.resolved = page.used;
      }
    }
    this.#unresolved.clear();
    if (this.#page !== undefined && this.#page.used > PAGE / 2) {
      this.#page = undefined;
    }
  }

  /** Begins a count for all occlusion queries that are active. */
  #count(): void {
    const counting = this.#occlusions();
    const page = this.#page;
    if (counting.length > 0 && page !== undefined && this.#pass !== undefined) {
      const index = page.used++;
      this.#pass.beginOcclusionQuery(index);
      this.#isCounting = true;
      this.#unresolved.add(page);
      for (const { samples } of counting) {
        if (samples.length < MOST_COUNTS) {
          samples.push({ page, index });
        }
      }
    }
  }

  #makePage(): Page {
    const { device } = this.recorder;
    const { QUERY_RESOLVE, COPY_SRC } = BUFFER_USAGE;
    return {
      set: device.createQuerySet({ type: 'occlusion', count: PAGE }),
      results: device.createBuffer({ size: PAGE * RESULT_BYTES, usage: QUERY_RESOLVE | COPY_SRC }),
      used: 0,
      resolved: 0,
    };
  }

  begin(query: RenderQuery): void {
    if (isOcclusion(query)) {
      // The next draw begins a pass that counts.
      this.recorder.endPass();
    }
    const statistics = new Float64Array(query.type === SVGA3D_QUERYTYPE.PIPELINESTATS ? STATISTICS : 0);
    this.#active.set(query, { samples: [], streams: [], statistics, sum: Promise.resolve([0, 0]) });
  }

  end(query: RenderQuery): PromiseLike<QueryResult> | QueryResult {
    const counting = this.#active.get(query);
    switch (query.type) {
      case SVGA3D_QUERYTYPE.TIMESTAMP:
        this.recorder.submit();
        return this.recorder.device.queue.onSubmittedWorkDone().then(() => [Math.round(this.now() * 1000)]);
      case SVGA3D_QUERYTYPE.TIMESTAMPDISJOINT:
        this.#active.delete(query);
        return [FREQUENCY, 0];
      case SVGA3D_QUERYTYPE.PIPELINESTATS:
        this.#active.delete(query);
        return counting && [...counting.statistics];
      case SVGA3D_QUERYTYPE.STREAMOUTPUTSTATS:
      case SVGA3D_QUERYTYPE.STREAMOVERFLOWPREDICATE:
        this.#active.delete(query);
        return counting === undefined ? undefined : streamResult(query, counting);
      default:
        break;
    }
    if (counting === undefined || !isOcclusion(query)) {
      this.#active.delete(query);
      return undefined;
    }
    this.recorder.endPass();
    this.#active.delete(query);
    if (counting.samples.length === 0) {
      return [0];
    }
    this.recorder.submit();
    const isPredicate = query.type === SVGA3D_QUERYTYPE.OCCLUSIONPREDICATE;
    return this.#sum(counting).then((sum) => [isPredicate ? Number(sum > 0) : sum]);
  }

  /** A draw has these pipeline statistics. */
  drawn(counts: readonly number[]): void {
    for (const [query, { statistics }] of this.#active) {
      if (statistics.length > 0 && this.#isSelected(query)) {
        counts.forEach((count, i) => {
          statistics[i] += count;
        });
      }
    }
  }

  /** A draw has streamed out. */
  streamed(counters: StreamCounters): void {
    for (const [query, counting] of this.#active) {
      if (!isOcclusion(query) && this.#isSelected(query)) {
        counting.streams.push(counters);
        if (counting.streams.length >= MOST_COUNTERS) {
          counting.sum = sumOf(counting);
          counting.streams.length = 0;
        }
      }
    }
  }

  /** Forgets all queries: they have failed. */
  clear(): void {
    this.#active.clear();
    this.#page = undefined;
    this.#unresolved.clear();
    this.#isCounting = false;
    this.#pass = undefined;
  }

  async #sum({ samples }: Counting): Promise<number> {
    const { device } = this.recorder;
    const { COPY_DST, MAP_READ: mapRead } = BUFFER_USAGE;
    const pages = [...new Set(samples.map(({ page }) => page))];
    const encoder = device.createCommandEncoder();
    const mapped = pages.map(({ results }) => {
      const buffer = device.createBuffer({ size: results.size, usage: COPY_DST | mapRead });
      encoder.copyBufferToBuffer(results, 0, buffer, 0, results.size);
      return buffer;
    });
    device.queue.submit([encoder.finish()]);
    await Promise.all(mapped.map((buffer) => buffer.mapAsync(MAP_READ)));
    const values = mapped.map((buffer) => new BigUint64Array(buffer.getMappedRange()));
    const sum = samples.reduce(
      (total, { page, index }) => total + Number(values[pages.indexOf(page)][index]),
      0,
    );
    mapped.forEach((buffer) => buffer.destroy());
    return sum;
  }
}

async function sumOf({ sum, streams }: Counting): Promise<readonly [number, number]> {
  const counts = await Promise.all(streams.map((counters) => counters.read()));
  const [written, needed] = await sum;
  return [
    counts.reduce((total, count) => total + count.written, written),
    counts.reduce((total, count) => total + count.needed, needed),
  ];
}

async function streamResult({ type }: RenderQuery, counting: Counting): Promise<QueryResult> {
  const [written, needed] = await sumOf(counting);
  return type === SVGA3D_QUERYTYPE.STREAMOVERFLOWPREDICATE ? [Number(written < needed)] : [written, needed];
}
