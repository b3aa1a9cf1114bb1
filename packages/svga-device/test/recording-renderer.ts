import type {
  DrawCall,
  DrawingRenderer,
  PipelineState,
  Renderer,
  RendererCaps,
  RenderQuery,
} from '../src/index.js';

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

/** Capabilities of a renderer that can do everything with every format. */
const allCaps: RendererCaps = {
  maxTextureSize: 8192,
  maxVolumeSize: 2048,
  maxLayers: 256,
  multisample4: true,
  format: () => ({ sample: true, color: true, blend: true, depth: true, vertex: true, multisample: true }),
};

/** The same that takes draws and queries, and draws nothing. */
export class RecordingDraws extends RecordingRenderer implements DrawingRenderer {
  readonly caps: RendererCaps = allCaps;
  readonly draws: { readonly state: PipelineState; readonly call: DrawCall }[] = [];

  draw(state: PipelineState, call: DrawCall): undefined {
    this.calls.push('draw');
    this.draws.push({ state, call });
  }

  beginQuery({ type }: RenderQuery): void {
    this.calls.push(`begin ${type}`);
  }

  endQuery({ type }: RenderQuery): readonly number[] {
    this.calls.push(`end ${type}`);
    return [1, 1];
  }
}
