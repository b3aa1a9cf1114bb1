import type { Renderer } from '../src/index.js';

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
