import { everything } from '../src/contract/reference-draws.js';
import type { DrawCall, DrawingRenderer, PipelineState, Renderer, RenderQuery } from '../src/index.js';

/** A renderer that does nothing but note its calls: every command is left to the device. */
export class RecordingRenderer implements Renderer {
  readonly calls: string[] = [];

  clear(): boolean {
    this.calls.push('clear');
    return false;
  }

  copy(): boolean {
    this.calls.push('copy');
    return false;
  }

  imageWritten(_surface: unknown, subresource?: number): void {
    this.calls.push(`written ${subresource ?? 'all'}`);
  }

  imageNeeded(): undefined {
    this.calls.push('needed');
  }

  surfaceDropped(): void {
    this.calls.push('dropped');
  }

  reset(): void {
    this.calls.push('reset');
  }
}

/** The same that takes draws and queries, and draws nothing. */
export class RecordingDraws extends RecordingRenderer implements DrawingRenderer {
  readonly caps = everything;
  readonly draws: {
    readonly state: PipelineState;
    readonly call: DrawCall;
    readonly queries: readonly RenderQuery[] | undefined;
  }[] = [];

  draw(state: PipelineState, call: DrawCall, queries?: readonly RenderQuery[]): undefined {
    this.calls.push('draw');
    this.draws.push({ state, call, queries });
  }

  beginQuery({ type }: RenderQuery): void {
    this.calls.push(`begin ${type}`);
  }

  endQuery({ type }: RenderQuery): readonly number[] {
    this.calls.push(`end ${type}`);
    return [1, 1];
  }
}
