import type { BufferRange, ShaderStage } from '@cg/svga-device';
import type { RegisterFile, ShaderBindings, ShaderInterface } from '@cg/vgpu10';
import { StageResources } from '../textures/stage-resources.js';

const REGISTER_BYTES = 16;

/** What a stage's shader finds bound: constants as they are now, and textures. */
export function bindStage(
  { constants, views, samplers }: ShaderStage,
  { constantBuffers, resources }: ShaderInterface,
  rasterizerSamples: number,
): ShaderBindings {
  const bound: (RegisterFile | undefined)[] = [];
  for (const { slot, elements } of constantBuffers) {
    const range = constants[slot];
    if (range !== undefined) {
      bound[slot] = constantWords(range, elements);
    }
  }
  const slots = resources.map(({ slot }) => slot);
  return { constants: bound, resources: new StageResources(slots, views, samplers, rasterizerSamples) };
}

/** The first registers of a buffer: what lies beyond its end is zeros. */
function constantWords({ surface, offset, size }: BufferRange, elements: number): RegisterFile {
  const image = surface.ownImage ?? new Uint8Array(0);
  const bytes = Math.max(Math.min(size, elements * REGISTER_BYTES, image.length - offset), 0);
  const registers = new Uint8Array(Math.ceil(bytes / REGISTER_BYTES) * REGISTER_BYTES);
  registers.set(image.subarray(offset, offset + bytes));
  return new Uint32Array(registers.buffer);
}
