import type { QueryResult, RenderQuery } from '@cg/svga-device';
import { SVGA3D_QUERYTYPE } from '@cg/svga-protocol';
import type { DrawCounts } from './draw-run.js';

/** Fields of SVGADXPipelineStatisticsQueryResult; those of later shader models are 0. */
const STATISTICS = 11;

type Counts = { samples: number; written: number; needed: number; readonly pipeline: number[] };

const zeros = (): Counts => ({
  samples: 0,
  written: 0,
  needed: 0,
  pipeline: Array.from({ length: STATISTICS }, () => 0),
});

/** Counts for the queries that have begun. */
export class Queries {
  readonly #open = new Map<RenderQuery, Counts>();

  /** @param clock nanoseconds */
  constructor(private readonly clock: () => number) {}

  begin(query: RenderQuery): void {
    this.#open.set(query, zeros());
  }

  /** @param queries those that count the draw; all if absent */
  count(counted: DrawCounts, queries: Iterable<RenderQuery> = this.#open.keys()): void {
    const { samples, written, needed, pipeline } = counted;
    for (const query of queries) {
      const counts = this.#open.get(query);
      if (counts !== undefined) {
        counts.samples += samples;
        counts.written += written;
        counts.needed += needed;
        pipeline.forEach((value, i) => {
          counts.pipeline[i] += value;
        });
      }
    }
  }

  end(query: RenderQuery): QueryResult {
    const { samples, written, needed, pipeline } = this.#open.get(query) ?? zeros();
    this.#open.delete(query);
    switch (query.type) {
      case SVGA3D_QUERYTYPE.OCCLUSION:
      case SVGA3D_QUERYTYPE.OCCLUSION64:
        return [samples];
      case SVGA3D_QUERYTYPE.PIPELINESTATS:
        return pipeline;
      case SVGA3D_QUERYTYPE.OCCLUSIONPREDICATE:
        return [samples > 0 ? 1 : 0];
      case SVGA3D_QUERYTYPE.STREAMOUTPUTSTATS:
        return [written, needed];
      case SVGA3D_QUERYTYPE.STREAMOVERFLOWPREDICATE:
        return [written === needed ? 0 : 1];
      case SVGA3D_QUERYTYPE.TIMESTAMP:
        return [this.clock()];
      case SVGA3D_QUERYTYPE.TIMESTAMPDISJOINT:
        return [TICKS_PER_SECOND, 0];
      default:
        return undefined;
    }
  }

  reset(): void {
    this.#open.clear();
  }
}

const TICKS_PER_SECOND = 1e9;
