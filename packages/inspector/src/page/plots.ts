import uPlot from 'uplot';
import type { StepSeries } from '../model/steps.js';

const HEIGHT = 130;
/** Values of the axes: their scale is logarithmic from 1 on. */
const BYTES = [0, 2 ** 5, 2 ** 10, 2 ** 15, 2 ** 20, 2 ** 25, 2 ** 30];
const COUNTS = [0, 1, 10, 100, 1000, 10_000, 100_000, 1_000_000];

interface Plotted {
  readonly plot: uPlot;
  readonly mark: HTMLElement;
}

/**
 * Plots over the steps: bytes needed against bytes sent, and faults and scans. They are drawn again only for another
 * size, surface or colour scheme.
 */
export class Plots {
  readonly element = document.createElement('div');
  #plotted: Plotted[] = [];
  #series: StepSeries | undefined;
  #step = 0;
  readonly #observer: ResizeObserver;

  /** @param choose a step was clicked */
  constructor(
    readonly stepName: string,
    readonly choose: (step: number) => void,
  ) {
    this.#observer = new ResizeObserver(() => this.#resize());
    this.#observer.observe(this.element);
  }

  /** Draws other series. */
  draw(series: StepSeries): void {
    this.#series = series;
    this.#plotted.forEach(({ plot }) => plot.destroy());
    this.element.replaceChildren();
    const { steps, sent, needed, storeFaults, loadFaults, scans, boxes } = series;
    const switches = series.switches.map(({ step, trap }) => [steps[step], trap ? 'trap' : 'scan'] as const);
    this.#plotted = [
      this.#plot(
        [steps, sent, needed],
        [line(this.#color('sent'), 'bytes sent', 0.18), line(this.#color('needed'), 'bytes needed', 0.3)],
        [],
        BYTES,
      ),
      this.#plot(
        [steps, storeFaults, loadFaults, scans, boxes],
        [
          line(this.#color('stores'), 'store faults'),
          line(this.#color('loads'), 'load faults'),
          line(this.#color('scans'), 'passes over page tables'),
          line(this.#color('sent'), 'boxes'),
        ],
        switches,
        COUNTS,
      ),
    ];
    this.mark(this.#step);
  }

  /** Marks a step: nothing is redrawn. */
  mark(step: number): void {
    this.#step = step;
    this.#plotted.forEach(({ plot, mark }) => this.#place(plot, mark));
  }

  #place(plot: uPlot, mark: HTMLElement): void {
    const x = plot.valToPos(this.#series?.steps[this.#step] ?? 0, 'x') + plot.over.offsetLeft;
    mark.style.transform = `translateX(${Math.round(x)}px)`;
  }

  destroy(): void {
    this.#observer.disconnect();
    this.#plotted.forEach(({ plot }) => plot.destroy());
  }

  #color(name: string): string {
    return getComputedStyle(this.element).getPropertyValue(`--${name}`).trim() || '#888';
  }

  #plot(
    data: readonly Float64Array[],
    series: readonly uPlot.Series[],
    switches: readonly (readonly [step: number, method: string])[],
    values: readonly number[],
  ): Plotted {
    const host = document.createElement('div');
    const mark = document.createElement('div');
    host.className = 'plot';
    mark.className = 'at';
    this.element.append(host);
    const [ink, lines] = [this.#color('soft'), this.#color('line')];
    const axis = { stroke: ink, grid: { stroke: lines, width: 0.5 }, ticks: { stroke: lines, width: 0.5 } };
    const plot = new uPlot(
      {
        width: Math.max(this.element.clientWidth, 200),
        height: HEIGHT,
        // Like a logarithm, with room for 0: what is needed is a small part of what is sent.
        scales: {
          x: { time: false },
          y: { distr: 4, asinh: 1, range: (_, _min, max) => [0, Math.max(max, 1) * 1.5] },
        },
        series: [{ label: this.stepName }, ...series],
        axes: [
          axis,
          {
            ...axis,
            size: 64,
            splits: (_, _axis, _min, max) => values.filter((value) => value <= max),
            filter: (_, splits) => splits, // by default only powers of ten have labels
            values: (_, splits) => splits.map(shortNumber),
          },
        ],
        cursor: { drag: { x: false, y: false }, points: { show: false } },
        hooks: {
          draw: [
            (drawn) => {
              drawSwitches(drawn, switches, this.#color('missing'));
              this.#place(drawn, mark);
            },
          ],
        },
      },
      data as unknown as uPlot.AlignedData,
      host,
    );
    plot.over.addEventListener('click', () => {
      if (plot.cursor.idx !== null && plot.cursor.idx !== undefined) {
        this.choose(plot.cursor.idx);
      }
    });
    host.append(mark);
    return { plot, mark };
  }

  #resize(): void {
    const width = Math.max(this.element.clientWidth, 200);
    for (const { plot } of this.#plotted) {
      if (plot.width !== width) {
        plot.setSize({ width, height: HEIGHT });
      }
    }
    if (this.#series !== undefined) {
      this.mark(this.#step);
    }
  }
}

function line(stroke: string, label: string, fill = 0): uPlot.Series {
  const paths = uPlot.paths.stepped?.({ align: 1 });
  const filled = fill > 0 ? { fill: `color-mix(in srgb, ${stroke} ${fill * 100}%, transparent)` } : {};
  return { label, stroke, width: 1.25, ...filled, ...(paths && { paths }), points: { show: false } };
}

/** A line where the method is switched, with the method from there on. */
function drawSwitches(
  { ctx, bbox, valToPos }: uPlot,
  switches: readonly (readonly [step: number, method: string])[],
  color: string,
): void {
  ctx.save();
  ctx.strokeStyle = color;
  ctx.fillStyle = color;
  ctx.setLineDash([4, 4]);
  for (const [step, method] of switches) {
    const x = valToPos(step, 'x', true);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.fillText(method, x + 3, bbox.top + 12);
  }
  ctx.restore();
}

function shortNumber(value: number): string {
  if (value >= 2 ** 20) {
    return `${+(value / 2 ** 20).toFixed(1)} Mi`;
  }
  return value >= 2 ** 10 ? `${+(value / 2 ** 10).toFixed(1)} Ki` : String(value);
}
