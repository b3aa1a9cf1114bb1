import type { DrawCall, PipelineState } from '../renderer/pipeline-state.js';
import type { DrawingRenderer, QueryResult, RenderQuery } from '../renderer/renderer.js';
import { Answer } from './answer.js';
import { LateRenderer } from './late-renderer.js';
import { drawOnBytes, everything, PixelQueries } from './reference-draws.js';

/** A late renderer with draws: those of the contract, and queries that are answered late, too. */
export class LateDraws extends LateRenderer implements DrawingRenderer {
  readonly caps = everything;
  readonly #queries = new PixelQueries();
  /** Draws that it was given. */
  draws = 0;

  draw(
    state: PipelineState,
    call: DrawCall,
    queries?: readonly RenderQuery[],
  ): PromiseLike<void> | undefined {
    this.draws++;
    this.#queries.drawn(drawOnBytes(this.bytes, state, call), queries);
    if (!this.isLate()) {
      return undefined;
    }
    const answer = new Answer(() => {});
    this.owe(answer);
    return answer;
  }

  beginQuery(query: RenderQuery): void {
    this.#queries.begin(query);
  }

  endQuery(query: RenderQuery): PromiseLike<QueryResult> | QueryResult {
    const result = this.#queries.end(query);
    if (!this.isLate()) {
      return result;
    }
    const answer = new Answer(() => result);
    this.owe(answer);
    return answer;
  }
}
