import type { ClearValue, Renderer, RenderSurface, RenderView } from '../src/index.js';
import { fillTexels } from '../src/texels/fill.js';

/** A renderer that takes every clear of bytes alike, and answers by promises when the test says so. */
export class PromisingRenderer implements Renderer {
  /** What the device has told and asked, in order. */
  readonly calls: string[] = [];
  readonly #drawn = new Map<RenderSurface, Uint8Array>();
  #settle: { resolve: () => void; reject: (reason: unknown) => void } | undefined;
  #answer: Promise<void> | undefined;

  clear({ surface, slices }: RenderView, value: ClearValue): boolean {
    this.calls.push(`clear ${value.kind}`);
    const bytes = new Uint8Array(surface.layout.bytes);
    const color = value.kind === 'color' ? value.color : new Float64Array(4);
    const texel = Uint8Array.of(...[2, 1, 0, 3].map((i) => Math.round(255 * color[i])));
    slices.forEach(({ offset, texels }) => fillTexels(bytes, offset, texels, texel));
    this.#drawn.set(surface, bytes);
    return true;
  }

  copy(): boolean {
    this.calls.push('copy');
    return false;
  }

  imageWritten(_surface: RenderSurface, subresource?: number): void {
    this.calls.push(`written ${subresource ?? 'all'}`);
  }

  imageNeeded(surface: RenderSurface): Promise<void> | undefined {
    this.calls.push('needed');
    const bytes = this.#drawn.get(surface);
    if (bytes === undefined) {
      return undefined;
    }
    this.#answer ??= new Promise<void>((resolve, reject) => {
      this.#settle = { resolve, reject };
    }).then(() => {
      surface.ownImage?.set(bytes);
      this.#drawn.delete(surface);
      this.#answer = undefined;
    });
    return this.#answer;
  }

  surfaceDropped(): void {
    this.calls.push('dropped');
  }

  reset(): void {
    this.calls.push('reset');
    this.#drawn.clear();
    this.#answer = undefined;
  }

  /** Lets the answer that is owed now fail, whenever it is called. */
  get failure(): () => void {
    const settle = this.#settle;
    return () => settle?.reject(new Error('device lost'));
  }

  /** The answer comes; all that follows from it has happened when this returns. */
  async answer(): Promise<void> {
    this.#settle?.resolve();
    await new Promise((done) => setImmediate(done));
  }

  async fail(failure = this.failure): Promise<void> {
    failure();
    await new Promise((done) => setImmediate(done));
  }
}
