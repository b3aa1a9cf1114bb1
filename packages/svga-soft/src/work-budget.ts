/** What a draw may still cost. A unit is about a statement of a shader, some tenths of a microsecond. */
export class WorkBudget {
  constructor(private left: number) {}

  get isSpent(): boolean {
    return this.left <= 0;
  }

  spend(units: number): void {
    this.left -= units;
  }

  /** What is left; negative if more was spent than there was. */
  get rest(): number {
    return this.left;
  }
}

/** Units of what shaders do not count. */
export const WORK = { INSTANCE: 1, INDEX: 1, PRIMITIVE: 4, VERTEX: 8, ROW: 1, QUAD: 2 } as const;
