/** What Dawn runs on. */
export interface DawnAdapter {
  readonly name: string;
  readonly features: readonly string[];
  readonly limits: Readonly<Record<string, number>>;
  /** False on the null backend, which validates only: what it computes and copies is nothing. */
  readonly isReal: boolean;
}

/** A process that runs Dawn. It is ended by `kill`. */
export interface DawnProcess {
  readonly adapter: DawnAdapter;
  /** What the program's handler makes of a request. Rejects with its error, or with the end of the process. */
  request<Answer>(name: string, request: unknown): Promise<Answer>;
  /** At once: Dawn may crash where its objects are torn down one after another. */
  kill(): void;
}

/** Dawn's processes, and why there are not two. */
export interface DawnFound {
  /** One with a driver, and one on the null backend, which has every feature. */
  readonly processes: readonly DawnProcess[];
  readonly missing: readonly string[];
}

export function startDawn(program: URL): Promise<DawnFound>;
export function startDawnOnDriver(program: URL): Promise<DawnProcess | string>;
