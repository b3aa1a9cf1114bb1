import type { QueryResult, RenderQuery } from '@cg/svga-device';
import { SVGA3D_QUERYTYPE } from '@cg/svga-protocol';
import type { DrawCounts } from './draw-run.js';

type Counts = { -readonly [K in keyof DrawCounts]: number };

/** Counts for the queries that have begun. */
export class Queries {
  readonly #open = new Map<RenderQuery, Counts>();

  /** @param clock nanoseconds */
  constructor(private readonly clock: () => number) {}

  begin(query: RenderQuery): void {
    this.#open.set(query, { samples: 0, written: 0, needed: 0 });
  }

  /** @param queries those that count the draw; all if absent */
  count({ samples, written, needed }: DrawCounts, queries: Iterable<RenderQuery> = this.#open.keys()): void {
    for (const query of queries) {
      const counts = this.#open.get(query);
      if (counts !== undefined) {
        counts.samples += samples;
        counts.written += written;
        counts.needed += needed;
      }
    }
  }

  end(query: RenderQuery): QueryResult {
    const { samples, written, needed } = this.#open.get(query) ?? { samples: 0, written: 0, needed: 0 };
    this.#open.delete(query);
    switch (query.type) {
      case SVGA3D_QUERYTYPE.OCCLUSION:
      case SVGA3D_QUERYTYPE.OCCLUSION64:
        return [samples];
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
