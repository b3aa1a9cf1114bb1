import { formatById } from '@cg/surface-layout';
import { bufferEnd, TexelCodec, type InputElement, type PipelineState } from '@cg/svga-device';
import { SVGA3D_INPUT } from '@cg/svga-protocol';
import type { RegisterFile } from '@cg/vgpu10';
import { wordOf } from '../words.js';

/** Registers of inputs that a vertex shader has. */
const MOST_INPUTS = 32;
const NOTHING = new Uint8Array(0);

/** An attribute of vertices: where it comes from, and how its texels are read. */
interface Attribute {
  readonly image: Uint8Array;
  readonly offset: number;
  readonly stride: number;
  readonly isPerInstance: boolean;
  readonly stepRate: number;
  readonly register: number;
  readonly codec: TexelCodec;
  /** The number of channels of 32 bits, which are kept bit by bit; 0 for all other formats. */
  readonly words: number;
}

const texel = new Float64Array(4);

/** Reads the attributes of vertices. Bytes beyond the end of a buffer are zeros. */
export class VertexFetch {
  readonly #attributes: readonly Attribute[];

  constructor({ inputLayout, vertexBuffers }: PipelineState) {
    this.#attributes = inputLayout.elements
      .map((element) => attributeOf(element, vertexBuffers[element.inputSlot]))
      .filter((attribute) => attribute !== undefined);
  }

  /**
   * Writes the attributes of a vertex to input registers.
   * @param vertex its number in the buffers
   * @param instance counted from 0
   */
  read(vertex: number, instance: number, firstInstance: number, inputs: RegisterFile): void {
    for (const attribute of this.#attributes) {
      const { isPerInstance, stepRate, offset, stride } = attribute;
      const steps = stepRate === 0 ? 0 : Math.floor(instance / stepRate);
      const element = isPerInstance ? (firstInstance + steps) % 2 ** 32 : vertex;
      readAttribute(attribute, offset + element * stride, inputs);
    }
  }
}

function readAttribute({ image, register, codec, words }: Attribute, at: number, inputs: RegisterFile): void {
  const into = 4 * register;
  if (words > 0) {
    for (let i = 0; i < words; i++) {
      const byte = at + 4 * i;
      inputs[into + i] =
        image[byte] | (image[byte + 1] << 8) | (image[byte + 2] << 16) | (image[byte + 3] << 24);
    }
    inputs.fill(0, into + words, into + 4);
    if (words < 4) {
      inputs[into + 3] = codec.kind === 'color' ? wordOf(1) : 1;
    }
    return;
  }
  codec.decode(image, at, texel);
  for (let i = 0; i < 4; i++) {
    inputs[into + i] = codec.kind === 'color' ? wordOf(texel[i]) : texel[i];
  }
}

function attributeOf(
  { format, inputRegister, inputSlotClass, instanceDataStepRate, alignedByteOffset }: InputElement,
  buffer: PipelineState['vertexBuffers'][number],
): Attribute | undefined {
  const layout = formatById(format);
  const codec = layout && TexelCodec.of(layout, true);
  if (layout === undefined || codec === undefined || inputRegister >= MOST_INPUTS) {
    return undefined;
  }
  const isWhole = layout.channelBits.every((bits) => bits === 0 || bits === 32);
  return {
    image: buffer?.surface.ownImage?.subarray(0, bufferEnd(buffer)) ?? NOTHING,
    offset: (buffer?.offset ?? 0) + alignedByteOffset,
    stride: buffer?.stride ?? 0,
    isPerInstance: inputSlotClass === SVGA3D_INPUT.PER_INSTANCE_DATA,
    stepRate: instanceDataStepRate,
    register: inputRegister,
    codec,
    words: isWhole && codec.kind !== 'depth' ? layout.bytesPerBlock / 4 : 0,
  };
}
