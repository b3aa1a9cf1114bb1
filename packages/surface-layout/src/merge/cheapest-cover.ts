import { EXTENT, ExtentList, X0, X1, Y0, Y1, Z0, Z1 } from './extents.js';
import { ExtentOrder } from './order-extents.js';

/** Consecutive extents that one step may join. */
const WINDOW = 6;
/** Up to this many extents every pair is tried, and every step that joins any is followed by another. */
const FEW = 32;
/** Up to this many extents both orders are tried first. */
const BOTH_TRIED = 256;
/** With more, a step is repeated in the same order if it joined this share, because groups were too short. */
const MANY_JOINED = 0.5;

/**
 * Covers extents of one subresource by boxes of low cost, where a box costs `perBox` and each of its blocks `perBlock`.
 * The extents are sorted, by row or by column, and dynamic programming finds the cheapest partition of that order into
 * groups of up to WINDOW, each covered by its bounding box. These boxes are the extents of the next step, in the same
 * order while many join, otherwise in the other, until neither helps. Columns come first; up to BOTH_TRIED rows are
 * tried first as well, and the cheaper result is kept. Then pairs are joined, if few are left, and finally the bounding
 * box is tried. No step raises the cost, so it is at most that of the exact list and of the single box. For extents in
 * one line the result is optimal: each gap is either cheaper than a box or not. docs/cheapest-cover.md has the proofs.
 */
export class CheapestCover {
  readonly #byRow = new ExtentList();
  readonly #order = new ExtentOrder();
  #costs = new Float64Array(65);
  #apart = new Float64Array(65);
  #groupStarts = new Int32Array(65);
  #groupEnds = new Int32Array(65);
  #perBlock = 0;
  #perBox = 0;

  /** Replaces `extents`, sorted by row and then column, by their cover, in any order. */
  cover(extents: ExtentList, perBlock: number, perBox: number): void {
    if (extents.count < 2) {
      return;
    }
    this.#perBlock = perBlock;
    this.#perBox = perBox;
    if (areInLine(extents)) {
      this.#joinLine(extents);
      return;
    }
    this.#reserve(extents.count);
    if (extents.count > BOTH_TRIED) {
      this.#byRow.copyFrom(extents);
      this.#order.sort(extents, X0);
      this.#joinOn(extents, X0, this.#byRow);
    } else {
      this.#byRow.copyFrom(extents);
      this.#joinOn(this.#byRow, Y0);
      this.#order.sort(extents, X0);
      this.#joinOn(extents, X0);
      if (this.#cost(this.#byRow) < this.#cost(extents)) {
        extents.copyFrom(this.#byRow);
      }
    }
    this.#joinPairs(extents);
    this.#joinAll(extents);
  }

  #reserve(count: number): void {
    if (count >= this.#costs.length) {
      const length = 2 * count + 1;
      this.#costs = new Float64Array(length);
      this.#apart = new Float64Array(length);
      this.#groupStarts = new Int32Array(length);
      this.#groupEnds = new Int32Array(length);
    }
  }

  #cost(extents: ExtentList): number {
    let blocks = 0;
    for (let index = 0; index < extents.count; index++) {
      blocks += extents.volume(index);
    }
    return blocks * this.#perBlock + extents.count * this.#perBox;
  }

  /**
   * Joins neighbours in the current order, then in the other, until neither order joins any. `byRow` are the original
   * extents by row, if the caller has them, which saves sorting while none is joined.
   */
  #joinOn(extents: ExtentList, firstOrder: number, byRow?: ExtentList): void {
    let by = firstOrder;
    let vain = 0;
    while (extents.count > 1) {
      const before = extents.count;
      this.#joinNeighbours(extents);
      const joined = before - extents.count;
      if (joined > 0 && (before <= FEW || joined >= before * MANY_JOINED)) {
        vain = 0;
        continue;
      }
      vain++;
      by = X0 + Y0 - by;
      if (vain === 2) {
        return;
      }
      if (by === Y0 && byRow?.count === extents.count) {
        extents.copyFrom(byRow);
      } else {
        this.#order.sort(extents, by);
      }
    }
  }

  /** For extents in one line: joins those whose gap costs less than another box. */
  #joinLine(extents: ExtentList): void {
    const { values } = extents;
    let last = 0;
    for (let index = 1; index < extents.count; index++) {
      const at = last * EXTENT;
      const other = index * EXTENT;
      const gap = volumeAround(values, at, other) - extents.volume(last) - extents.volume(index);
      if (gap * this.#perBlock < this.#perBox) {
        widen(values, at, other);
      } else {
        last++;
        move(values, last * EXTENT, other);
      }
    }
    extents.count = last + 1;
  }

  /** The cheapest cut of the order into groups of up to WINDOW; each becomes the extent around it. */
  #joinNeighbours(extents: ExtentList): void {
    const { count, values } = extents;
    const costs = this.#costs;
    const apart = this.#apart;
    const perBlock = this.#perBlock;
    const perBox = this.#perBox;
    for (let end = 1; end <= count; end++) {
      const at = (end - 1) * EXTENT;
      let x0 = values[at + X0];
      let y0 = values[at + Y0];
      let z0 = values[at + Z0];
      let x1 = values[at + X1];
      let y1 = values[at + Y1];
      let z1 = values[at + Z1];
      const alone = (x1 - x0) * (y1 - y0) * (z1 - z0) * perBlock + perBox;
      apart[end] = apart[end - 1] + alone;
      let best = costs[end - 1] + alone;
      let bestStart = end - 1;
      const first = end > WINDOW ? end - WINDOW : 0;
      for (let start = end - 2; start >= first; start--) {
        const from = start * EXTENT;
        x0 = values[from + X0] < x0 ? values[from + X0] : x0;
        y0 = values[from + Y0] < y0 ? values[from + Y0] : y0;
        z0 = values[from + Z0] < z0 ? values[from + Z0] : z0;
        x1 = values[from + X1] > x1 ? values[from + X1] : x1;
        y1 = values[from + Y1] > y1 ? values[from + Y1] : y1;
        z1 = values[from + Z1] > z1 ? values[from + Z1] : z1;
        const together = (x1 - x0) * (y1 - y0) * (z1 - z0) * perBlock + perBox;
        const cost = costs[start] + together;
        if (cost < best) {
          best = cost;
          bestStart = start;
        }
        // The cost before an earlier start is at least this minus the cost of the single extents in between, and the
        // box of the group only grows.
        if (cost - (apart[start] - apart[first]) >= best) {
          break;
        }
      }
      costs[end] = best;
      this.#groupStarts[end] = bestStart;
    }
    this.#takeGroups(extents);
  }

  /** Follows the cheapest cut backwards, then overwrites the extents with the groups, from the front. */
  #takeGroups(extents: ExtentList): void {
    let groups = 0;
    for (let end = extents.count; end > 0; end = this.#groupStarts[end]) {
      this.#groupEnds[groups++] = end;
    }
    const count = groups;
    if (count === extents.count) {
      return;
    }
    for (let group = 0; group < count; group++) {
      const end = this.#groupEnds[count - 1 - group];
      const start = this.#groupStarts[end];
      move(extents.values, group * EXTENT, start * EXTENT);
      for (let index = start + 1; index < end; index++) {
        widen(extents.values, group * EXTENT, index * EXTENT);
      }
    }
    extents.count = count;
  }

  /** Joins the pair that saves most, as long as one saves anything; only for few extents. */
  #joinPairs(extents: ExtentList): void {
    const { values } = extents;
    while (extents.count > 1 && extents.count <= FEW) {
      let most = 0;
      let bestA = -1;
      let bestB = -1;
      for (let a = 0; a < extents.count; a++) {
        for (let b = a + 1; b < extents.count; b++) {
          const blocks = extents.volume(a) + extents.volume(b) - volumeAround(values, a * EXTENT, b * EXTENT);
          const saved = blocks * this.#perBlock + this.#perBox;
          if (saved > most) {
            most = saved;
            bestA = a;
            bestB = b;
          }
        }
      }
      if (bestA < 0) {
        return;
      }
      widen(values, bestA * EXTENT, bestB * EXTENT);
      values.copyWithin(bestB * EXTENT, (bestB + 1) * EXTENT, extents.count * EXTENT);
      extents.count--;
    }
  }

  #joinAll(extents: ExtentList): void {
    const { count, values } = extents;
    let x0 = values[X0];
    let y0 = values[Y0];
    let z0 = values[Z0];
    let x1 = values[X1];
    let y1 = values[Y1];
    let z1 = values[Z1];
    for (let at = EXTENT; at < count * EXTENT; at += EXTENT) {
      x0 = values[at + X0] < x0 ? values[at + X0] : x0;
      y0 = values[at + Y0] < y0 ? values[at + Y0] : y0;
      z0 = values[at + Z0] < z0 ? values[at + Z0] : z0;
      x1 = values[at + X1] > x1 ? values[at + X1] : x1;
      y1 = values[at + Y1] > y1 ? values[at + Y1] : y1;
      z1 = values[at + Z1] > z1 ? values[at + Z1] : z1;
    }
    const together = (x1 - x0) * (y1 - y0) * (z1 - z0) * this.#perBlock + this.#perBox;
    if (together < this.#cost(extents)) {
      extents.count = 0;
      extents.push(x0, y0, z0, x1, y1, z1);
    }
  }
}

/** True where the extents differ in one direction only. */
function areInLine({ count, values }: ExtentList): boolean {
  let x = true;
  let y = true;
  let z = true;
  for (let at = EXTENT; at < count * EXTENT && (x ? 1 : 0) + (y ? 1 : 0) + (z ? 1 : 0) > 1; at += EXTENT) {
    x &&= values[at + X0] === values[X0] && values[at + X1] === values[X1];
    y &&= values[at + Y0] === values[Y0] && values[at + Y1] === values[Y1];
    z &&= values[at + Z0] === values[Z0] && values[at + Z1] === values[Z1];
  }
  return (x ? 1 : 0) + (y ? 1 : 0) + (z ? 1 : 0) > 1;
}

/** Writes the extent at `from` over the one at `at`. */
function move(values: Float64Array, at: number, from: number): void {
  for (let i = 0; i < EXTENT; i++) {
    values[at + i] = values[from + i];
  }
}

/** Extends the extent at `at` to contain the one at `other`. */
function widen(values: Float64Array, at: number, other: number): void {
  values[at + X0] = Math.min(values[at + X0], values[other + X0]);
  values[at + Y0] = Math.min(values[at + Y0], values[other + Y0]);
  values[at + Z0] = Math.min(values[at + Z0], values[other + Z0]);
  values[at + X1] = Math.max(values[at + X1], values[other + X1]);
  values[at + Y1] = Math.max(values[at + Y1], values[other + Y1]);
  values[at + Z1] = Math.max(values[at + Z1], values[other + Z1]);
}

/** Blocks in the extent around the two at `a` and `b`. */
function volumeAround(values: Float64Array, a: number, b: number): number {
  return (
    (Math.max(values[a + X1], values[b + X1]) - Math.min(values[a + X0], values[b + X0])) *
    (Math.max(values[a + Y1], values[b + Y1]) - Math.min(values[a + Y0], values[b + Y0])) *
    (Math.max(values[a + Z1], values[b + Z1]) - Math.min(values[a + Z0], values[b + Z0]))
  );
}
