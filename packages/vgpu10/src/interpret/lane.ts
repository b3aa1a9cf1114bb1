/** Words of registers, four each. */
export type RegisterFile = Uint32Array;

/** How many registers of each kind a shader has. */
export interface RegisterCounts {
  readonly temps: number;
  readonly outputs: number;
  /** The elements of each x#. */
  readonly indexableTemps: ReadonlyMap<number, number>;
}

/** The registers of a run of a shader: of a vertex, a pixel of a quad, or a primitive. Lanes are used again. */
export class Lane {
  readonly temps: RegisterFile;
  /** New ones for each run, which its result keeps. */
  outputs: RegisterFile;
  readonly indexableTemps = new Map<number, RegisterFile>();
  /** One register each; the inputs have their value in all components. */
  readonly depth: RegisterFile = new Uint32Array(4);
  readonly coverage: RegisterFile = new Uint32Array(4);
  readonly primitiveId: RegisterFile = new Uint32Array(4);
  readonly inputCoverage: RegisterFile = new Uint32Array(4);
  readonly instanceId: RegisterFile = new Uint32Array(4);
  /** Inputs of a vertex or a pixel, or of each vertex of a primitive. */
  vertices: readonly RegisterFile[] = [];
  constants: readonly (RegisterFile | undefined)[] = [];

  constructor({ temps, outputs, indexableTemps }: RegisterCounts) {
    this.temps = new Uint32Array(4 * temps);
    this.outputs = new Uint32Array(4 * outputs);
    for (const [register, elements] of indexableTemps) {
      this.indexableTemps.set(register, new Uint32Array(4 * elements));
    }
  }

  /** Sets all registers to 0, as they are at the start of a run. */
  reset(): void {
    this.temps.fill(0);
    for (const elements of this.indexableTemps.values()) {
      elements.fill(0);
    }
    this.depth.fill(0);
    this.coverage.fill(0);
    this.outputs = new Uint32Array(this.outputs.length);
  }
}
