import type { BoxPrice } from '@cg/surface-layout';
import { colors } from './colors.js';
import { plainTable, tableText } from './plain-table.js';

/** What one way to upload has moved. */
export interface UploadWay {
  readonly way: string;
  readonly bytes: number;
  readonly boxes: number;
}

/** A way, and when it pays. */
interface PricedWay extends UploadWay {
  readonly cost: number;
  /**
   * Cheaper than the first way while a box costs less than this many bytes; Infinity: whatever a box costs, 0: never.
   */
  readonly cheaperBelow: number;
}

/** The costs at a price; the first way is the one that the others are compared with. */
export function pricedWays(ways: readonly UploadWay[], { perByte, perBox }: BoxPrice): PricedWay[] {
  const [first] = ways;
  return ways.map((one) => ({
    ...one,
    cost: one.bytes * perByte + one.boxes * perBox,
    cheaperBelow: cheaperBelow(one, first),
  }));
}

function cheaperBelow({ bytes, boxes }: UploadWay, first: UploadWay): number {
  const saved = first.bytes - bytes;
  if (saved <= 0) {
    return 0;
  }
  return boxes <= first.boxes ? Infinity : saved / (boxes - first.boxes);
}

/** A row for each way of each trace. */
export function waysText(
  traces: readonly { readonly name: string; readonly ways: readonly UploadWay[] }[],
  price: BoxPrice,
): string {
  const table = plainTable(['trace', 'way', 'MiB', 'boxes', 'cost', 'cheaper if a box costs'], 2);
  for (const { name, ways } of traces) {
    const priced = pricedWays(ways, price);
    const least = Math.min(...priced.map(({ cost }) => cost));
    priced.forEach(({ way, bytes, boxes, cost, cheaperBelow: below }, i) => {
      const text = compact(cost);
      table.push([
        i === 0 ? name : '',
        way,
        (bytes / 2 ** 20).toFixed(1),
        boxes.toLocaleString('en-US'),
        cost === least ? colors.green(text) : text,
        i === 0 ? '' : boundText(below),
      ]);
    });
  }
  const { perByte, perBox } = price;
  const head = `Ways to upload, at ${perByte} a byte and ${perBox} a box (cheaper: than single boxes)`;
  return `${colors.bold(head)}\n${tableText(table)}\n\n`;
}

function boundText(below: number): string {
  if (below === 0) {
    return 'never';
  }
  return below === Infinity ? 'anything' : `less than ${Math.ceil(below).toLocaleString('en-US')} bytes`;
}

function compact(cost: number): string {
  return cost < 1e6 ? cost.toLocaleString('en-US') : `${(cost / 1e6).toFixed(1)}M`;
}
