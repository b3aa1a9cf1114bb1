import type { DrawingRenderer, QueryResult, RenderQuery } from './renderer.js';

/** Queries that count at once in a context; others fail. */
const MAX_COUNTING = 64;

/** The renderer's queries of a DX context: those that count, and results that predicates use. */
export class ContextQueries {
  readonly #renderer: DrawingRenderer;
  readonly #counting = new Map<number, RenderQuery>();
  /** Queries that count the context's draws. */
  counting: readonly RenderQuery[] = [];
  /** Whether the result is not 0. */
  readonly #results = new Map<number, boolean>();

  constructor(renderer: DrawingRenderer) {
    this.#renderer = renderer;
  }

  begin(id: number, type: number): void {
    this.forget(id);
    if (this.#counting.size < MAX_COUNTING) {
      const query = { type };
      this.#counting.set(id, query);
      this.#listCounting();
      this.#renderer.beginQuery(query);
    }
  }

  /**
   * Ends a query.
   * @param isPoint it has only an end, as timestamps
   * @returns undefined if it has failed
   */
  end(id: number, type: number, isPoint: boolean): PromiseLike<QueryResult> | QueryResult {
    const query = this.#counting.get(id);
    this.#counting.delete(id);
    this.#listCounting();
    this.#results.delete(id);
    if (query !== undefined && query.type !== type) {
      void this.#renderer.endQuery(query);
      return undefined;
    }
    return query === undefined && !isPoint ? undefined : this.#renderer.endQuery(query ?? { type });
  }

  #listCounting(): void {
    this.counting = [...this.#counting.values()];
  }

  /** Keeps a result for predication. */
  setResult(id: number, result: boolean): void {
    this.#results.set(id, result);
  }

  /** Undefined while there is none. */
  result(id: number): boolean | undefined {
    return this.#results.get(id);
  }

  /** Results by id, for a snapshot. */
  get results(): Iterable<readonly [id: number, result: boolean]> {
    return this.#results;
  }

  /** Drops a query: its result, and what it counts. */
  forget(id: number): void {
    this.#results.delete(id);
    const query = this.#counting.get(id);
    if (query !== undefined) {
      this.#counting.delete(id);
      this.#listCounting();
      void this.#renderer.endQuery(query);
    }
  }

  /** Drops all queries. */
  drop(): void {
    [...this.#counting.keys()].forEach((id) => this.forget(id));
    this.#results.clear();
  }
}
