import type { SurfaceBox, SurfaceFormat, SurfaceLayout } from '@cg/surface-layout';
import { seededDraw } from '@cg/svga-protocol/random-commands';
import { wholeMip } from '../commands/subresources.js';
import { copyImage } from '../memory/image-copy.js';
import type { TextureResourceView } from '../renderer/pipeline-state.js';
import type {
  BlitBoxes,
  BlitFilter,
  ClearValue,
  CopiedBox,
  Renderer,
  RenderImage,
  RenderView,
} from '../renderer/renderer.js';
import type { RenderSurface } from '../renderer/render-surface.js';
import { ImageRegion } from '../texels/image-region.js';
import { average, halve, stretch } from '../texels/resample.js';
import { TexelCodec } from '../texels/texel-codec.js';
import { Answer } from './answer.js';
import { clearRun, copyBox, forEachRun, rowsOf, viewedAs } from './image-bytes.js';
import { LateScreens } from './late-screens.js';
import type { DrawnBytes } from './reference-draws.js';

type Draw = (below: number) => number;

/** What the renderer has of a surface: bytes of its own, and by subresource whose are newer. */
interface Kept {
  readonly bytes: Uint8Array;
  /** The device's bytes are newer. */
  readonly stale: Set<number>;
  /** The renderer's are, and the device does not have them. */
  readonly owed: Map<number, Answer | undefined>;
  /** Boxes that the device has written since: theirs are newer still. */
  readonly boxes: { readonly subresource: number; readonly box: SurfaceBox }[];
  /** The renderer's calls when it last handed bytes over, which are not freed before the next one. */
  deliveredAt: number;
}

/**
 * A renderer that clears, copies, blits, resolves and makes mips on bytes of its own, takes some commands and leaves
 * others to the device, and answers at once or later, all at random from a seed. What the device has of a subresource
 * that it has drawn to is overwritten with noise, and what it has of a surface is freed, so that a device that does not
 * ask is found out.
 */
export class LateRenderer implements Renderer {
  readonly #draw: Draw;
  readonly #kept = new Map<RenderSurface, Kept>();
  readonly #pending: { come(): void }[] = [];
  readonly #later: ((come: () => void) => void) | undefined;
  /** Answers come as `tick` tells; undefined if they come by themselves. */
  readonly tick: (() => boolean) | undefined;
  /** Answers are there at once. */
  isPrompt = false;
  /** Pictures of screens, which it keeps as images. */
  readonly screens = new LateScreens({
    read: (surface, subresource) => this.bytes.read(surface, subresource),
    refuses: () => this.#draw(3) === 0,
    answer: (work) => {
      if (!this.isLate()) {
        work();
        return undefined;
      }
      const answer: Answer = new Answer(work);
      this.owe(answer);
      return answer;
    },
  });
  /** Commands that it has taken, answers that came late, surfaces freed, and boxes that it took into its own bytes. */
  taken = 0;
  late = 0;
  freed = 0;
  joined = 0;
  /** Calls that change images. */
  #calls = 0;

  /**
   * @param later lets an answer come; without it `tick` does
   */
  constructor(seed: number, later?: (come: () => void) => void) {
    this.#draw = seededDraw(seed);
    this.#later = later;
    this.tick = later === undefined ? () => this.#tick() : undefined;
  }

  clear(view: RenderView, value: ClearValue): boolean {
    if (this.#draw(3) === 0) {
      return false;
    }
    const { surface, format, slices, subresources } = view;
    subresources.forEach((each) => this.#bring(surface, each));
    const { samples, sheetBytes } = surface.layout;
    const { bytes } = this.#of(surface);
    for (let sheet = 0; sheet < samples; sheet++) {
      for (const { offset, texels } of slices) {
        clearRun(bytes, sheet * sheetBytes + offset, texels, TexelCodec.of(format, true), value);
      }
    }
    subresources.forEach((each) => this.#drawn(surface, each));
    return true;
  }

  copy(source: RenderImage, target: RenderImage, boxes: readonly CopiedBox[]): boolean {
    if (this.#draw(3) === 0) {
      return false;
    }
    this.#bring(source.surface, source.subresource);
    this.#bring(target.surface, target.subresource);
    const { layout } = source.surface;
    for (const { from, to } of boxes) {
      const { width, height, depth } = to;
      const there = rowsOf(target, to);
      const here = rowsOf(source, { ...from, width, height, depth });
      for (let sheet = 0; sheet < layout.samples; sheet++) {
        const runs = {
          from: { ...here, offset: here.offset + sheet * layout.sheetBytes },
          to: { ...there, offset: there.offset + sheet * target.surface.layout.sheetBytes },
        };
        copyImage(runs, this.#of(source.surface).bytes, this.#of(target.surface).bytes);
      }
    }
    this.#drawn(target.surface, target.subresource);
    return true;
  }

  blit(source: RenderImage, target: RenderImage, { from, to }: BlitBoxes, filter: BlitFilter): boolean {
    const { linear, linearLight } = filter;
    return this.#make(source, target, () => {
      const read = this.#region(source, source.surface.layout, from, linearLight);
      const write = this.#region(target, target.surface.layout, to, linearLight);
      // Copied: both may be one image.
      stretch(read.copy(), write, linear ? 'linear' : 'nearest');
    });
  }

  resolve(source: RenderImage, target: RenderImage, format: SurfaceFormat): boolean {
    return this.#make(source, target, () => {
      const [from, to] = [viewedAs(source, format), viewedAs(target, format)];
      const box = wholeMip(from, source.subresource);
      average(
        Array.from({ length: from.samples }, (_, sheet) => this.#region(source, from, box, true, sheet)),
        this.#region(target, to, box, true),
      );
    });
  }

  generateMips({ surface, format, firstMip, mips, firstLayer, layers }: TextureResourceView): boolean {
    if (this.#draw(3) === 0) {
      return false;
    }
    const layout = viewedAs({ surface }, format);
    for (let layer = firstLayer; layer < firstLayer + layers; layer++) {
      for (let mip = firstMip + 1; mip < firstMip + mips; mip++) {
        const [above, below] = [-1, 0].map((step) => ({
          surface,
          subresource: layer * layout.mips.length + mip + step,
        }));
        this.#bring(surface, above.subresource);
        this.#bring(surface, below.subresource);
        const [from, to] = [above, below].map((image) =>
          this.#region(image, layout, wholeMip(layout, image.subresource), true),
        );
        halve(from, to);
        this.#drawn(surface, below.subresource);
      }
    }
    return true;
  }

  /** Makes an image of another one, or leaves it to the device. */
  #make(source: RenderImage, target: RenderImage, make: () => void): boolean {
    if (this.#draw(3) === 0) {
      return false;
    }
    [source, target].forEach(({ surface, subresource }) => this.#bring(surface, subresource));
    make();
    this.#drawn(target.surface, target.subresource);
    return true;
  }

  #region(
    { surface, subresource }: RenderImage,
    layout: SurfaceLayout,
    box: SurfaceBox,
    linearLight: boolean,
    sheet = 0,
  ): ImageRegion {
    return new ImageRegion(layout, subresource, this.#of(surface).bytes, box, linearLight, sheet);
  }

  takesBox(): boolean {
    return this.#draw(4) > 0;
  }

  imageWritten(surface: RenderSurface, subresource?: number, box?: SurfaceBox): void {
    this.#calls++;
    const kept = this.#kept.get(surface);
    if (kept === undefined) {
      return;
    }
    if (subresource !== undefined && box !== undefined && kept.owed.has(subresource)) {
      this.joined++;
      kept.boxes.push({ subresource, box });
      // An answer that is under way is not the newest any more.
      kept.owed.set(subresource, undefined);
      return;
    }
    for (let each = 0; each < surface.layout.subresourceCount; each++) {
      if (subresource === undefined || subresource === each) {
        kept.stale.add(each);
        kept.owed.delete(each);
      }
    }
    const stays = kept.boxes.filter((other) => !kept.stale.has(other.subresource));
    kept.boxes.splice(0, Infinity, ...stays);
  }

  imageNeeded(surface: RenderSurface, subresource: number): PromiseLike<void> | undefined {
    const owed = this.#kept.get(surface)?.owed;
    if (owed === undefined || !owed.has(subresource)) {
      return undefined;
    }
    if (!this.isLate()) {
      this.#deliver(surface, subresource);
      return undefined;
    }
    const before = owed.get(subresource);
    if (before !== undefined) {
      return before;
    }
    const answer: Answer = new Answer(() => {
      if (this.#kept.get(surface)?.owed.get(subresource) === answer) {
        this.#deliver(surface, subresource);
      }
    });
    owed.set(subresource, answer);
    this.owe(answer);
    return answer;
  }

  surfaceDropped(surface: RenderSurface): void {
    this.#kept.delete(surface);
  }

  reset(): void {
    this.#kept.clear();
    this.screens.reset();
  }

  /** An answer that is to come. */
  protected owe(answer: { come(): void }): void {
    this.late++;
    if (this.#later === undefined) {
      this.#pending.push(answer);
    } else {
      this.#later(() => {
        this.#freeSome();
        answer.come();
      });
    }
  }

  /** Whether to answer late this time. */
  protected isLate(): boolean {
    return !this.isPrompt && this.#draw(3) > 0;
  }

  /** The renderer's bytes, for draws. */
  protected readonly bytes: DrawnBytes = {
    read: (surface, subresource) => {
      this.#bring(surface, subresource);
      return this.#of(surface).bytes;
    },
    write: (surface, subresource) => {
      this.#bring(surface, subresource);
      this.#drawn(surface, subresource);
      return this.#of(surface).bytes;
    },
  };

  #tick(): boolean {
    this.#freeSome();
    const [answer] = this.#pending.splice(this.#draw(Math.max(this.#pending.length, 1)), 1);
    answer?.come();
    return answer !== undefined;
  }

  /** Frees bytes of the device, once it has all of them itself. */
  #freeSome(): void {
    for (const [surface, kept] of this.#kept) {
      const { owed } = kept;
      const isAwaited = [...owed.values()].some((answer) => answer !== undefined);
      const { format, subresourceCount } = surface.layout;
      if (isAwaited || format.buffer || kept.deliveredAt === this.#calls || this.#draw(2) === 0) {
        continue;
      }
      for (let each = 0; each < subresourceCount; each++) {
        this.#bring(surface, each);
      }
      if (surface.freeImage?.() === true) {
        this.freed++;
        for (let each = 0; each < subresourceCount; each++) {
          owed.set(each, undefined);
        }
      }
    }
  }

  #of(surface: RenderSurface): Kept {
    let kept = this.#kept.get(surface);
    if (kept === undefined) {
      const { bytes, subresourceCount } = surface.layout;
      const stale = new Set(Array.from({ length: subresourceCount }, (_, i) => i));
      kept = { bytes: new Uint8Array(bytes), stale, owed: new Map(), boxes: [], deliveredAt: -1 };
      this.#kept.set(surface, kept);
    }
    return kept;
  }

  /** Takes the device's bytes where these are newer. */
  #bring(surface: RenderSurface, subresource: number): void {
    const { bytes, stale, boxes } = this.#of(surface);
    for (let at = boxes.length - 1; at >= 0; at--) {
      if (boxes[at].subresource === subresource) {
        const [{ box }] = boxes.splice(at, 1);
        copyBox({ surface, subresource }, box, surface.ownImage!, bytes);
      }
    }
    if (stale.delete(subresource)) {
      forEachRun(surface, subresource, (start, end) => {
        bytes.set(surface.ownImage?.subarray(start, end) ?? new Uint8Array(end - start), start);
      });
    }
  }

  #drawn(surface: RenderSurface, subresource: number): void {
    this.taken++;
    this.#calls++;
    this.#of(surface).owed.set(subresource, undefined);
    forEachRun(surface, subresource, (start, end) => surface.ownImage?.fill(0xa5, start, end));
  }

  #deliver(surface: RenderSurface, subresource: number): void {
    this.#bring(surface, subresource);
    const kept = this.#of(surface);
    const { bytes, owed } = kept;
    owed.delete(subresource);
    kept.deliveredAt = this.#calls;
    forEachRun(surface, subresource, (start, end) => {
      surface.ownImage?.set(bytes.subarray(start, end), start);
    });
  }
}
