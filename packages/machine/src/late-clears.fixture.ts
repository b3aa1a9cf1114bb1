import type { ClearValue, Renderer, RenderSurface, RenderView } from '@cg/svga-device';

/**
 * A renderer that clears A8R8G8B8 to colours, as words of its own, and hands over what it has cleared only when
 * `progress` is called.
 */
export class LateClears implements Renderer {
  readonly #cleared = new Map<RenderSurface, Uint32Array>();
  readonly #pending: (() => void)[] = [];
  /** Answers that came late. */
  late = 0;

  clear({ surface }: RenderView, value: ClearValue): boolean {
    if (value.kind !== 'color') {
      return false;
    }
    const [r, g, b, a] = [...value.color].map((channel) => Math.round(255 * channel));
    this.#cleared.set(
      surface,
      new Uint32Array(surface.layout.bytes / 4).fill(((a << 24) | (r << 16) | (g << 8) | b) >>> 0),
    );
    return true;
  }

  copy(): boolean {
    return false;
  }

  imageWritten(surface: RenderSurface): void {
    this.#cleared.delete(surface);
  }

  imageNeeded(surface: RenderSurface): PromiseLike<void> | undefined {
    const words = this.#cleared.get(surface);
    if (words === undefined) {
      return undefined;
    }
    this.late++;
    const told: (() => void)[] = [];
    this.#pending.push(() => {
      surface.ownImage?.set(new Uint8Array(words.buffer));
      this.#cleared.delete(surface);
      told.forEach((tell) => tell());
    });
    // A promise would tell only once the driver, which waits, has returned.
    // oxlint-disable-next-line unicorn/no-thenable
    return { then: (tell) => (told.push(() => void tell?.()), this as never) };
  }

  surfaceDropped(surface: RenderSurface): void {
    this.#cleared.delete(surface);
  }

  reset(): void {
    this.#cleared.clear();
  }

  /** One answer comes. @returns false where none is owed */
  readonly progress = (): boolean => {
    const answer = this.#pending.shift();
    answer?.();
    return answer !== undefined;
  };
}
